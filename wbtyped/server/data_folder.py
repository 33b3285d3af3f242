"""The folder that keeps a server's data, held by one server at a time."""

import shutil
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import DiskError
from .keys import ROOT_FILE
from .private_files import (
    FILE_MODE,
    FOLDER_MODE,
    make_private_file,
    make_private_folder,
    restrict,
    restrict_tree,
)

BLOBS = "blobs"
DATABASE = "server.sqlite"
DATABASE_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")
LOCK = "lock.sqlite"
OURS = frozenset({BLOBS, ROOT_FILE, LOCK, f"{LOCK}-journal", *DATABASE_FILES})


class DataFolder:
    """A folder that belongs to this server until `close`.

    Without a path it is a temporary one, removed at the end. `was_killed` tells that the last
    server on it did not get to `close`, so that there may be something to tidy up. What is in it is
    private to the account that runs the server, as is the folder unless it holds other things, too.
    """

    def __init__(self, path: Path | None) -> None:
        self.lasting: bool = path is not None
        """Whether what is written must survive a loss of power."""
        self.path: Path = path or Path(tempfile.mkdtemp(prefix="wbtyped-server-"))
        make_private_folder(self.path)
        self._file = self.path / LOCK
        self.was_killed: bool = self._file.exists()
        make_private_file(self._file)
        # SQLite locks files on every platform, and the system lets go when the process dies.
        self._lock = sqlite3.connect(
            self._file, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            # A journal would be a file that a forked child deletes when it ends.
            self._lock.execute("PRAGMA journal_mode = OFF")
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._lock.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise DiskError(
                f"data folder {self.path} is in use by another server; stop that one, or choose"
                " another folder"
            ) from error
        self._close_to_others()

    def _close_to_others(self) -> None:
        """Make private what an older wbtyped, or a copy of the folder, left open to others."""
        for name in DATABASE_FILES:
            restrict(self.path / name, FILE_MODE)
        restrict_tree(self.path / BLOBS)
        # A folder that also holds other things is the user's own, such as a home.
        if all(entry.name in OURS for entry in self.path.iterdir()):
            restrict(self.path, FOLDER_MODE)

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.close()
        with suppress(OSError):
            self._file.unlink()
        if not self.lasting:
            shutil.rmtree(self.path, ignore_errors=True)
