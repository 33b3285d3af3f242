"""Where a mirror is kept: a folder, or what an fsspec URL names, such as a bucket."""

import os
import shutil
import tempfile
import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..download.disk.atomic import disk_errors
from ..errors import DiskError, UsageError, WbtypedError
from ..extras import import_optional
from .folder_lock import locked

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

CONTENTS = "contents"
HISTORY = "history"
SYSTEM_METRICS = "system_metrics"
UNNAMED = "incoming"
"""Folder of downloads whose digests the server does not know."""
DATA = (CONTENTS, HISTORY, SYSTEM_METRICS)
"""The folders of a mirror; everything else is a file at the top."""
SCHEME = "://"
WEB_SCHEMES = ("http://", "https://")
OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "abfs", "az", "abfss", "adl", "oss", "oci", "r2", "hf"}
"""Protocols of fsspec without folders."""


class Place(Protocol):
    """Files by their paths in the mirror; a file is there completely or not at all."""

    @property
    def name(self) -> str:
        """What users call it."""
        ...

    @property
    def incoming(self) -> Path:
        """The local folder that contents are downloaded into, by their paths in the mirror."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Keep other processes from changing the mirror, where that is possible."""
        ...

    def read(self, path: str) -> bytes | None:
        """Return a file; None if there is none."""
        ...

    def write(self, path: str, content: bytes) -> None:
        """Write or replace a file."""
        ...

    def has(self, path: str, size: int | None = None) -> bool:
        """Return True if there is a content, of this size if that is known."""
        ...

    def keep(self, paths: Iterable[str]) -> None:
        """Put downloaded contents into place."""
        ...

    def fetch(self, path: str) -> Path:
        """Return a local file with a content."""
        ...

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        ...

    def forget(self, path: str) -> None:
        """Remove the copy of a content that `fetch` made."""
        ...

    def files(self, *folders: str) -> Iterable[str]:
        """Return the paths of all contents and metrics, or of those in some folders."""
        ...

    def close(self) -> None:
        """Remove what is only local."""
        ...


def open_place(target: str | PathLike[str]) -> Place:
    """Return the place that a path or an fsspec URL names."""
    text = os.fspath(target)
    if not text or "\0" in text:
        raise UsageError(f"{text!r} is not a path or a URL of a mirror")
    if SCHEME not in text:
        return open_folder(Path(text))
    if text.lower().startswith(WEB_SCHEMES):
        raise UsageError(
            f"{text} is not a place for a mirror: mirror into a folder, and use `restore` with the"
            " API of that server"
        )
    fsspec = import_optional("wbtyped.mirror", "fsspec", "fsspec")
    try:
        with bucket_errors(text):
            files, root = fsspec.url_to_fs(text)
    except DiskError as error:
        # An unknown scheme, or a package that it needs and that is not installed.
        if isinstance(error.__cause__, ValueError | ImportError):
            raise UsageError(f"{text} cannot be opened by fsspec: {error.__cause__}") from error
        raise
    if isinstance(files, fsspec.get_filesystem_class("file")):
        # Files of that file system are not replaced in one step.
        return open_folder(Path(root))
    return Bucket(text, files, root)


def open_folder(root: Path) -> "Folder":
    """Return the place at a path, which may not exist yet; raises UsageError for a file."""
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root} is a file; a mirror is a folder")
    return Folder(root)


class Folder:
    """A mirror in a local folder."""

    def __init__(self, root: Path) -> None:
        self.root: Path = root

    @property
    def name(self) -> str:
        """The path of the folder."""
        return str(self.root)

    @property
    def incoming(self) -> Path:
        """The folder itself: downloads are verified before they get their names."""
        return self.root

    def lock(self) -> AbstractContextManager[None]:
        """Hold the folder; raises DiskError if another process does."""
        return locked(self.root)

    def read(self, path: str) -> bytes | None:
        """Return a file; None if there is none."""
        with disk_errors(self.root / path):
            try:
                return (self.root / path).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def write(self, path: str, content: bytes) -> None:
        """Write a file beside the former one, and rename it into place."""
        target = self.root / path
        with disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            with part.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(target)

    def has(self, path: str, size: int | None = None) -> bool:
        """Return True if there is a content, of this size if that is known."""
        try:
            found = (self.root / path).stat().st_size
        except OSError:
            return False
        return size is None or found == size

    def keep(self, paths: Iterable[str]) -> None:
        """Do nothing: they are in place."""

    def fetch(self, path: str) -> Path:
        """Return a content, where it is."""
        return self.root / path

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        with disk_errors(self.root / path):
            (self.root / path).unlink(missing_ok=True)

    def forget(self, path: str) -> None:
        """Do nothing: there is no copy."""

    def files(self, *folders: str) -> Iterable[str]:
        """Return the paths of all contents and metrics, or of those in some folders."""
        found = (path for folder in folders or DATA for path in (self.root / folder).rglob("*"))
        return [path.relative_to(self.root).as_posix() for path in found if path.is_file()]

    def close(self) -> None:
        """Do nothing: nothing is only local."""


