"""Read and write JSON objects of users, as the official client does.

Like the official client, it converts values in two ways. An object that is assigned is converted
immediately and as a whole. A value that is put into an existing object is converted when that is
written; then, for example, an array of one number stays a number.
"""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from pydantic_core import to_json

from .errors import UsageError
from .plain_values import encoded, plain

ResultT = TypeVar("ResultT")
ENCODING_ERRORS = (TypeError, ValueError, OverflowError, RecursionError)
"""The errors of values that cannot be encoded, such as those that contain themselves."""


class NotAnObjectError(ValueError):
    """A string is not a JSON object."""


def read_object(text: str | None) -> dict[str, object]:
    """Parse a JSON object as the official client does.

    None, an empty string and null become an empty object, NaN becomes None, and an object that is
    encoded inside a JSON string is decoded. Infinities, which the official client fails on, become
    floats. Raises NotAnObjectError for anything else.
    """
    value: object = text
    while isinstance(value, str) and value:
        try:
            value = json.loads(value, parse_constant=_constant)
        except (ValueError, RecursionError) as error:
            raise NotAnObjectError(f"it is not JSON: {error}") from error
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise NotAnObjectError(f"it is JSON of type {type(value).__name__}")
    return cast("dict[str, object]", value)


def _constant(name: str) -> float | None:
    return None if name == "NaN" else float(name)


def assigned_object(value: Mapping[str, object] | str | None, what: str) -> dict[str, object]:
    """Convert an object that is assigned; `what` names it in errors.

    Raises UsageError for values that cannot be written as JSON.
    """
    try:
        found = value if isinstance(value, Mapping) else read_object(value)
    except NotAnObjectError as error:
        raise UsageError(f"{what} must be a JSON object: {error}") from error
    plain_values = {
        key: _convert(_plain_json, value, f"{what}[{key!r}]") for key, value in found.items()
    }
    return read_object(_convert(json.dumps, plain_values, what))


def written_object(values: Mapping[str, object], what: str) -> str:
    """Write an object as JSON, with null for NaN; `what` names it in errors.

    Raises UsageError for values that cannot be written as JSON; infinities are among them, as in
    the official client.
    """
    for key, value in values.items():
        _convert(_strict, value, f"{what}[{key!r}]")
    return _convert(lambda whole: json.dumps(_strict(whole)), values, what)


def is_same_object(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Return True if two objects are equal as JSON, where true, 1 and 1.0 all differ."""
    try:
        first, second = (
            json.dumps(json.loads(_encode(values), parse_constant=_constant), sort_keys=True)
            for values in (one, other)
        )
    except ENCODING_ERRORS:
        return False
    return first == second


def _plain_json(value: object) -> object:
    """Convert a value that is assigned."""
    return json.loads(json.dumps(plain(value), allow_nan=False))


def _encode(value: object) -> str | bytes:
    """Encode a value as JSON with the two encoders that the official client tries."""
    try:
        return to_json(value, inf_nan_mode="constants", fallback=encoded)
    except ENCODING_ERRORS:
        return json.dumps(value, default=encoded)


def _strict(value: object) -> object:
    """Convert a value to JSON and back, with None for NaN; raises ValueError for infinities."""
    return json.loads(_encode(value), parse_constant=_strict_constant)


def _strict_constant(name: str) -> None:
    if name != "NaN":
        raise ValueError(f"JSON has no {name}")


def _convert(convert: Callable[[object], ResultT], value: object, what: str) -> ResultT:
    try:
        return convert(value)
    except ENCODING_ERRORS as error:
        raise UsageError(f"{what} cannot be written as JSON: {error}") from error
