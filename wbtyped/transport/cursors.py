"""Detect a server whose pages repeat, so that reading a list always ends."""

from hashlib import blake2b

from ..errors import SchemaMismatchError


class Cursors:
    """The cursors seen in one pass through a list, as hashes, since they may be long."""

    def __init__(self, operation: str, start: str | None, subject: str = "") -> None:
        self.operation: str = operation
        self.subject: str = subject or operation
        """What is listed, for errors."""
        self._seen = set[bytes]()
        if start is not None:
            self._seen.add(cursor_hash(start))

    @property
    def is_first(self) -> bool:
        """Whether the pass is at the first page of the whole list."""
        return not self._seen

    def check(self, cursor: str | None) -> str:
        """Return the cursor of the next page; raises SchemaMismatchError if it was seen before."""
        if cursor is None:
            raise self._endless("sent no cursor")
        if cursor_hash(cursor) in self._seen:
            shown = cursor if len(cursor) <= 100 else f"{cursor[:97]}..."
            raise self._endless(f"repeated the cursor {shown!r}")
        return cursor

    def add(self, cursor: str) -> None:
        """Record a cursor whose page was accepted."""
        self._seen.add(cursor_hash(cursor))

    def follow(self, cursor: str | None) -> str:
        """Check and record the cursor of the next page, where that is requested at once."""
        following = self.check(cursor)
        self.add(following)
        return following

    def _endless(self, reason: str) -> SchemaMismatchError:
        return SchemaMismatchError(
            f"{self.subject}: the server announced another page but {reason}; the list would"
            " never end",
            operation=self.operation,
        )


def cursor_hash(cursor: str) -> bytes:
    """Return eight bytes that identify a cursor, the same in every process."""
    return blake2b(cursor.encode("utf-8", "surrogatepass"), digest_size=8).digest()
