"""JSON texts of users: config, summary and metadata, kept as they came."""

import json

from pydantic import JsonValue, TypeAdapter

_object = TypeAdapter(dict[str, JsonValue])


def refuse_other_than_json(text: str) -> None:
    """Raise ValueError for what is not JSON; NaN and infinities, which clients write, may stay."""
    try:
        # Digits are not turned into a number, for which Python has a limit.
        json.loads(text, parse_int=str, parse_float=str)
    except RecursionError:
        raise ValueError("nested too deep") from None


def read_object(text: str | None) -> dict[str, JsonValue]:
    """Return a text parsed; what is not a JSON object has no fields."""
    try:
        return _object.validate_python(json.loads(text or "{}", parse_int=_number))
    except (ValueError, RecursionError):
        return {}


def _number(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # More digits than Python reads.
        return float(digits)
