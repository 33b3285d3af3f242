"""What a scan has found: versions, their contents, and the files of runs."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from wbtyped_graphql import fragments

from .content_list import ContentList
from .content_table import ContentTable
from .stored_version import Collection, StoredVersion

NO_SUFFIX = "(none)"
TOP_FOLDER = "./"


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far a scan is; passed to `progress` after every version.

    `versions` counts those that were found so far, `read` those whose contents are known, and
    `cached` those of them that needed no request.
    """

    versions: int
    read: int
    cached: int


ProgressCallback = Callable[[ScanProgress], object]


@dataclass(slots=True)
class StoredRun:
    """A run, and the total of its files; `file_count` is 0 for files that were not listed."""

    entity: str
    project: str
    name: str
    state: str
    created_at: datetime
    file_count: int = 0
    size: int = 0

    @property
    def path(self) -> str:
        """`entity/project/run`."""
        return f"{self.entity}/{self.project}/{self.name}"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a run."""

    run: StoredRun
    node: fragments.StoredFile

    @property
    def path(self) -> str:
        """`entity/project/run/NAME`."""
        return f"{self.run.path}/{self.node.name}"


@dataclass(slots=True)
class FileTotals:
    """Sizes and numbers of the files of runs, by suffix and by folder."""

    sizes: Counter[str] = field(default_factory=Counter[str])
    counts: Counter[str] = field(default_factory=Counter[str])

    def add(self, name: str, size: int) -> None:
        """Add a file under a name that it shares with others."""
        self.sizes[name] += size
        self.counts[name] += 1


class Inventory:
    """Everything that is stored in some projects; flows in any thread add to it."""

    def __init__(
        self, progress: ProgressCallback | None = None, *, keeps_files: bool = False
    ) -> None:
        self.projects: list[tuple[str, str]] = []
        self.collections: list[Collection] = []
        self.versions: list[StoredVersion] = []
        self.drafts: list[StoredVersion] = []
        """Versions that are being uploaded, or never were committed."""
        self.reference_sizes: list[int] = []
        """What each version refers to elsewhere, by its number."""
        self.contents: ContentTable = ContentTable()
        self.runs: list[StoredRun] = []
        self.files: list[StoredFile] = []
        """The files of all runs, if they are wanted one by one."""
        self._keeps_files = keeps_files
        self.suffixes: FileTotals = FileTotals()
        self.folders: FileTotals = FileTotals()
        self._progress = progress
        self._read = self._cached = 0
        self._lock = threading.Lock()

    def add_version(self, version: StoredVersion) -> int:
        """Add a version; return its number."""
        with self._lock:
            self.versions.append(version)
            self.reference_sizes.append(0)
            return len(self.versions) - 1

    def add_contents(self, number: int, contents: ContentList, *, cached: bool) -> None:
        """Add what a version contains."""
        self.contents.add(number, contents)
        with self._lock:
            self.reference_sizes[number] = contents.reference_size
            self._read += 1
            self._cached += cached
            if self._progress:
                self._progress(ScanProgress(len(self.versions), self._read, self._cached))

    def add_run(self, run: StoredRun) -> None:
        """Add a run."""
        with self._lock:
            self.runs.append(run)

    def add_files(self, run: StoredRun, files: Sequence[fragments.StoredFile]) -> None:
        """Add files of a run."""
        with self._lock:
            run.file_count += len(files)
            run.size += sum(file.size_bytes for file in files)
            for file in files:
                path = PurePosixPath(file.name)
                self.suffixes.add(path.suffix.lower() or NO_SUFFIX, file.size_bytes)
                folder = f"{path.parts[0]}/" if len(path.parts) > 1 else TOP_FOLDER
                self.folders.add(folder, file.size_bytes)
            if self._keeps_files:
                self.files += [StoredFile(run, file) for file in files]

    def close(self) -> None:
        """Forget the contents."""
        self.contents.close()
