"""Open files of the file system."""

import os
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from fsspec.caching import register_cache

from .base_classes import AbstractAsyncStreamedFile, AbstractBufferedFile
from .readahead import SequentialCache

LINE_BLOCK_BYTES = 8 * 1024
"""How much is read at once to find the end of a line."""
WRITE_BLOCK_BYTES = 1024 * 1024
"""How much is written to the temporary file at once."""

register_cache(SequentialCache, clobber=True)


class ReadableFile(AbstractBufferedFile):
    """A file that is open for reading: with the content that it had when it was opened.

    `fetch` returns its bytes from one position up to another.
    """

    def __init__(
        self,
        fs: object,
        path: str,
        info: Mapping[str, Any],
        fetch: Callable[[int, int], bytes],
        block_size: int | str | None,
        cache_type: str,
        cache_options: dict[str, object] | None,
    ) -> None:
        self._fetch_bytes = fetch
        self.details = info
        super().__init__(
            fs, path, "rb", block_size, cache_type=cache_type, cache_options=cache_options,
            size=info["size"],
        )  # fmt: skip

    def _fetch_range(self, start: int, end: int) -> bytes:
        return self._fetch_bytes(start, end)

    def readuntil(self, char: bytes = b"\n", blocks: int | None = None) -> bytes:
        """Read up to a delimiter, in blocks that do not read far beyond it."""
        return super().readuntil(char, blocks or LINE_BLOCK_BYTES)


class StreamedFile(AbstractAsyncStreamedFile):
    """A file that is open for reading on an event loop; each read is a request."""

    def __init__(
        self,
        fs: object,
        path: str,
        info: Mapping[str, Any],
        fetch: Callable[[int, int], Awaitable[bytes]],
    ) -> None:
        self._fetch_bytes = fetch
        self.details = info
        super().__init__(fs, path, "rb", cache_type="none", size=info["size"])

    async def _fetch_range(self, start: int, end: int) -> bytes:  # type: ignore[override]
        return await self._fetch_bytes(start, min(end, self.size))


class WritableFile(AbstractBufferedFile):
    """A file of a run that is being written.

    It is a temporary file until it is closed; then `upload` takes it, and only then the file of the
    run has the new content. Leaving the `with` block by an exception discards it.
    """

    def __init__(
        self, fs: object, path: str, mode: str, upload: Callable[[Path], None], *, autocommit: bool
    ) -> None:
        self._upload = upload
        self._temporary: Path | None = None
        super().__init__(fs, path, mode, WRITE_BLOCK_BYTES, autocommit)

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        if exc_type is not None:
            self.discard()
            self.closed = True
            return
        self.close()

    def _initiate_upload(self) -> None:
        descriptor, name = tempfile.mkstemp(prefix="wbtyped-")
        os.close(descriptor)
        self._temporary = Path(name)

    def _upload_chunk(self, final: bool = False) -> bool:
        assert self._temporary is not None  # noqa: S101 - `_initiate_upload` came first
        with self._temporary.open("ab") as file:
            file.write(self.buffer.getvalue())
        if final and self.autocommit:
            self.commit()
        return True

    def commit(self) -> None:
        """Upload the file."""
        if self._temporary is None:
            return
        try:
            self._upload(self._temporary)
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove the temporary file."""
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)
            self._temporary = None
