"""Limits on the size and the total time of a response."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import UsageError

DEFAULT_TIMEOUTS_PER_RESPONSE = 10
"""The default time limit of a whole response, as a multiple of `timeout`."""


@dataclass(frozen=True, kw_only=True)
class ResponseLimits:
    """Limits of a single response; a properly working server does not come near them.

    `graphql_bytes` and `manifest_bytes` limit the decoded size of a GraphQL response and of an
    artifact manifest (`WBTYPED_MAX_GRAPHQL_BYTES`, `WBTYPED_MAX_MANIFEST_BYTES`). `seconds` limits
    the total time to receive one of them (`WBTYPED_RESPONSE_TIMEOUT`); None means ten times the
    `timeout` of the client.

    Files have no such limit, but must arrive at 128 bytes per second or more on average.
    """

    graphql_bytes: int = 128 * 1024**2
    manifest_bytes: int = 4 * 1024**3
    """Enough for 30 million files; a manifest is spooled to a temporary file."""
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("graphql_bytes", "manifest_bytes"):
            value: object = getattr(self, name)
            if type(value) is not int or value < 1:
                raise UsageError(f"{name} must be a whole number of bytes above 0, got {value!r}")
        seconds: object = self.seconds
        if seconds is not None and not (
            type(seconds) in {int, float} and 0 < float(str(seconds)) < math.inf
        ):
            raise UsageError(f"seconds must be a number above 0, got {seconds!r}")

    def overall(self, timeout: float) -> float:
        """Return the time limit of a whole response in seconds."""
        return DEFAULT_TIMEOUTS_PER_RESPONSE * timeout if self.seconds is None else self.seconds


def find_limits(environ: Mapping[str, str]) -> ResponseLimits:
    """Read the limits from environment variables; raises UsageError."""
    default = ResponseLimits()
    return ResponseLimits(
        graphql_bytes=_bytes(environ, "WBTYPED_MAX_GRAPHQL_BYTES") or default.graphql_bytes,
        manifest_bytes=_bytes(environ, "WBTYPED_MAX_MANIFEST_BYTES") or default.manifest_bytes,
        seconds=_seconds(environ, "WBTYPED_RESPONSE_TIMEOUT"),
    )


def _bytes(environ: Mapping[str, str], name: str) -> int | None:
    value = environ.get(name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 18 and int(value)):
        raise UsageError(f"{name} must be a whole number of bytes above 0, got {value!r}")
    return int(value)


def _seconds(environ: Mapping[str, str], name: str) -> float | None:
    value = environ.get(name)
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise UsageError(f"{name} must be a number of seconds above 0, got {value!r}")
    return seconds
