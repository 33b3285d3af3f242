"""MongoDB-style filters: check them before a request, and write them as a server expects them."""

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

from . import arguments
from .errors import UsageError

LOGICAL = ("$and", "$or", "$nor", "$not")
LIST_OPERATORS = frozenset({"$in", "$nin", "$all"})
OPERATORS = (
    "$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$regex", "$contains",
    "$all", "$size", "$not", "$options", "$elemMatch", "$mod", "$type",
)  # fmt: skip

ServerName: TypeAlias = Callable[[str], str]
"""Return a field's name as the server expects it, or raise UsageError."""
ServerValue: TypeAlias = Callable[[str, object], object]
"""Return what the server is to compare a field with; it gets the server's name of the field."""


def as_given(_: str, value: object) -> object:
    """Return a value as it is."""
    return value


def write_filters(
    filters: Mapping[str, object], name: ServerName, value: ServerValue = as_given
) -> str:
    """Write filters as a JSON string; raises UsageError."""
    try:
        return json.dumps(_condition(filters, name, value), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(f"filters cannot be written as JSON: {error}") from None


def _condition(
    condition: Mapping[str, object], name: ServerName, value: ServerValue
) -> dict[str, object]:
    written: dict[str, object] = {}
    for key, expected in condition.items():
        if key.startswith("$"):
            field, content = key, _clauses(key, expected, name, value)
        else:
            field = name(key)
            _check_operators(key, expected)
            content = value(field, expected)
        if field in written:
            raise UsageError(f"filter keys {key!r} and {field!r} are the same; use $and for both")
        written[field] = content
    return written


def _clauses(key: str, expected: object, name: ServerName, value: ServerValue) -> object:
    """Return the conditions that a logical operator combines."""
    if key not in LOGICAL:
        raise UsageError(f"unknown operator {key!r} in filters; use {', '.join(LOGICAL)} there")
    if key == "$not":
        return _condition(arguments.mapping("$not in filters", expected), name, value)
    if not isinstance(expected, list | tuple):
        raise UsageError(f"{key} in filters must be a list of conditions")
    conditions = cast("list[object]", expected)
    what = f"each condition of {key}"
    return [_condition(arguments.mapping(what, item), name, value) for item in conditions]


def _check_operators(key: str, expected: object) -> None:
    """Raise UsageError for an unknown operator in what is expected of a field."""
    if not isinstance(expected, Mapping):
        return
    operators = arguments.mapping(f"filter {key!r}", cast("object", expected))
    for operator, operand in operators.items():
        if not operator.startswith("$"):
            continue
        if operator not in OPERATORS:
            raise UsageError(
                f"unknown operator {operator!r} for filter key {key!r}; use one of"
                f" {', '.join(OPERATORS)}"
            )
        if operator == "$not":
            _check_operators(key, operand)
        if operator in LIST_OPERATORS and not isinstance(operand, list | tuple):
            raise UsageError(f"{operator} of filter key {key!r} must be a list")
