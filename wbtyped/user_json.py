"""JSON that users make: values of Python written as the official client writes them, and read.

The official client knows two ways, and so do we. What is assigned is converted at once and as a
whole. What is put into an object that is there already is converted when that is written; this
leaves, for example, an array of one number a number.
"""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from pydantic_core import to_json

from .errors import UsageError
from .plain_values import encoded, plain

ResultT = TypeVar("ResultT")
FAILURES = (TypeError, ValueError, OverflowError, RecursionError)
"""What values raise that cannot be written, those that hold themselves among them."""


class NotAnObjectError(ValueError):
    """A text is not a JSON object."""


def read_object(text: str | None) -> dict[str, object]:
    """Return an object from JSON as the official client reads it.

    None, an empty text and null are an empty object, NaN is None, and an object that was written
    into a JSON string is read out of it. Infinities, at which the official client fails, are
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
    """Return an object as it is kept once it is assigned; `what` names it in errors.

    Raises UsageError for what cannot be written as JSON.
    """
    try:
        found = value if isinstance(value, Mapping) else read_object(value)
    except NotAnObjectError as error:
        raise UsageError(f"{what} must be a JSON object: {error}") from error
    plain_values = {k: _tried(_plain_json, each, f"{what}[{k!r}]") for k, each in found.items()}
    return read_object(_tried(json.dumps, plain_values, what))


def written_object(values: Mapping[str, object], what: str) -> str:
    """Return an object as JSON, with null for NaN; `what` names it in errors.

    Raises UsageError for what cannot be written as JSON: infinities, as in the official client, and
    what has no form there.
    """
    for key, value in values.items():
        _tried(_strict, value, f"{what}[{key!r}]")
    return _tried(lambda whole: json.dumps(_strict(whole)), values, what)


def is_same_object(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    """Tell whether two objects are the same JSON: unlike `==`, true is not 1, and 1 is not 1.0."""
    try:
        first, second = (
            json.dumps(json.loads(_text(each), parse_constant=_constant), sort_keys=True)
            for each in (one, other)
        )
    except FAILURES:
        return False
    return first == second


def _plain_json(value: object) -> object:
    """Return a value as it is kept once it is assigned."""
    return json.loads(json.dumps(plain(value), allow_nan=False))


def _text(value: object) -> str | bytes:
    """Return a value as JSON by the two encoders that the official client tries."""
    try:
        return to_json(value, inf_nan_mode="constants", fallback=encoded)
    except FAILURES:
        return json.dumps(value, default=encoded)


def _strict(value: object) -> object:
    """Return a value as it comes back from JSON without NaN and infinities."""
    return json.loads(_text(value), parse_constant=_strict_constant)


def _strict_constant(name: str) -> None:
    if name != "NaN":
        raise ValueError(f"JSON has no {name}")


def _tried(convert: Callable[[object], ResultT], value: object, what: str) -> ResultT:
    try:
        return convert(value)
    except FAILURES as error:
        raise UsageError(f"{what} cannot be written as JSON: {error}") from error
