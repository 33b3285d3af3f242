"""A mirror in a local folder is changed by one process at a time.

The lock file says who holds the lock, which the OS releases when that process ends, however it
does. So the file stays: it means nothing by itself.
"""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from platform import node

from pydantic import BaseModel, ValidationError

from ..download.disk.atomic import disk_errors
from ..download.disk.part_files import try_lock, unlock
from ..errors import DiskError
from ..user_warnings import warn_user

LOCK_FILE = ".wbtyped-lock"


class Holder(BaseModel, frozen=True):
    """The process that holds a lock."""

    pid: int
    host: str
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M} UTC"


@contextmanager
def locked(root: Path) -> Generator[None]:
    """Hold the lock of a folder, which is created; raises DiskError if another process has it."""
    file = root / LOCK_FILE
    with disk_errors(file):
        root.mkdir(parents=True, exist_ok=True)
        stream = _open(file)
    if stream is None or (is_locked := try_lock(stream)) is False:
        if stream is not None:
            stream.close()
        raise DiskError(
            f"{root} is being mirrored into by {_holder(file)}; wait until that has ended, or"
            " mirror into another folder"
        )
    try:
        if is_locked is None:
            warn_user(
                f"{root} is in a file system without locks: let one process at a time mirror into"
                " it"
            )
        with disk_errors(file):
            me = Holder(pid=os.getpid(), host=node(), since=datetime.now(UTC))
            stream.truncate(0)
            stream.write(me.model_dump_json().encode())
        yield
    finally:
        unlock(stream)


def _open(file: Path) -> FileIO | None:
    """Open a lock file, and create it if it is missing; None if another process has it."""
    if sys.platform == "win32":  # there, an open file cannot be removed, which serves as the lock
        try:
            file.unlink(missing_ok=True)
            return FileIO(file, "x+")
        except (PermissionError, FileExistsError):
            return None
    return FileIO(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "r+")


def _holder(file: Path) -> str:
    try:
        return str(Holder.model_validate_json(file.read_bytes()))
    except (OSError, ValidationError):  # it writes that just now
        return "another process"
