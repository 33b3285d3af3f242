"""The last step of a download: from a temporary name to the final one, at once."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ... import errors
from ...errors import DiskError, WbtypedError
from .folder import CREATE_FLAGS, Folder


@contextmanager
def disk_errors(target: Path) -> Generator[None]:
    """Turn errors of the operating system into ours, naming the target."""
    try:
        yield
    except WbtypedError:
        raise
    except OSError as error:
        raise DiskError(f"{target} cannot be written: {error.strerror or error}") from error


def place(folder: Folder, part: str, target: Path, *, replace: bool) -> None:
    """Give a complete file, called `part` in the folder of its target, its final name.

    Without `replace`, FileExistsError says that a file of this name appeared meanwhile.
    """
    if replace:
        folder.replace(part, target.name)
        return
    try:
        # A hard link fails where a name is taken, which a rename does only on Windows.
        if os.name == "nt":
            folder.rename_on_windows(part, target.name)
        else:
            _link(folder, part, target.name)
    except FileExistsError as error:
        raise errors.FileExistsError(
            f"{target} appeared while it was fetched; it was left as it is"
        ) from error


def _link(folder: Folder, part: str, name: str) -> None:
    try:
        folder.link(part, name)
    except FileExistsError:
        raise
    except OSError:
        # File systems without hard links have many codes for it; if anything else is wrong,
        # this fails as well: reserve the name with an empty file, then rename onto it.
        os.close(folder.open(name, CREATE_FLAGS))
        try:
            folder.replace(part, name)
        except BaseException:
            folder.unlink(name)
            raise
    else:
        folder.unlink(part)
