"""One file to download: its URL, its target path, and what is known of its content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from .recorded_reference import Recorded
from .target import Location

RefreshUrls = Callable[[Sequence[str]], Mapping[str, str]]
"""Return new URLs by file name; a file that no longer exists is left out."""


NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class Piece(NamedTuple):
    """A byte range of a file: from `start` to before `stop`, of `total` bytes."""

    start: int
    stop: int
    total: int


@dataclass(slots=True)
class Transfer:
    """A file to download.

    `size` is in bytes, `md5` or `xxh128` the digest in base64; None if the server does not know.
    `recorded` is what an artifact recorded of a reference; its size is not always that of the
    content, see there. `label` names the file in errors, `name` in results. `headers` are sent with
    the request; they include the API key where it may be sent.
    """

    url: str
    target: Location
    size: int | None
    md5: str | None
    label: str
    name: str = ""
    xxh128: str | None = None
    recorded: Recorded | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)
    replace: bool = True
    """Whether an existing file may be replaced."""
    refresh_urls: RefreshUrls | None = None
    """Refreshes an expired URL, by `refresh_name`; None if the URL never expires."""
    refresh_name: str = ""
    piece: Piece | None = None
    """The range to download, to which `size` then applies; None for the whole file."""

    @property
    def digest(self) -> str | None:
        """The digest, of either kind; without one, the content cannot be verified."""
        return self.xxh128 or self.md5


class UrlExpired(Exception):  # noqa: N818 - never leaves the package
    """A signed URL has expired; a new one may work."""


class SplitRequested(Exception):  # noqa: N818 - never leaves the package
    """The transfer was asked to stop, so that the rest can be fetched in pieces."""
