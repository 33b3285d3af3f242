"""Rename a complete file into place, atomically."""

import os
from collections.abc import Generator
from contextlib import contextmanager

from ... import errors
from ...errors import DiskError, WbtypedError
from ..target import Location
from .folder import CREATE_FLAGS, Folder


@contextmanager
def disk_errors(target: Location) -> Generator[None]:
    """Turn an OSError into a DiskError that names the target."""
    try:
        yield
    except WbtypedError:
        raise
    except OSError as error:
        raise DiskError(f"{target} cannot be written: {error.strerror or error}") from error


def rename_into_place(folder: Folder, part: str, target: Location, *, replace: bool) -> None:
    """Give a complete file, called `part` in the folder of its target, its final name.

    Without `replace`, raises FileExistsError if a file of this name was created meanwhile.
    """
    if replace:
        folder.replace(part, target.name)
        return
    try:
        # A hard link fails if the name is taken; a rename does so only on Windows.
        if os.name == "nt":
            folder.rename_on_windows(part, target.name)
        else:
            _link(folder, part, target.name)
    except FileExistsError as error:
        raise errors.FileExistsError(
            f"{target} appeared while it was being downloaded; it was left as it is"
        ) from error


def _link(folder: Folder, part: str, name: str) -> None:
    try:
        folder.link(part, name)
    except FileExistsError:
        raise
    except OSError:
        # File systems without hard links report that by many codes. If anything else is wrong,
        # this fails as well: reserve the name with an empty file, then rename onto it.
        os.close(folder.open(name, CREATE_FLAGS))
        try:
            folder.replace(part, name)
        except BaseException:
            folder.unlink(name)
            raise
    else:
        folder.unlink(part)
