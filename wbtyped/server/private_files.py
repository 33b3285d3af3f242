"""Files and folders that only the account running the server can read.

Modes are set on creation instead of by umask, which belongs to the whole process with all threads.
"""

import os
from contextlib import suppress
from io import FileIO
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
CREATE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
GROUP_AND_OTHERS = 0o077
"""Mode bits that give access to group and others."""


def create_private(path: Path) -> FileIO:
    """Create a private file and open it for writing, unbuffered."""
    return FileIO(os.open(path, CREATE_FLAGS, FILE_MODE), "wb")


def make_private_file(path: Path) -> None:
    """Create an empty file unless it exists, and make it private.

    SQLite gives the files beside a database, such as its write-ahead log, the mode of the database.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))
    restrict(path, FILE_MODE)


def make_private_folder(path: Path) -> None:
    """Create a private folder unless it exists; missing parents get the usual mode."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def restrict(path: Path, mode: int) -> None:
    """Remove access for group and others; do nothing to files of another account."""
    with suppress(OSError):
        if path.stat().st_mode & GROUP_AND_OTHERS:
            path.chmod(mode)


def restrict_tree(folder: Path) -> None:
    """Make a folder and everything in it private; costs one `stat` once that is done."""
    with suppress(FileNotFoundError):
        if not folder.stat().st_mode & GROUP_AND_OTHERS:
            return
        for path in folder.rglob("*"):
            restrict(path, FOLDER_MODE if path.is_dir() else FILE_MODE)
        # Last, since the folder's mode marks the tree as done.
        restrict(folder, FOLDER_MODE)
