"""Files kept on this machine by digest, shared by artifacts, runs and processes."""

import base64
import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

if sys.platform != "win32":
    import fcntl

from ...config.cache import cache_links
from ..disk.atomic import disk_errors, rename_into_place
from ..disk.digests import (
    READ_BLOCK_BYTES,
    Algorithm,
    IsCancelled,
    never_cancelled,
    new_hash,
    stream_digest,
)
from ..disk.folder import CREATE_FLAGS, READ_FLAGS, Folder, write_all
from ..disk.folder_tree import FolderTree
from ..target import Location
from ..worker import TransferCancelled

FICLONE = 0x40049409
"""The ioctl of Linux that shares data between two files, until one of them is written to."""
READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
TAG_NAME = "CACHEDIR.TAG"
TAG_CONTENT = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# This folder holds contents of downloads, kept by wbtyped; see `wbtyped cache --help`.
# Backups leave out what has such a file (https://bford.info/cachedir/).
"""
"""The content of that file, which proves that files beside it are ours to remove."""
TEMPORARY_NAME = re.compile(r"([0-9a-f]{2}/)?\.wbtyped-[0-9a-f]{16}\.part")


class Cache:
    """A folder of files by digest; any number of threads and processes may use it concurrently.

    A file is verified every time before it is used, and removed if it is corrupt. Where the file
    system allows, downloads share its data (reflink) and are still independent; elsewhere they are
    copies. With `links` they are read-only hard links, which saves the space; but whoever writes to
    one regardless, as root can, changes them all.
    """

    def __init__(self, folder: Path, *, links: bool = False) -> None:
        self.folder: Path = folder.absolute()
        self._objects = str(self.objects)
        self.links: bool = links and os.name != "nt"
        self._tagged = False
        self._folders: dict[Algorithm, Folder] = {}
        """Those that have been opened."""
        self._subfolders: dict[Algorithm, set[str]] = {}
        """Their subfolders, of which a new cache has none: then no file has to be looked for."""

    def __repr__(self) -> str:
        return f"<Cache {self.folder}>"

    @property
    def objects(self) -> Path:
        """The folder of files by digest."""
        return self.folder / "objects"

    @property
    def versions(self) -> Path:
        """The folder of records of artifact versions, for use while offline."""
        return self.folder / "versions"

    @property
    def manifests(self) -> Path:
        """The folder of the manifests of these versions."""
        return self.folder / "manifests"

    def path_of(self, digest: str, algorithm: Algorithm) -> Path | None:
        """Return the path of the file with a base64 digest; None if it is not a digest."""
        path = self._object_path(digest, algorithm)
        return None if path is None else Path(path)

    def _object_path(self, digest: str, algorithm: Algorithm) -> str | None:
        # As a string: with `Path`, this would take half of the time of a small file.
        name = object_name(digest)
        return None if name is None else f"{self._objects}/{algorithm.lower()}/{name}"

    def contains(self, digest: str, algorithm: Algorithm) -> bool:
        """Return True if there is a file with a digest, which may still be corrupt."""
        name = object_name(digest)
        if name is None:
            return False
        try:
            folder = self._open_folder(algorithm)
            return name[:2] in self._subfolders[algorithm] and folder.contains(name)
        except OSError:
            return False

    def restore(
        self,
        target: Location,
        size: int | None,
        digest: str,
        algorithm: Algorithm,
        *,
        replace: bool = True,
        fsync: bool = False,
        tree: FolderTree | None = None,
        is_cancelled: IsCancelled = never_cancelled,
    ) -> bool:
        """Create a file from the cache; return False if the cache does not have it.

        It is verified before it is renamed into place. Raises DiskError, FileExistsError.
        """
        path = self._object_path(digest, algorithm)
        if path is None:
            return False
        try:
            source = FileIO(os.open(path, READ_FLAGS), "rb")
        except OSError:
            return False
        cached_path = Path(path)
        with source, disk_errors(target), borrowed_tree(tree, target) as folders:
            content = CachedContent(cached_path, digest, algorithm, is_cancelled)
            fits = size is None or os.fstat(source.fileno()).st_size == size
            if fits and self._write_target(
                source, content, folders, target, replace=replace, fsync=fsync
            ):
                with suppress(OSError):
                    touch_atime(cached_path)
                return True
            with suppress(OSError):
                cached_path.unlink()
            return False

    def _write_target(
        self,
        source: FileIO,
        content: "CachedContent",
        tree: FolderTree,
        target: Location,
        *,
        replace: bool,
        fsync: bool,
    ) -> bool:
        """Write and verify the target; return False if the cached file is corrupt."""
        opened, name, stream = tree.create(target, None)
        try:
            with stream:
                if self.links and content.link_to(
                    source, opened.folder, tree.new_name(opened), name
                ):
                    actual = stream_digest(source, content.algorithm, content.is_cancelled)
                    if actual != content.digest:
                        return False
                elif not content.copy_to(source, stream):
                    return False
                if fsync:
                    os.fsync(stream.fileno())
            rename_into_place(opened.folder, name, target, replace=replace)
            if fsync:
                opened.folder.sync()
        finally:
            # Renaming onto another link of the same file does nothing and leaves the part file.
            with suppress(OSError):
                opened.folder.unlink(name)
            tree.leave(opened)
        return True

    def add(
        self, path: Location, digest: str, algorithm: Algorithm, tree: FolderTree | None = None
    ) -> None:
        """Add a file that was just verified; raises OSError.

        With `links`, the file becomes a hard link into the cache and is made read-only.
        """
        cached_path = self.path_of(digest, algorithm)
        if cached_path is None or cached_path.exists():
            return
        with (
            borrowed_tree(tree, path) as folders,
            folders.inside(folders.key_of(path)) as folder,
            FileIO(folder.open(path.name, READ_FLAGS), "rb") as source,
        ):
            self._store(source, folder, path.name, cached_path)
        if algorithm in self._subfolders:
            self._subfolders[algorithm].add(cached_path.parent.name)

    def add_content(self, content: bytes, digest: str, algorithm: Algorithm) -> None:
        """Add content that was just verified; raises OSError."""
        name = object_name(digest)
        if name is None:
            return
        folder = self._open_folder(algorithm)
        new = temporary_name()
        descriptor = folder.open(new, CREATE_FLAGS, 0o444)
        try:
            try:
                write_all(descriptor, content)
            finally:
                os.close(descriptor)
            try:
                folder.replace(new, name)
            except FileNotFoundError:
                self._make_folder(Path(folder.path, name))
                folder.replace(new, name)
            self._subfolders[algorithm].add(name[:2])
        except BaseException:
            with suppress(OSError):
                folder.unlink(new)
            raise

    def _open_folder(self, algorithm: Algorithm) -> Folder:
        """Return the folder of files by digests of a kind, created if missing, and kept open.

        Names in it are found in half of the time that their long paths take.
        """
        folder = self._folders.get(algorithm)
        if folder is None:
            path = f"{self._objects}/{algorithm.lower()}"
            self._make_folder(Path(path, "any"))
            folder = Folder(path, follow=True)
            self._subfolders[algorithm] = set(folder.names())
            self._folders[algorithm] = folder
        return folder

    def _store(self, source: FileIO, folder: Folder, name: str, cached_path: Path) -> None:
        new = self._temporary_path(cached_path)
        try:
            if not self.links or not link_out(source, folder, name, new):
                with FileIO(os.open(new, CREATE_FLAGS, 0o666), "r+b") as stream:
                    if not reflink(source, stream):
                        shutil.copyfileobj(source, stream, READ_BLOCK_BYTES)
            new.chmod(stat.S_IMODE(new.stat().st_mode) & READ_ONLY)
            new.replace(cached_path)
        finally:
            new.unlink(missing_ok=True)

    def _temporary_path(self, path: Path) -> Path:
        """Return a temporary path beside a file, whose folder is created if missing."""
        self._make_folder(path)
        return path.with_name(temporary_name())

    def _make_folder(self, path: Path) -> None:
        """Create the folder of a file, and the tag of the cache."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._tagged:
            self._tagged = True
            if not (tag := self.folder / TAG_NAME).exists():
                self.write(tag, TAG_CONTENT)

    @property
    def is_ours(self) -> bool:
        """Whether this folder was created by us, so that its files may be removed."""
        try:
            return (self.folder / TAG_NAME).read_bytes() == TAG_CONTENT
        except OSError:
            return False

    # Records.

    def write(self, path: Path, content: bytes) -> None:
        """Write a record below the folder atomically; raises OSError."""
        with self.create(path) as stream:
            stream.write(content)

    @contextmanager
    def create(self, path: Path) -> Generator[BinaryIO]:
        """Open a record below the folder for writing; it is there once the block has ended."""
        new = self._temporary_path(path)
        try:
            with new.open("wb") as stream:
                yield stream
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    def read(self, path: Path) -> bytes:
        """Read a record and mark it as used; raises OSError."""
        with self.open(path) as stream:
            return stream.read()

    def open(self, path: Path) -> BinaryIO:
        """Open a record for reading and mark it as used; raises OSError."""
        stream = path.open("rb")
        with suppress(OSError):
            touch_atime(path)
        return stream


