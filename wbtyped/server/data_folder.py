"""The folder that keeps a server's data, held by one server at a time."""

import shutil
import sqlite3
import tempfile
from contextlib import suppress
from pathlib import Path

from ..errors import DiskError


class DataFolder:
    """A folder that belongs to this server until `close`.

    Without a path it is a temporary one, removed at the end. `was_killed` tells that the last
    server on it did not get to `close`, so that there may be something to tidy up.
    """

    def __init__(self, path: Path | None) -> None:
        self._temporary = path is None
        self.path: Path = path or Path(tempfile.mkdtemp(prefix="wbtyped-server-"))
        self.path.mkdir(parents=True, exist_ok=True)
        self._file = self.path / "lock.sqlite"
        self.was_killed: bool = self._file.exists()
        # SQLite locks files on every platform, and the system lets go when the process dies.
        self._lock = sqlite3.connect(
            self._file, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._lock.close()
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise DiskError(
                f"data folder {self.path} is in use by another server; stop that one, or choose"
                " another folder"
            ) from error

    def close(self) -> None:
        """Let go of the folder."""
        self._lock.close()
        with suppress(OSError):
            self._file.unlink()
        if self._temporary:
            shutil.rmtree(self.path, ignore_errors=True)
