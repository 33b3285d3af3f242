"""Contents kept on this machine by their digests, shared by artifacts and by processes."""

import base64
import os
import re
import shutil
import stat
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

if sys.platform != "win32":
    import fcntl

from ..disk.atomic import disk_errors, place
from ..disk.digests import BLOCK_BYTES, Algorithm, IsCancelled, never, new_hash, stream_digest
from ..disk.folder import CREATE_FLAGS, READ, Folder, write_all
from ..disk.folder_tree import FolderTree
from ..transfer import TransferCancelled

SHARE_CONTENT = 0x40049409
"""The request FICLONE of Linux: one content for two files, until one of them is written to."""
READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
TAG_NAME = "CACHEDIR.TAG"
TAG = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# This folder holds contents of downloads, kept by wbtyped; see `wbtyped cache --help`.
# Backups leave out what has such a file (https://bford.info/cachedir/).
"""
"""What stands in that file, and the proof that what is beside it is ours to remove."""
TEMPORARY = re.compile(r"([0-9a-f]{2}/)?\.wbtyped-[0-9a-f]{16}\.part")


class Cache:
    """A folder of contents by digest. Any number of threads and processes may use it at once.

    A content is compared with its digest every time before it is used; one that is wrong is thrown
    away. Where the file system can, files share it with the cache (reflink) and are independent
    all the same; elsewhere they are copies. With `links` they are hard links and read-only, which
    saves the space, but whoever writes to one all the same, as root can, changes them all.
    """

    def __init__(self, folder: Path, *, links: bool = False) -> None:
        self.folder: Path = folder.absolute()
        self.links: bool = links and os.name != "nt"
        self._tagged = False

    def __repr__(self) -> str:
        return f"<Cache {self.folder}>"

    @property
    def objects(self) -> Path:
        """Where the contents are."""
        return self.folder / "objects"

    @property
    def versions(self) -> Path:
        """Where notes on versions are, for when no server may be asked."""
        return self.folder / "versions"

    @property
    def manifests(self) -> Path:
        """Where the manifests of these versions are."""
        return self.folder / "manifests"

    def path_of(self, digest: str, algorithm: Algorithm) -> Path | None:
        """Return where the content of a base64 digest is kept; None when it is no digest."""
        try:
            found = base64.b64decode(digest, validate=True).hex()
        except ValueError:  # no base64, or no ASCII
            return None
        if len(found) != 32:
            return None
        return self.objects / algorithm.lower() / found[:2] / found[2:]

    def restore(
        self,
        target: Path,
        size: int | None,
        digest: str,
        algorithm: Algorithm,
        *,
        replace: bool = True,
        fsync: bool = False,
        tree: FolderTree | None = None,
        is_cancelled: IsCancelled = never,
    ) -> bool:
        """Put a content in place, and tell whether it is here; raises DiskError, FileExistsError.

        Nothing takes the name of the target before its content is compared.
        """
        kept = self.path_of(digest, algorithm)
        if kept is None:
            return False
        try:
            source = FileIO(os.open(kept, READ), "rb")
        except OSError:
            return False
        with source, disk_errors(target):
            fits = size is None or os.fstat(source.fileno()).st_size == size
            if fits:
                wanted = Wanted(kept, digest, algorithm, is_cancelled)
                own = tree or FolderTree(target.parent)
                try:
                    fits = self._put(source, wanted, own, target, replace=replace, fsync=fsync)
                finally:
                    if tree is None:
                        own.close()
            if not fits:
                with suppress(OSError):
                    kept.unlink()
                return False
            with suppress(OSError):
                touch_atime(kept)
        return True

    def _put(
        self,
        source: FileIO,
        wanted: "Wanted",
        tree: FolderTree,
        target: Path,
        *,
        replace: bool,
        fsync: bool,
    ) -> bool:
        """Put a content in place, and tell whether it was right."""
        opened, name, stream = tree.create(target, None)
        try:
            with stream:
                if self.links and wanted.linked(source, opened.folder, tree.new_name(opened), name):
                    right = stream_digest(source, wanted.algorithm, wanted.is_cancelled)
                    if right != wanted.digest:
                        return False
                elif not wanted.copied(source, stream):
                    return False
                if fsync:
                    os.fsync(stream.fileno())
            place(opened.folder, name, target, replace=replace)
            if fsync:
                opened.folder.sync()
        finally:
            # A rename onto another link of the same file does nothing, and leaves the part.
            with suppress(OSError):
                opened.folder.unlink(name)
            tree.leave(opened)
        return True

    def add(
        self, path: Path, digest: str, algorithm: Algorithm, tree: FolderTree | None = None
    ) -> None:
        """Take the content of a file that was just compared; raises OSError.

        With `links` the file becomes a hard link, and is made read-only.
        """
        kept = self.path_of(digest, algorithm)
        if kept is None or kept.exists():
            return
        own = tree or FolderTree(path.parent)
        try:
            with (
                own.inside(own.key_of(path)) as folder,
                FileIO(folder.open(path.name, READ), "rb") as source,
            ):
                self._keep(source, folder, path.name, kept)
        finally:
            if tree is None:
                own.close()

    def _keep(self, source: FileIO, folder: Folder, name: str, kept: Path) -> None:
        new = self._new(kept)
        try:
            if not self.links or not link_out(source, folder, name, new):
                with FileIO(os.open(new, CREATE_FLAGS, 0o666), "r+b") as stream:
                    if not reflink(source, stream):
                        shutil.copyfileobj(source, stream, BLOCK_BYTES)
            new.chmod(stat.S_IMODE(new.stat().st_mode) & READ_ONLY)
            new.replace(kept)
        finally:
            new.unlink(missing_ok=True)

    def _new(self, path: Path) -> Path:
        """Return a temporary name beside a file of the cache, once its folder is there."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self._tagged:
            self._tagged = True
            if not (tag := self.folder / TAG_NAME).exists():
                self.write(tag, TAG)
        return path.with_name(f".wbtyped-{os.urandom(8).hex()}.part")

    @property
    def is_ours(self) -> bool:
        """Whether this folder was made by us, so that what is in it may be removed."""
        try:
            return (self.folder / TAG_NAME).read_bytes() == TAG
        except OSError:
            return False

    # Notes.

    def write(self, path: Path, content: bytes) -> None:
        """Write a note below the folder in one step; raises OSError."""
        new = self._new(path)
        try:
            new.write_bytes(content)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    def read(self, path: Path) -> bytes:
        """Return a note, which counts as used now; raises OSError."""
        content = path.read_bytes()
        with suppress(OSError):
            touch_atime(path)
        return content


