"""Read a content in storage like an open file."""

import io
from typing import TYPE_CHECKING, Literal, Self

from .. import arguments
from ..errors import UsageError

if TYPE_CHECKING:  # at run time it would import httpx, and classes of files import this module
    from _typeshed import WriteableBuffer

    from .stored_content import StoredContent

BUFFER_BYTES = 256 * 1024
"""Bytes that small reads of an open file fetch at least."""
MAX_BUFFER_BYTES = 1024**3
"""Highest `buffer_size`: the memory is taken when a file is opened."""
ReadMode = Literal["rb"]
"""How a file in storage can be opened."""
WHENCES = (io.SEEK_SET, io.SEEK_CUR, io.SEEK_END)


def open_content(content: "StoredContent", buffer_size: int) -> io.BufferedReader:
    """Open a content for reading; `buffer_size` is how many bytes small reads fetch at least."""
    return io.BufferedReader(ContentReader(content), buffer_size)


def check_open(mode: object, buffer_size: object) -> None:
    """Raise UsageError for arguments with which no file can be opened."""
    arguments.one_of("mode", mode, ("rb",))
    arguments.whole_number("buffer_size", buffer_size, 1, MAX_BUFFER_BYTES)


def check_range(start: object, end: object) -> None:
    """Raise UsageError unless these are positions, as for a slice."""
    for name, value in (("start", start), ("end", end)):
        if (value is not None or name == "start") and type(value) is not int:
            raise arguments.wrong(name, "a whole number", value)


class ContentReader(io.RawIOBase):
    """An open file in storage. Each read is a request, so it is used through a buffer."""

    def __init__(self, content: "StoredContent") -> None:
        super().__init__()
        self._content = content
        self._position = 0

    def __repr__(self) -> str:
        return f"<ContentReader of {self._content.label}>"

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move to a position: from the start, the current one, or the end of the file."""
        self._require_open()
        size = self._content.client.run(self._content.load_size()) if whence == io.SEEK_END else 0
        self._position = moved(self._position, size, offset, whence)
        return self._position

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer, up to the end of the file; return the number of bytes."""
        self._require_open()
        view = memoryview(buffer).cast("B")
        block = self._read(self._position + len(view))
        view[: len(block)] = block
        return len(block)

    def readall(self) -> bytes:
        """Return everything up to the end; a whole file is verified by its digest."""
        self._require_open()
        return self._read(None)

    def _read(self, end: int | None) -> bytes:
        block = self._content.client.run(self._content.read(self._position, end))
        self._position += len(block)
        return block

    def _require_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on a closed file")


class AsyncContentReader:
    """An open file in storage, read with `await`; each read is a request.

    Example:
        >>> import asyncio
        >>> async def last_bytes(file):
        ...     async with await file.aopen() as reader:
        ...         await reader.seek(-4, 2)
        ...         return await reader.read()
        >>> asyncio.run(last_bytes(run.file("model.pt")))
        b'ghts'
    """

    __slots__ = ("_content", "_position")

    def __init__(self, content: "StoredContent") -> None:
        arguments.instance("content", content, "StoredContent")
        self._content = content
        self._position = 0

    def __repr__(self) -> str:
        return f"<AsyncContentReader of {self._content.label}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Do nothing: connections belong to the client."""

    def tell(self) -> int:
        """Return the position of the next byte."""
        return self._position

    async def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position: from the start (0), the current one (1), or the end (2)."""
        check_range(offset, whence)
        size = 0
        if whence == io.SEEK_END:
            size = await self._content.client.arun(self._content.load_size())
        self._position = moved(self._position, size, offset, whence)
        return self._position

    async def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; by default everything up to the end of the file.

        A file that is read at once is verified by its digest.
        """
        check_range(size, None)
        end = None if size < 0 else self._position + size
        block = await self._content.client.arun(self._content.read(self._position, end))
        self._position += len(block)
        return block


def moved(position: int, size: int, offset: int, whence: int) -> int:
    """Return the position after a seek; raises UsageError, which is a ValueError."""
    if whence not in WHENCES:
        raise UsageError(f"whence must be 0, 1 or 2, got {whence}")
    new = {io.SEEK_SET: 0, io.SEEK_CUR: position, io.SEEK_END: size}[whence] + offset
    if new < 0:
        raise UsageError(f"a position in a file must not be negative, got {new}")
    return new
