"""One file to bring from a URL to its place on disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .recorded_reference import Recorded

Source = Callable[[Sequence[str]], Mapping[str, str]]
"""From the names of files to their addresses, for as many as there are."""


class Piece(NamedTuple):
    """A part of a content: its bytes from `start` to before `stop`, of `whole` bytes."""

    start: int
    stop: int
    whole: int


@dataclass(slots=True)
class Transfer:
    """What to fetch, and what has to arrive.

    `size` is in bytes, `md5` or `xxh128` the digest in base64; None where the server does not know.
    `recorded` is what is known of a reference; its size is not always that of the content, see
    there. `label` names the file in errors,
    `name` in results. `headers` go with the request, the API key among them where it may.
    """

    url: str
    target: Path
    size: int | None
    md5: str | None
    label: str
    name: str = ""
    xxh128: str | None = None
    recorded: Recorded | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    replace: bool = True
    """Whether a file of this name may be replaced."""
    source: "Source | None" = None
    """Who gives new addresses, by `source_name`; None where an address is good for ever."""
    source_name: str = ""
    piece: "Piece | None" = None
    """What is to be fetched of the content; None for all of it. `size` and digest are of that."""

    @property
    def digest(self) -> str | None:
        """The digest, of whichever kind; without one nothing tells the content from any other."""
        return self.xxh128 or self.md5


class TransferCancelled(Exception):  # noqa: N818 - never leaves the package
    """Nobody waits for the transfer any more."""


class UrlExpired(Exception):  # noqa: N818 - never leaves the package
    """A signed address is not good any more; a new one may be."""


class SplitRequested(Exception):  # noqa: N818 - never leaves the package
    """The rest is fetched in another way."""
