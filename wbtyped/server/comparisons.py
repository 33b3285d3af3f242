"""Values of records, compared with those of filters as W&B's dialect of MongoDB compares them."""

import re
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from typing import Final, TypeAlias

from pydantic import JsonValue

from .http_errors import HttpError

YEAR_OR_MONTH = re.compile(r"\d{4}(-\d\d)?")


class Missing(Enum):
    """What a record has under a key that is not there, which is not the same as null."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING
FieldValue: TypeAlias = "JsonValue | Missing"
"""What a filter or an order sees of a record."""


class Moment(str):
    """A time, as the server stores it; a filter may write the same time differently."""

    __slots__ = ()


class Incomparable(Exception):  # noqa: N818 - control flow
    """Two values have no order, so that no comparison holds."""


def equal(value: FieldValue, expected: JsonValue) -> bool:
    """Return True for the same value, or a list that contains it; what is missing equals null."""
    if isinstance(value, list):
        return _same(value, expected) or any(_same(item, expected) for item in value)
    return _same(None if value is MISSING else value, expected)


def compare(value: FieldValue, expected: JsonValue) -> int:
    """Return -1, 0 or 1, or raise Incomparable."""
    if isinstance(value, str) and isinstance(expected, str):
        text = parse_moment(expected) if isinstance(value, Moment) else expected
        return (value > text) - (value < text)
    if _is_number(value) and _is_number(expected):
        assert isinstance(value, int | float) and isinstance(expected, int | float)  # noqa: S101, PT018
        return (value > expected) - (value < expected)
    raise Incomparable


def _is_number(value: FieldValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(value: JsonValue, expected: JsonValue) -> bool:
    """Compare as JSON does: true is not 1."""
    if isinstance(value, bool) or isinstance(expected, bool):
        return value is expected
    if isinstance(value, Moment) and isinstance(expected, str):
        return value == parse_moment(expected)
    if isinstance(value, list) and isinstance(expected, list):
        return len(value) == len(expected) and all(map(_same, value, expected))
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(_same(value[k], expected[k]) for k in value)
    return value == expected


@lru_cache(maxsize=64)
def parse_moment(text: str) -> str:
    """Return a time of a filter as the server stores times; without an offset it is UTC."""
    padded = f"{text}-01-01"[:10] if YEAR_OR_MONTH.fullmatch(text) else text
    try:
        found = datetime.fromisoformat(padded)
        utc = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise HttpError(f"invalid time {text[:100]!r} in a filter", status=400) from None
    return utc.isoformat(timespec="microseconds").replace("+00:00", "Z")


def look_up(value: FieldValue, key: str) -> FieldValue:
    """Return the value at a dotted key; a key that itself has dots is found, too."""
    while key:
        if not isinstance(value, dict):
            return MISSING
        head = _longest_key(value, key)
        if head is None:
            return MISSING
        value, key = value[head], key[len(head) + 1 :]
    return value


def _longest_key(value: dict[str, JsonValue], key: str) -> str | None:
    end = len(key)
    while end > 0:
        if key[:end] in value:
            return key[:end]
        end = key.rfind(".", 0, end)
    return None
