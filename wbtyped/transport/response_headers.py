"""Response headers, each parsed here alone: bounded, and without an exception for any value."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

LONGEST_HEADER = 1024
"""Characters up to which a header is looked at."""
LONGEST_WAIT_SECONDS = 365 * 24 * 3600.0
# 18 digits stay below 2**63, and 5,000 would be an error of int().
CONTENT_RANGE = re.compile(r"(?i)bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")
LENGTH = re.compile(r"[0-9]{1,18}")
STRONG_ETAG = re.compile(r'"[!#-~]*"')


def header(headers: Mapping[str, str], name: str) -> str:
    """Return a header without spaces around it; empty where it is missing or too long."""
    value = headers.get(name, "")
    return value.strip() if len(value) <= LONGEST_HEADER else ""


def http_date(value: str | None) -> datetime | None:
    """Return the moment that a header names, in UTC; None for what is no date."""
    if not value or len(value) > LONGEST_HEADER:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def retry_after(value: str | None) -> float | None:
    """Return the seconds that a `Retry-After` header asks for: a number, or a date to wait for."""
    if not value or len(value) > LONGEST_HEADER:
        return None
    try:
        seconds = float(value)
    except ValueError:
        moment = http_date(value)
        if moment is None:
            return None
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return None if math.isnan(seconds) else min(max(0.0, seconds), LONGEST_WAIT_SECONDS)


class ContentRange(NamedTuple):
    """Which bytes of a content a response holds: from `start` to before `stop`."""

    start: int
    stop: int
    total: int | None
    """Bytes of the whole content; None where the server does not say."""


def content_range(headers: Mapping[str, str]) -> ContentRange | None:
    """Return the range of a response; None where there is none that makes sense."""
    found = CONTENT_RANGE.fullmatch(header(headers, "content-range"))
    if found is None:
        return None
    start, stop = int(found[1]), int(found[2]) + 1
    total = None if found[3] == "*" else int(found[3])
    if stop <= start or (total is not None and total < stop):
        return None
    return ContentRange(start, stop, total)


def content_length(headers: Mapping[str, str]) -> int | None:
    """Return the bytes that a body was announced to have, as it goes over the wire."""
    value = header(headers, "content-length")
    return int(value) if LENGTH.fullmatch(value) else None


def content_encodings(headers: Mapping[str, str]) -> list[str]:
    """Return in which ways a body is encoded, one after the other; empty for not at all."""
    value = headers.get("content-encoding", "")[:LONGEST_HEADER]
    names = [name.strip().lower() for name in value.split(",")]
    return [name for name in names if name not in {"", "identity"}]


class Validators(NamedTuple):
    """What tells one content of a URL from another; empty where the server does not say."""

    etag: str
    last_modified: str
    date: str

    @property
    def condition(self) -> str:
        """What `If-Range` can name, by RFC 9110 section 13.1.5; empty where nothing is strong."""
        if self.etag:
            return self.etag if STRONG_ETAG.fullmatch(self.etag) else ""
        modified, sent = http_date(self.last_modified), http_date(self.date)
        if not self.last_modified.isascii() or modified is None or sent is None:
            return ""
        # Within one second, a content can change and keep its date.
        return self.last_modified if (sent - modified).total_seconds() >= 1 else ""

    def is_same(self, other: "Validators") -> bool:
        """Tell whether a further part is of the same content; what is left out is another."""
        if self.etag:
            return self.etag == other.etag and other.last_modified in {"", self.last_modified}
        return self.last_modified == other.last_modified


def validators(headers: Mapping[str, str]) -> Validators:
    """Return the validators of a response."""
    return Validators(
        header(headers, "etag"), header(headers, "last-modified"), header(headers, "date")
    )