@dataclass(frozen=True, slots=True)
class Wanted:
    """A content of the cache that is to be put in place, if it is still what its name says."""

    path: Path
    digest: str
    algorithm: Algorithm
    is_cancelled: IsCancelled

    def copied(self, source: FileIO, target: FileIO) -> bool:
        """Bring the content into a new file, and tell whether what is there now is right."""
        if reflink(source, target):
            return stream_digest(target, self.algorithm, self.is_cancelled) == self.digest
        running = new_hash(self.algorithm)
        while block := source.read(BLOCK_BYTES):
            if self.is_cancelled():
                raise TransferCancelled
            running.update(block)
            write_all(target.fileno(), block)
        return base64.b64encode(running.digest()).decode() == self.digest

    def linked(self, source: FileIO, folder: Folder, spare: str, name: str) -> bool:
        """Put a hard link in the place of a new file, if the file system can, and compare it."""
        try:
            folder.link_in(self.path, spare)
        except OSError:
            return False
        if os.path.samestat(os.fstat(source.fileno()), folder.status(spare)):
            folder.replace(spare, name)
            return True
        folder.unlink(spare)
        return False


def link_out(source: FileIO, folder: Folder, name: str, new: Path) -> bool:
    """Give an open file a second name in the cache, if the file system can."""
    try:
        folder.link_out(name, new)
    except OSError:
        return False
    if os.path.samestat(os.fstat(source.fileno()), new.lstat()):
        return True
    new.unlink()
    return False


def touch_atime(path: Path) -> None:
    """Note that a file was used: what has not been for long is removed first."""
    status = path.stat()
    # Somebody else's file can be used, but not marked.
    with suppress(PermissionError):
        os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))


def reflink(source: FileIO, target: FileIO) -> bool:
    """Share a content between two files, if the file system can."""
    if sys.platform != "linux":
        return False
    try:
        fcntl.ioctl(target.fileno(), SHARE_CONTENT, source.fileno())
    except OSError:
        return False
    return True
