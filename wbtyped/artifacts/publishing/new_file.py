"""Files that are written directly into a draft; they count once they are closed."""

import codecs
import io
import secrets
import shutil
import weakref
from collections.abc import Callable, Set
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Literal

from ...errors import DiskError, UsageError

WriteMode = Literal["w", "wb", "x", "xb"]
OnClose = Callable[[bool], object]
"""Called with True for a file to add to the draft, with False for one to forget."""


class NewBinaryFile(io.BufferedWriter):
    """A new file of a draft, for bytes. It is in the draft once it is closed.

    If a `with` block ends with an exception, it is not.
    """

    def __init__(self, path: Path, on_close: OnClose) -> None:
        try:
            super().__init__(io.FileIO(path, "w"))
        except OSError as error:
            raise DiskError(f"{path} cannot be written: {error.strerror}") from error
        self._on_close = on_close
        self._is_kept = True

    def discard(self) -> None:
        """Close the file without adding it to the draft."""
        self._is_kept = False
        self.close()

    def close(self) -> None:
        """Close the file and add it to the draft."""
        if self.closed:
            return
        super().close()
        self._on_close(self._is_kept)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Add the file to the draft, unless the block failed."""
        if exc_val is None:
            self.close()
        else:
            self.discard()


class NewTextFile(io.TextIOWrapper):
    """A new file of a draft, for text. It is in the draft once it is closed."""

    def __init__(self, binary: NewBinaryFile, encoding: str) -> None:
        super().__init__(binary, encoding=encoding, newline="")
        self._binary = binary

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Add the file to the draft, unless the block failed."""
        if exc_val is not None:
            self._binary.discard()
        self.close()


def check_encoding(encoding: str) -> None:
    """Raise UsageError for an encoding that Python does not have."""
    try:
        codecs.lookup(encoding)
    except (LookupError, ValueError):
        raise UsageError(f"encoding {encoding!r:.50} is not known") from None


class WrittenFiles:
    """The files that were written into one draft, in a folder that is removed with the draft."""

    __slots__ = ("__weakref__", "_folder", "_names", "_open", "_removed")

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._names: set[str] = set()
        self._open: dict[Path, str] = {}
        self._removed: set[str] = set()

    def __getstate__(self) -> tuple[set[str], set[str]]:
        # The folder belongs to the draft that wrote into it.
        return self._names, self._removed

    def __setstate__(self, state: tuple[set[str], set[str]]) -> None:
        self._folder = None
        self._open = {}
        self._names, self._removed = state

    @property
    def removed(self) -> Set[str]:
        """The files whose content was removed."""
        return self._removed

    def new_path(self) -> Path:
        """Return where a new file is written."""
        if self._folder is None:
            self._folder = Path(mkdtemp(prefix="wbtyped-draft-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder / secrets.token_hex(8)

    def opened(self, path: Path, name: str) -> None:
        """Remember a file that is being written."""
        self._open[path] = name

    def closed(self, path: Path, *, is_kept: bool) -> None:
        """Forget that a file is being written; its content is removed unless it is kept."""
        self._open.pop(path, None)
        if not is_kept:
            path.unlink(missing_ok=True)

    def add(self, name: str) -> None:
        """Remember a file that was written."""
        self._names.add(name)

    def forget(self, name: str) -> None:
        """Forget a file: another one of its name is in the draft, or none."""
        self._names.discard(name)
        self._removed.discard(name)

    def remove_all(self) -> set[str]:
        """Remove what was written, and return the names."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        removed, self._names = self._names, set()
        self._removed |= removed
        return removed

    def check_present(self) -> None:
        """Raise UsageError if a file is still being written, or its content was removed."""
        if self._open:
            name = min(self._open.values())
            raise UsageError(f"{name} is still open for writing; close it before publishing")
        if self._removed:
            raise UsageError(
                f"{min(self._removed)} was written by new_file, whose content is removed once the"
                " draft is published; write it again, or remove it"
            )
