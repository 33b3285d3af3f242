"""Parse response headers: bounded, and without an exception whatever the value."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

MAX_HEADER_CHARACTERS = 1024
"""Longer headers are ignored."""
MAX_RETRY_AFTER_SECONDS = 365 * 24 * 3600.0
# 18 digits stay below 2**63; int() raises for more than 4,300.
CONTENT_RANGE = re.compile(r"(?i)bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
LENGTH = re.compile(r"[0-9]{1,18}")
STRONG_ETAG = re.compile(r'"[!#-~]*"')


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a header, stripped; empty if it is missing or too long."""
    value = headers.get(name, "")
    return value.strip() if len(value) <= MAX_HEADER_CHARACTERS else ""


def http_date(value: str | None) -> datetime | None:
    """Parse an HTTP date, in UTC; None if it is not a date."""
    if not value or len(value) > MAX_HEADER_CHARACTERS:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str | None) -> float | None:
    """Return the seconds to wait by a `Retry-After` header, which is a number or a date."""
    if not value or len(value) > MAX_HEADER_CHARACTERS:
        return None
    try:
        seconds = float(value)
    except ValueError:
        moment = http_date(value)
        if moment is None:
            return None
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return None if math.isnan(seconds) else min(max(0.0, seconds), MAX_RETRY_AFTER_SECONDS)


class ContentRange(NamedTuple):
    """The bytes that a response contains: from `start` up to, not including, `stop`."""

    start: int
    stop: int
    total: int | None
    """Size of the whole resource in bytes; None if the server does not say."""


def content_range(headers: Mapping[str, str]) -> ContentRange | None:
    """Parse `Content-Range`; None if it is missing or invalid."""
    found = CONTENT_RANGE.fullmatch(header(headers, "content-range"))
    if found is None:
        return None
    start, stop = int(found[1]), int(found[2]) + 1
    total = None if found[3] == "*" else int(found[3])
    if stop <= start or (total is not None and total < stop):
        return None
    return ContentRange(start, stop, total)


def content_length(headers: Mapping[str, str]) -> int | None:
    """Return the announced size of a body in bytes, as sent (compressed); None if unknown."""
    value = header(headers, "content-length")
    return int(value) if LENGTH.fullmatch(value) else None


def content_encodings(headers: Mapping[str, str]) -> list[str]:
    """Return the content encodings of a body in the order applied; empty for none."""
    value = headers.get("content-encoding", "")[:MAX_HEADER_CHARACTERS]
    names = [name.strip().lower() for name in value.split(",")]
    return [name for name in names if name not in {"", "identity"}]


class Validators(NamedTuple):
    """The headers that identify one version of a resource; empty if the server omits them."""

    etag: str
    last_modified: str
    date: str

    @property
    def condition(self) -> str:
        """The value for `If-Range`, which must be strong (RFC 9110 13.1.5); empty for none."""
        if self.etag:
            return self.etag if STRONG_ETAG.fullmatch(self.etag) else ""
        modified, sent = http_date(self.last_modified), http_date(self.date)
        if not self.last_modified.isascii() or modified is None or sent is None:
            return ""
        # Within one second, a resource can change and keep its date.
        return self.last_modified if (sent - modified).total_seconds() >= 1 else ""

    def is_same(self, other: "Validators") -> bool:
        """Return True if another part is of the same version; a missing ETag does not match."""
        if self.etag:
            return self.etag == other.etag and other.last_modified in {"", self.last_modified}
        return self.last_modified == other.last_modified


def validators(headers: Mapping[str, str]) -> Validators:
    """Return the validators of a response."""
    return Validators(
        header(headers, "etag"), header(headers, "last-modified"), header(headers, "date")
    )
