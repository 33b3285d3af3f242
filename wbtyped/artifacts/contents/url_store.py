"""The signed URLs of a version that are known so far."""

from collections.abc import Iterable

from ...transport.single_flight import SingleFlight


class UrlStore:
    """Signed URLs by path; a pickled one is empty, because a signature lets anybody read.

    Safe to share between threads: each step is a single one of a dict.
    """

    __slots__ = ("_urls", "requests")

    def __init__(self) -> None:
        self._urls: dict[str, str] = {}
        self.requests: SingleFlight[None] = SingleFlight()
        """The requests for URLs that are on the way."""

    def __repr__(self) -> str:
        return f"<UrlStore of {len(self._urls)} URLs>"

    def __reduce__(self) -> tuple[type["UrlStore"], tuple[()]]:
        return UrlStore, ()

    def get(self, path: str) -> str | None:
        """Return the URL of a path, if it is known."""
        return self._urls.get(path)

    def take(self, path: str) -> str | None:
        """Return the URL of a path, if it is known, and forget it."""
        return self._urls.pop(path, None)

    def add(self, urls: Iterable[tuple[str, str]]) -> None:
        """Add URLs, in place of those that were known."""
        self._urls.update(urls)

    def clear(self) -> None:
        """Forget all URLs."""
        self._urls.clear()