@contextmanager
def bucket_errors(url: str) -> Generator[None]:
    """Raise DiskError for what a file system of fsspec raises, which may be of any class."""
    try:
        yield
    except WbtypedError:
        raise
    except Exception as error:
        raise DiskError(f"{url}: {str(error) or type(error).__name__}") from error


class Bucket:
    """A mirror behind an fsspec URL; contents pass through a temporary folder."""

    def __init__(self, url: str, files: "AbstractFileSystem", root: str) -> None:
        self._url = url if url.endswith(SCHEME) else url.rstrip("/")
        self._files = files
        self._root = root.rstrip("/")
        # Another process may have changed it since this one has listed it.
        files.invalidate_cache()
        self._sizes: dict[str, int] | None = None
        self._incoming = Path(tempfile.mkdtemp(prefix="wbtyped-mirror-"))

    @property
    def name(self) -> str:
        """The URL."""
        return self._url

    @property
    def incoming(self) -> Path:
        """A temporary folder."""
        return self._incoming

    def lock(self) -> AbstractContextManager[None]:
        """Do nothing: object stores have no locks that end with a process. See `Catalog.save`."""
        return nullcontext()

    def _path(self, path: str) -> str:
        return f"{self._root}/{path}"

    def read(self, path: str) -> bytes | None:
        """Return a file; None if there is none."""
        with bucket_errors(f"{self._url}/{path}"):
            try:
                found: bytes = self._files.cat_file(self._path(path))
            except FileNotFoundError:
                return None
            return found

    def write(self, path: str, content: bytes) -> None:
        """Write or replace an object."""
        with bucket_errors(f"{self._url}/{path}"):
            self._make_folder(path)
            self._files.pipe_file(self._path(path), content)
        if path.partition("/")[0] in DATA:
            self._listed()[path] = len(content)

    def _make_folder(self, path: str) -> None:
        # The first folder of an object store would be a bucket, which is not ours.
        protocols = self._files.protocol
        names = {protocols} if isinstance(protocols, str) else {*protocols}
        if not names & OBJECT_STORES:
            self._files.makedirs(self._path(path).rpartition("/")[0], exist_ok=True)

    def _listed(self) -> dict[str, int]:
        """Return the sizes of all contents and metrics, listed once."""
        if self._sizes is None:
            start = len(self._root) + 1
            self._sizes = {}
            for folder in DATA:
                with bucket_errors(self._url), suppress(FileNotFoundError):
                    found = self._files.find(self._path(folder), detail=True)
                    self._sizes |= {path[start:]: int(f["size"]) for path, f in found.items()}
        return self._sizes

    def has(self, path: str, size: int | None = None) -> bool:
        """Return True if there is a content, of this size if that is known."""
        found = self._listed().get(path)
        return found is not None and size in {None, found}

    def keep(self, paths: Iterable[str]) -> None:
        """Upload downloaded contents, and check that they arrived with their sizes."""
        names = [path for path in paths if (self._incoming / path).is_file()]
        with bucket_errors(self._url):
            self._put(names)

    def _put(self, names: Sequence[str]) -> None:
        for path in names:
            self._make_folder(path)
        sizes = {path: (self._incoming / path).stat().st_size for path in names}
        local = [str(self._incoming / path) for path in names]
        if names:
            self._files.put(local, [self._path(path) for path in names])
        for path in names:
            if (found := self._files.info(self._path(path))["size"]) != sizes[path]:
                raise DiskError(
                    f"{self._url}/{path} has {found} bytes after {sizes[path]} were sent"
                )
            (self._incoming / path).unlink()
        self._listed().update(sizes)

    def fetch(self, path: str) -> Path:
        """Return a copy of a content in the temporary folder."""
        target = self._incoming / path
        if not target.is_file():
            # Several threads may fetch the same content.
            part = target.with_name(f"{target.name}.{threading.get_ident()}")
            with bucket_errors(f"{self._url}/{path}"):
                target.parent.mkdir(parents=True, exist_ok=True)
                self._files.get_file(self._path(path), str(part))
                part.replace(target)
        return target

    def remove(self, path: str) -> None:
        """Remove an object, if it is there."""
        with bucket_errors(f"{self._url}/{path}"):
            if self._files.exists(self._path(path)):
                self._files.rm_file(self._path(path))
        self._listed().pop(path, None)

    def forget(self, path: str) -> None:
        """Remove the copy of a content."""
        (self._incoming / path).unlink(missing_ok=True)

    def files(self, *folders: str) -> Iterable[str]:
        """Return the paths of all contents and metrics, or of those in some folders."""
        return [path for path in self._listed() if path.partition("/")[0] in (folders or DATA)]

    def close(self) -> None:
        """Remove the temporary folder."""
        shutil.rmtree(self._incoming, ignore_errors=True)
