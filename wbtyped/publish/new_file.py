"""Files that are written directly into a draft; they count once they are closed."""

import codecs
import io
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Literal

from ..errors import DiskError, UsageError

WriteMode = Literal["w", "wb", "x", "xb"]
OnClose = Callable[[], object]


class NewBinaryFile(io.BufferedWriter):
    """A new file of a draft, for bytes. It is in the draft once it is closed.

    If a `with` block ends with an exception, it is not.
    """

    def __init__(self, path: Path, on_close: OnClose) -> None:
        try:
            super().__init__(io.FileIO(path, "w"))
        except OSError as error:
            raise DiskError(f"{path} cannot be written: {error.strerror}") from error
        self._on_close: OnClose | None = on_close

    def discard(self) -> None:
        """Close the file without adding it to the draft."""
        self._on_close = None
        self.close()

    def close(self) -> None:
        """Close the file and add it to the draft."""
        if self.closed:
            return
        super().close()
        if self._on_close is not None:
            self._on_close()

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
