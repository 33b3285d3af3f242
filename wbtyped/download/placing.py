"""The last step of a download: from a temporary name to the final one, at once."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .. import errors
from ..errors import DiskError, WbtypedError


@contextmanager
def disk_errors(target: Path) -> Generator[None]:
    """Turn errors of the operating system into ours, naming the target."""
    try:
        yield
    except WbtypedError:
        raise
    except OSError as error:
        raise DiskError(f"{target} cannot be written: {error.strerror or error}") from error


def place(part: str | Path, target: Path, *, replace: bool) -> None:
    """Give a complete file its final name.

    Without `replace`, FileExistsError says that a file of this name appeared meanwhile.
    """
    if replace:
        os.replace(part, target)
        return
    try:
        # A hard link fails where a name is taken, which a rename does only on Windows.
        if os.name == "nt":
            os.rename(part, target)
        else:
            _link(part, target)
    except FileExistsError as error:
        raise errors.FileExistsError(
            f"{target} appeared while it was fetched; it was left as it is"
        ) from error


def _link(part: str | Path, target: Path) -> None:
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        # File systems without hard links have many codes for it; if anything else is wrong,
        # this fails as well: reserve the name with an empty file, then rename onto it.
        target.touch(exist_ok=False)
        try:
            os.replace(part, target)
        except BaseException:
            target.unlink()
            raise
    else:
        os.unlink(part)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk for good, where the platform can."""
    if os.name == "nt":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
