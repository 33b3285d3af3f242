"""JSON from users: config, summary, metadata and filters, stored unchanged."""

import json

from pydantic import JsonValue, TypeAdapter

_object = TypeAdapter(dict[str, JsonValue])


def check_json(text: str) -> None:
    """Raise ValueError unless a string is JSON; NaN and infinities, as clients write, are valid."""
    try:
        # Digits are not turned into a number, for which Python has a limit.
        json.loads(text, parse_int=str, parse_float=str)
    except RecursionError:
        raise ValueError("nested too deep") from None


def parse_object(text: str) -> dict[str, JsonValue]:
    """Parse a JSON object, or raise ValueError; a number may have any number of digits."""
    try:
        return _object.validate_python(json.loads(text, parse_int=_number))
    except RecursionError:
        raise ValueError("nested too deep") from None


def read_object(text: str | None) -> dict[str, JsonValue]:
    """Parse a JSON object; anything else counts as empty."""
    try:
        return parse_object(text or "{}")
    except ValueError:
        return {}


def _number(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # More digits than Python reads.
        return float(digits)
