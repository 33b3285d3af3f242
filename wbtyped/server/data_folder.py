"""The folder with a server's data, locked by one server at a time."""

import shutil
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import DiskError
from .keys import ROOT_SECRET_FILE
from .private_files import (
    FILE_MODE,
    FOLDER_MODE,
    make_private_file,
    make_private_folder,
    restrict,
    restrict_tree,
)

BLOB_FOLDER = "blobs"
DATABASE_FILE = "server.sqlite"
DATABASE_FILES = (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm")
LOCK_FILE = "lock.sqlite"
OWN_FILES = frozenset(
    {BLOB_FOLDER, ROOT_SECRET_FILE, LOCK_FILE, f"{LOCK_FILE}-journal", *DATABASE_FILES}
)


class DataFolder:
    """A folder that is locked by this server until `close`.

    Without a path it is a temporary folder, removed on `close`. `was_killed` is True if the last
    server on it did not get to `close`, so that there may be files to clean up. All files are
    private to the account that runs the server; so is the folder, unless it contains other files
    too.
    """

    def __init__(self, path: Path | None) -> None:
        self.lasting: bool = path is not None
        """Whether what is written must survive a loss of power."""
        self.path: Path = path or Path(tempfile.mkdtemp(prefix="wbtyped-server-"))
        make_private_folder(self.path)
        self._file = self.path / LOCK_FILE
        self.was_killed: bool = self._file.exists()
        make_private_file(self._file)
        # SQLite locks files on every platform, and the OS releases the lock when the process dies.
        self._lock = sqlite3.connect(
            self._file, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            # A journal would be a file that a forked child deletes on exit.
            self._lock.execute("PRAGMA journal_mode = OFF")
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._lock.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise DiskError(
                f"data folder {self.path} is in use by another server; stop that one or use"
                " another folder"
            ) from error
        self._restrict_modes()

    def _restrict_modes(self) -> None:
        """Make files private that an older wbtyped, or a copy of the folder, left readable."""
        for name in DATABASE_FILES:
            restrict(self.path / name, FILE_MODE)
        restrict_tree(self.path / BLOB_FOLDER)
        # A folder with other files in it is the user's own, such as a home directory.
        if all(entry.name in OWN_FILES for entry in self.path.iterdir()):
            restrict(self.path, FOLDER_MODE)

    def close(self) -> None:
        """Release the folder."""
        self._lock.close()
        with suppress(OSError):
            self._file.unlink()
        if not self.lasting:
            shutil.rmtree(self.path, ignore_errors=True)
