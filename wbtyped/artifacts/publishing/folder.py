"""Which files of a folder belong to a version.

| in the folder | what becomes of it |
|---|---|
| a file, also an empty one or a hidden one | published |
| a link to a file, wherever that is | published as the file |
| a link to a folder, also one in a circle | UsageError: it may lead anywhere |
| a link that leads nowhere | UsageError |
| a device, a named pipe, a socket | UsageError |
| a folder or a file that may not be read | DiskError, which names it |
| an empty folder | left out, as versions have only files |
| `.git`, `.hg`, `.svn`, `.jj`, `.bzr` | left out |
| what `ignore=` or `.wandbignore` excludes, and `.wandbignore` itself | left out |

What is left out is not looked at. Names are checked by `names`.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ...errors import DiskError, UsageError
from ...name_patterns import matches_glob
from .ignore_files import IGNORE_FILE, IgnoreFile, excluded_by

VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".jj", ".bzr"})
"""Never published: they hold the history of the folder, and often secrets. `.git` may be a file."""
SPECIAL_FILES = {
    stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}  # fmt: skip
LEAVE_OUT = "leave it out with ignore= (--ignore)"


def files_below(folder: Path, ignore: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Yield the files below a folder that belong to a version, each with its relative name.

    The files of a folder come first, then those of its folders, each sorted by name. `ignore` are
    shell patterns; see `name_patterns`.
    """
    waiting = [_Folder(str(folder), "", ())]
    while waiting:
        current = waiting.pop()
        folders: list[_Folder] = []
        for entry, name, ignore_files in _entries(current, ignore):
            if entry.is_dir(follow_symlinks=False):
                folders.append(_Folder(entry.path, f"{name}/", ignore_files))
            else:
                _check_file(entry)
                yield Path(entry.path), name
        waiting += reversed(folders)


class _Folder(NamedTuple):
    """A folder to be looked at, and the files `.wandbignore` above it."""

    path: str
    prefix: str
    ignore_files: Sequence[IgnoreFile]


def _entries(
    folder: _Folder, ignore: Sequence[str]
) -> Iterator[tuple[os.DirEntry[str], str, Sequence[IgnoreFile]]]:
    """Yield what is in a folder and not left out, with its name and what decided that."""
    try:
        with os.scandir(folder.path) as scanned:
            found = sorted(scanned, key=lambda entry: entry.name)
    except OSError as error:
        raise DiskError(f"{folder.path} cannot be read: {error.strerror}") from error
    ignore_files = folder.ignore_files
    if any(entry.name == IGNORE_FILE for entry in found):
        own = IgnoreFile.read(Path(folder.path, IGNORE_FILE), folder.prefix)
        ignore_files = (*ignore_files, own)
    for entry in found:
        name = f"{folder.prefix}{entry.name}"
        is_folder = entry.is_dir(follow_symlinks=False)
        if not _is_left_out(entry.name, name, ignore, ignore_files, is_folder=is_folder):
            yield entry, name, ignore_files


def _is_left_out(
    last: str,
    name: str,
    ignore: Sequence[str],
    ignore_files: Sequence[IgnoreFile],
    *,
    is_folder: bool,
) -> bool:
    if last in VERSION_CONTROL or last == IGNORE_FILE:
        return True
    if any(matches_glob(name, pattern) for pattern in ignore):
        return True
    return bool(ignore_files) and excluded_by(ignore_files, name, is_folder=is_folder)


def _check_file(entry: os.DirEntry[str]) -> None:
    """Raise UsageError unless an entry is a regular file, or a link to one."""
    try:
        if entry.is_file():
            return
        mode = entry.stat().st_mode
    except FileNotFoundError:
        reason = "is a link that leads nowhere"
    except OSError as error:  # a circle of links, for instance
        reason = f"cannot be examined ({error.strerror})"
    else:
        if stat.S_ISDIR(mode):
            raise UsageError(
                f"{entry.path} is a link to a folder, which is not followed; add the folder itself,"
                " or leave the link out with ignore= (--ignore)"
            )
        reason = f"is {SPECIAL_FILES.get(stat.S_IFMT(mode), 'no regular file')}"
    raise UsageError(f"{entry.path} {reason}, so it cannot be published; {LEAVE_OUT}")
