"""How large a response may be, and how long it may take in all."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import UsageError

TIMES_TIMEOUT = 10
"""How often `timeout` a response may take in all, unless it is said."""


@dataclass(frozen=True, kw_only=True)
class ResponseLimits:
    """Limits of one response, which no server in good order comes near.

    `graphql_bytes` and `manifest_bytes` are how large a GraphQL response and a manifest may be,
    decoded (`WBTYPED_MAX_GRAPHQL_BYTES`, `WBTYPED_MAX_MANIFEST_BYTES`). `seconds` is how long one
    of them may take in all, from the first byte waited for to the last
    (`WBTYPED_RESPONSE_TIMEOUT`); None is ten times the `timeout` of the client.

    The content of a file has no limit of this kind: it has to bring 128 bytes a second on average.
    """

    graphql_bytes: int = 128 * 1024**2
    manifest_bytes: int = 512 * 1024**2
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
        """Return the seconds that one response may take."""
        return TIMES_TIMEOUT * timeout if self.seconds is None else self.seconds


def find_limits(environ: Mapping[str, str]) -> ResponseLimits:
    """Return the limits that the environment names; raises UsageError."""
    usual = ResponseLimits()
    try:
        return ResponseLimits(
            graphql_bytes=_number(environ, "WBTYPED_MAX_GRAPHQL_BYTES") or usual.graphql_bytes,
            manifest_bytes=_number(environ, "WBTYPED_MAX_MANIFEST_BYTES") or usual.manifest_bytes,
            seconds=_seconds(environ, "WBTYPED_RESPONSE_TIMEOUT"),
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def _number(environ: Mapping[str, str], name: str) -> int | None:
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