def open_cache(folder: Path | None) -> Cache | None:
    """Return the cache in a folder, with links if the environment asks for them; None for None."""
    return None if folder is None else Cache(folder, links=cache_links(os.environ))


def object_name(digest: str) -> str | None:
    """Return the name of a file by its digest in base64; None if that is not a digest."""
    try:
        key = base64.b64decode(digest, validate=True).hex()
    except ValueError:  # not base64, or not ASCII
        return None
    return f"{key[:2]}/{key[2:]}" if len(key) == 32 else None


def temporary_name() -> str:
    """Return a new name that `TEMPORARY_NAME` matches."""
    return f".wbtyped-{os.urandom(8).hex()}.part"


class CachedContent(NamedTuple):
    """A cached file, and the digest that it must still have."""

    path: Path
    digest: str
    algorithm: Algorithm
    is_cancelled: IsCancelled

    def copy_to(self, source: FileIO, target: FileIO) -> bool:
        """Copy into a new file; return True if that now has the right digest."""
        if reflink(source, target):
            return stream_digest(target, self.algorithm, self.is_cancelled) == self.digest
        actual = new_hash(self.algorithm)
        while block := source.read(READ_BLOCK_BYTES):
            if self.is_cancelled():
                raise TransferCancelled
            actual.update(block)
            write_all(target.fileno(), block)
        return base64.b64encode(actual.digest()).decode() == self.digest

    def link_to(self, source: FileIO, folder: Folder, spare: str, name: str) -> bool:
        """Replace a new file by a hard link; return True if the file system allows that."""
        try:
            folder.link_in(self.path, spare)
        except OSError:
            return False
        if os.path.samestat(os.fstat(source.fileno()), folder.status(spare)):
            folder.replace(spare, name)
            return True
        folder.unlink(spare)
        return False


@contextmanager
def borrowed_tree(tree: FolderTree | None, target: Location) -> Generator[FolderTree]:
    """Yield the tree that is given; without one, that of the target's folder, closed afterwards."""
    if tree is not None:
        yield tree
        return
    own = FolderTree(target.parent)
    try:
        yield own
    finally:
        own.close()


def link_out(source: FileIO, folder: Folder, name: str, new: Path) -> bool:
    """Hard-link an open file into the cache; return True if the file system allows that."""
    try:
        folder.link_out(name, new)
    except OSError:
        return False
    if os.path.samestat(os.fstat(source.fileno()), new.lstat()):
        return True
    new.unlink()
    return False


def touch_atime(path: Path) -> None:
    """Mark a file as used: those unused for longest are pruned first."""
    status = path.stat()
    # The file of another user can be used, but not marked.
    with suppress(PermissionError):
        os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))


def reflink(source: FileIO, target: FileIO) -> bool:
    """Share data between two files; return True if the file system allows that."""
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target.fileno(), FICLONE, source.fileno())
    except OSError:
        return False
    return True
