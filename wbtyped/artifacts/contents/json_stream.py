"""Read JSON piece by piece from a stream, in bounded memory."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO

WINDOW_CHARACTERS = 64 * 1024
"""How much is read at once; a single value that is longer is read whole."""
MAX_NUMBER_DIGITS = 4000
"""Python refuses to parse a number of more than 4,300 digits."""
SPACE = re.compile(r"[ \t\n\r]*")


def object_without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object; raises ValueError for a repeated key, of which the last would win."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    counts = Counter(name for name, _ in pairs)
    raise repeated_key(next(name for name, count in counts.items() if count > 1))


def repeated_key(name: str) -> ValueError:
    """Build the error for a key that an object contains twice."""
    return ValueError(f"it contains {name!r} twice")


def _int_or_string(digits: str) -> int | str:
    """Return a JSON integer; one that is too long stays a string, which makes its entry invalid."""
    return int(digits) if len(digits) <= MAX_NUMBER_DIGITS else digits


DECODER = json.JSONDecoder(object_pairs_hook=object_without_duplicates, parse_int=_int_or_string)


def parse_json(text: str) -> object:
    """Return a JSON value; raises ValueError for a repeated key."""
    return DECODER.decode(text)


class JsonStream:
    """JSON in UTF-8, read from left to right; everything raises ValueError for what is invalid.

    `window` contains what has been read but not parsed, from `position` on. A value that ends with
    the window is only accepted at the end of the stream, for more of it may follow.
    """

    __slots__ = ("_at_end", "_dropped", "_text", "position", "window")

    def __init__(self, stream: IO[bytes]) -> None:
        self._text = TextIOWrapper(stream, "utf-8", "surrogatepass", newline="")
        self._at_end = False
        self._dropped = 0
        self.window: str = ""
        self.position: int = 0
        self.fill()
        self.position = int(self.window.startswith("\ufeff"))  # a byte order mark

    def detach(self) -> None:
        """Leave the stream open."""
        self._text.detach()

    def fill(self) -> None:
        """Read more: at least as much as is left, so that long values take linear time."""
        left = self.window[self.position :]
        block = self._text.read(max(WINDOW_CHARACTERS, len(left)))
        self._at_end = not block
        self._dropped += self.position
        self.window, self.position = left + block, 0

    def peek(self) -> str:
        """Return the next character that is not white space; empty at the end."""
        while True:
            if space := SPACE.match(self.window, self.position):
                self.position = space.end()
            if self.position < len(self.window) or self._at_end:
                return self.window[self.position : self.position + 1]
            self.fill()

    def take(self, expected: str) -> str:
        """Return the next character, which must be one of the expected ones."""
        found = self.peek()
        if not found or found not in expected:
            raise self._error(f"expected {' or '.join(expected)}", self.position)
        self.position += 1
        return found

    def value(self) -> object:
        """Return the next value."""
        self.peek()
        while True:
            try:
                parsed, end = DECODER.raw_decode(self.window, self.position)
            except json.JSONDecodeError as error:
                if self._at_end:
                    raise self._error(error.msg, error.pos) from error
            else:
                if end < len(self.window) or self._at_end:
                    self.position = end
                    return parsed
            self.fill()

    def value_and_source(self) -> tuple[object, str]:
        """Return the next value, and how it is written."""
        self.peek()
        start = self._dropped + self.position
        parsed = self.value()
        return parsed, self.window[start - self._dropped : self.position]

    def name(self) -> str:
        """Return the next key of an object, and skip the colon behind it."""
        if self.peek() != '"':
            raise self._error("expected a key in double quotes", self.position)
        name = self.value()
        self.take(":")
        assert isinstance(name, str)  # noqa: S101 - it began with a quote
        return name

    def members(self) -> Iterator[str]:
        """Yield each key of the next value, an object, after which the caller reads its value."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            yield self.name()
            if self.take(",}") == "}":
                return

    def end(self) -> None:
        """Raise ValueError if anything follows."""
        if self.peek():
            raise self._error("expected nothing more", self.position)

    def _error(self, reason: str, position: int) -> ValueError:
        return ValueError(f"{reason}, at character {self._dropped + position}")
