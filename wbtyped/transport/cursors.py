"""Where a list has been, so that a server that leads in circles is noticed."""

from hashlib import blake2b

from ..errors import SchemaMismatchError


class Cursors:
    """The cursors of one way through a list: eight bytes of each, since they may be long."""

    def __init__(self, operation: str, start: str | None) -> None:
        self.operation: str = operation
        self._seen = set[bytes]()
        if start is not None:
            self._seen.add(number_of(start))

    def check(self, cursor: str | None) -> str:
        """Return where the next page starts; raises SchemaMismatchError for a place that was."""
        if cursor is None:
            raise self._never_ends("it names no cursor")
        if number_of(cursor) in self._seen:
            shown = cursor if len(cursor) <= 100 else f"{cursor[:97]}..."
            raise self._never_ends(f"its cursor {shown!r} was there before")
        return cursor

    def add(self, cursor: str) -> None:
        """Note a cursor, once its page is taken."""
        self._seen.add(number_of(cursor))

    def _never_ends(self, reason: str) -> SchemaMismatchError:
        return SchemaMismatchError(
            f"{self.operation}: the server says that more follows, but {reason}; reading on would"
            " never end",
            operation=self.operation,
        )


def number_of(cursor: str) -> bytes:
    """Return eight bytes that stand for a cursor, the same in every process."""
    return blake2b(cursor.encode("utf-8", "surrogatepass"), digest_size=8).digest()
