"""What is on disk already."""

import os
import stat
from pathlib import Path

from ..errors import DiskError
from .digests import Algorithm, file_digest


def is_right(target: Path, size: int | None, digest: str | None, algorithm: Algorithm) -> bool:
    """Tell whether a file is there and is known to have the right content; a link never is."""
    try:
        status = target.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise DiskError(f"{target} cannot be examined: {error.strerror}") from error
    if not stat.S_ISREG(status.st_mode) or digest is None:
        return False
    if size is not None and status.st_size != size:
        return False
    try:
        return file_digest(target, algorithm) == digest
    except OSError as error:
        raise DiskError(f"{target} cannot be read: {error.strerror}") from error


def is_there(target: Path) -> bool:
    """Tell whether something has this name, a dangling link included."""
    return os.path.lexists(target)
