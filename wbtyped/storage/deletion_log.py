"""The log of what was deleted for a plan, so that applying it can be resumed."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO, TypedDict, cast

from ..errors import DiskError


class LogLine(TypedDict):
    """One deletion."""

    id: str
    path: str
    plan: str
    """When the plan was made: a log of an earlier plan in the same file does not count."""
    deleted_at: str


class DeletionLog:
    """A file of JSON lines, one for each version that is gone; without a path, nothing is kept.

    `plan` tells plans apart, by when they were made.
    """

    def __init__(self, path: Path | None, plan: str) -> None:
        self.plan: str = plan
        self._path = path
        self._stream: TextIO | None = None
        self._lock = threading.Lock()
        self.deleted: set[str] = set(self._read())
        """The ids of what was deleted for this plan before."""

    def _read(self) -> Iterator[str]:
        if self._path is None:
            return
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            raise DiskError(f"cannot read the log {self._path}: {error}") from error
        for line in lines:
            # A killed process may have left half a line: its version is looked up again.
            with suppress(ValueError, KeyError, TypeError):
                logged = cast("dict[str, object]", json.loads(line))
                if logged["plan"] == self.plan:
                    yield str(logged["id"])

    def add(self, line: LogLine) -> None:
        """Record a deletion; raises DiskError."""
        with self._lock:
            self.deleted.add(line["id"])
            if self._path is None:
                return
            try:
                if self._stream is None:
                    self._stream = self._path.open("a", encoding="utf-8")
                    if self._stream.tell():
                        self._stream.write("\n")  # after what may be half a line
                self._stream.write(f"{json.dumps(line)}\n")
                self._stream.flush()
            except OSError as error:
                raise DiskError(f"cannot write the log {self._path}: {error.strerror}") from error

    def close(self) -> None:
        """Close the file."""
        if self._stream is not None:
            self._stream.close()
