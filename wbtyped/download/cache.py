"""Contents kept on this machine by their digests, shared by artifacts and by processes."""

import base64
import errno
import os
import shutil
import stat
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

if sys.platform != "win32":
    import fcntl

from . import parts
from .digests import BLOCK, Algorithm, stream_digest
from .placing import disk_errors, place, sync_folder

SHARE_CONTENT = 0x40049409
"""The request FICLONE of Linux: one content for two files, until one of them is written to."""
READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


class Cache:
    """A folder of contents by digest. Any number of threads and processes may use it at once.

    A content is compared with its digest every time before it is used; one that is wrong is thrown
    away. Where the file system can, files share it with the cache (reflink) and are independent
    all the same. Elsewhere they are hard links, and read-only: who wrote to one would change them
    all. On other file systems, and on Windows, they are copies.
    """

    def __init__(self, folder: Path) -> None:
        self.folder: Path = folder.absolute()
        self._reflinks = sys.platform == "linux"
        self._links = os.name != "nt"

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

    def bring(
        self,
        target: Path,
        size: int | None,
        digest: str,
        algorithm: Algorithm,
        *,
        replace: bool = True,
        fsync: bool = False,
    ) -> bool:
        """Put a content in place, and tell whether it is here; raises DiskError, FileExistsError.

        Nothing takes the name of the target before its content is compared.
        """
        kept = self.path_of(digest, algorithm)
        if kept is None:
            return False
        try:
            stream = kept.open("rb", buffering=0)
        except OSError:
            return False
        with stream:
            fits = size is None or os.fstat(stream.fileno()).st_size == size
            if not fits or stream_digest(stream, algorithm) != digest:
                with suppress(OSError):
                    kept.unlink()
                return False
            with suppress(OSError):
                used(kept)
            with disk_errors(target):
                return self._put(stream, kept, target, replace=replace, fsync=fsync)

    def _put(self, stream: FileIO, kept: Path, target: Path, *, replace: bool, fsync: bool) -> bool:
        part = target.with_name(parts.whole_name())
        made: list[Path] = []
        if not target.parent.exists():
            parts.make_folders(target.parent, made)
        try:
            with self._shared(stream, kept, part) as shared:
                if not os.path.samestat(os.fstat(shared.fileno()), part.lstat()):
                    return False
                if fsync:
                    os.fsync(shared.fileno())
                place(part, target, replace=replace)
        except BaseException:
            for folder in reversed(made):
                with suppress(OSError):
                    folder.rmdir()
            raise
        finally:
            # A rename onto another link of the same file does nothing, and leaves the part.
            part.unlink(missing_ok=True)
        if fsync:
            sync_folder(target.parent)
        return True

    @contextmanager
    def _shared(self, source: FileIO, path: Path, new: Path) -> Generator[FileIO]:
        """Make a file of the same content, and yield it open; `source` is `path`, opened."""
        if self._reflinks:
            with new.open("xb", buffering=0) as stream:
                if reflink(source, stream):
                    yield stream
                    return
            new.unlink()
            self._reflinks = False
        if self._links:
            try:
                os.link(path, new)
            except OSError as error:
                # Thrown away at this moment, or linked too often: others can be linked still.
                if error.errno not in {errno.ENOENT, errno.EMLINK}:
                    self._links = False
            else:
                yield source
                return
        with new.open("xb", buffering=0) as stream:
            source.seek(0)
            shutil.copyfileobj(source, stream, BLOCK)
            yield stream

    def keep(self, path: Path, digest: str, algorithm: Algorithm) -> None:
        """Take the content of a file that was just compared; raises OSError.

        A file that becomes a hard link is made read-only.
        """
        kept = self.path_of(digest, algorithm)
        if kept is None or kept.exists():
            return
        kept.parent.mkdir(parents=True, exist_ok=True)
        new = kept.with_name(parts.whole_name())
        try:
            with path.open("rb", buffering=0) as stream, self._shared(stream, path, new):
                new.chmod(stat.S_IMODE(new.stat().st_mode) & READ_ONLY)
                new.replace(kept)
        finally:
            new.unlink(missing_ok=True)

    # Notes.

    def write(self, path: Path, content: bytes) -> None:
        """Write a note below the folder in one step; raises OSError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(parts.whole_name())
        try:
            new.write_bytes(content)
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)

    def read(self, path: Path) -> bytes:
        """Return a note, which counts as used now; raises OSError."""
        content = path.read_bytes()
        with suppress(OSError):
            used(path)
        return content


def used(path: Path) -> None:
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
