"""Download contents into a mirror, each once, under the name of its digest."""

import base64
import hashlib
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.contents.plan import RequestedFile, plan_files
from ..artifacts.contents.version import VersionContents
from ..download.batch import Batch, BatchOptions, PlannedFile
from ..download.disk.atomic import disk_errors
from ..download.disk.digests import Algorithm, file_digest
from ..download.disk.folder_tree import FolderTree
from ..download.local_files import LocalFiles
from ..download.results import FailedFile
from ..download.target import Target
from ..download.transfer import Transfer
from ..errors import DiskError, WbtypedError
from ..transport.client import Client
from .place import CONTENTS, Place

DIGEST_BYTES = 16


def content_path(digest: str, algorithm: Algorithm) -> str | None:
    """Return where a content is stored, by its digest in base64; None if it is no digest."""
    try:
        decoded = base64.b64decode(digest, validate=True)
    except ValueError:
        return None
    if len(decoded) != DIGEST_BYTES:
        return None
    name = decoded.hex()
    return f"{CONTENTS}/{algorithm.lower()}/{name[:2]}/{name}"


def entry_path(entry: ArtifactManifestEntry) -> str | None:
    """Return where the content of a file of a version is stored; None for a reference."""
    return None if entry.is_reference else content_path(entry.digest, entry.digest_algorithm())


def check_content(file: Path, path: str, place: Place) -> None:
    """Raise DiskError if a local file does not have the content that its path in a mirror names."""
    algorithm = algorithm_of(path)
    with disk_errors(file):
        found = content_path(file_digest(file, algorithm), algorithm)
    if found != path:
        raise damaged_content(path, place)


def damaged_content(path: str, place: Place) -> DiskError:
    """Build the error for a file of a mirror that has another content than was stored."""
    return DiskError(
        f"{path} in {place.name} is damaged: its content has another digest; mirror again, with"
        " verify (--verify)"
    )


def md5_text(body: bytes) -> str:
    """Return the MD5 of bytes, in base64."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def algorithm_of(path: str) -> Algorithm:
    """Return the algorithm of the digest that names a content."""
    return "XXH128" if path.split("/")[1] == "xxh128" else "MD5"


Plan = Callable[[LocalFiles], Iterator[PlannedFile]]


@dataclass(slots=True)
class ContentDownload:
    """Contents that the mirror does not have, to be downloaded in one batch."""

    client: Client
    place: Place
    options: BatchOptions
    planned: Container[str] = ()
    """What a dry run would have downloaded before."""
    sizes: dict[str, int] = field(default_factory=dict[str, int])
    """What is downloaded, by path in the mirror."""
    _plans: list[Plan] = field(default_factory=list[Plan])
    reasons: dict[str, str] = field(default_factory=dict[str, str])
    """Why a content could not be downloaded."""

    def is_missing(self, path: str, size: int | None) -> bool:
        """Return True if nothing has, or downloads, a content."""
        is_planned = path in self.sizes or path in self.planned
        return not is_planned and not self.place.has(path, size)

    def target(self, path: str) -> Target:
        """Return where a content is downloaded to."""
        folder, _, name = path.rpartition("/")
        return Target(str(self.place.incoming), folder, name)

    def add_version(self, version: VersionContents) -> None:
        """Add the contents of a version whose manifest is loaded."""
        wanted: list[RequestedFile] = []
        for entry in version.manifest:
            path = entry_path(entry)
            if path is not None and self.is_missing(path, entry.size):
                self.sizes[path] = entry.size or 0
                wanted.append(RequestedFile(entry, self.target(path), path))
        if wanted:
            self._plans.append(lambda local: plan_files(version, wanted, local, follow_nothing))

    def add_transfer(self, transfer: Transfer, size: int) -> None:
        """Add a file of a run; its name is its path in the mirror."""
        self.sizes[transfer.name] = size
        self._plans.append(lambda _: iter([transfer]))

    def run(self) -> None:
        """Download everything, and put it into place."""
        if not self.sizes:
            return
        tree = FolderTree(self.place.incoming)
        batch = Batch(
            self.client.transport, tree, self.options,
            self._planned(self.options.local_files(tree)), "the files of a project",
            (len(self.sizes), sum(self.sizes.values())),
        )  # fmt: skip
        for failed in batch.run().failed:
            self.reasons[failed.name] = str(failed.error)
        prefix = f"{CONTENTS}/"
        self.place.keep(p for p in self.sizes if p.startswith(prefix) and p not in self.reasons)

    def _planned(self, local: LocalFiles) -> Iterator[PlannedFile]:
        for plan in self._plans:
            try:
                yield from plan(local)
            except WbtypedError as error:
                # That version may be deleted; the others are not affected.
                yield FailedFile("", error)

    def failure(self, paths: Iterable[str]) -> str | None:
        """Return why one of some contents is not there; None if all are."""
        missing = next((path for path in paths if not self._is_there(path)), None)
        if missing is None:
            return None
        return self.reasons.get(missing) or self.reasons.get("") or "it was not downloaded"

    def _is_there(self, path: str) -> bool:
        if path in self.reasons:
            return False
        return self.place.has(path) or (self.place.incoming / path).is_file()


def follow_nothing(
    _version: VersionContents, _references: object, _local_files: LocalFiles
) -> Iterator[PlannedFile]:
    """Plan nothing for references: a mirror keeps where they lead, not what is there."""
    yield from ()
