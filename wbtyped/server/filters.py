"""MongoDB-style filters, and sort orders, as queries pass them in strings."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import SchemaError, SchemaValidator, core_schema

from .http_errors import HttpError

Record = Mapping[str, JsonValue]
ORDER_PATTERN = re.compile(r"([+-]?)([A-Za-z_]\w*)")
_filter = TypeAdapter(dict[str, JsonValue])
COMPARISONS: dict[str, Callable[[object, object], bool]] = {
    "$eq": lambda value, expected: value == expected,
    "$gt": lambda value, expected: compare(value, expected) > 0,
    "$gte": lambda value, expected: compare(value, expected) >= 0,
    "$lt": lambda value, expected: compare(value, expected) < 0,
    "$lte": lambda value, expected: compare(value, expected) <= 0,
}


class Incomparable(Exception):  # noqa: N818 - control flow, caught below
    """Two values have no order, so that no comparison holds."""


def compare(value: object, expected: object) -> int:
    """Return -1, 0 or 1, or raise Incomparable."""
    if isinstance(value, str) and isinstance(expected, str):
        return (value > expected) - (value < expected)
    if isinstance(value, int | float) and isinstance(expected, int | float):
        return (value > expected) - (value < expected)
    raise Incomparable


def parse_filter(text: str | None) -> dict[str, JsonValue]:
    """Parse a filter; an empty one matches everything."""
    if not text:
        return {}
    try:
        return _filter.validate_json(text)
    except ValidationError as error:
        raise HttpError(f"invalid filters: {text}", status=400) from error


def matches(condition: Mapping[str, JsonValue], record: Record) -> bool:
    """Return True if a record matches all clauses of a condition."""
    return all(_clause_matches(key, expected, record) for key, expected in condition.items())


def _clause_matches(key: str, expected: JsonValue, record: Record) -> bool:
    if key in {"$and", "$or", "$nor"}:
        results = [matches(clause, record) for clause in _conditions(key, expected)]
        return all(results) if key == "$and" else any(results) is (key == "$or")
    if key == "$not":
        return not matches(_condition(key, expected), record)
    if key.startswith("$"):
        raise HttpError(f"unknown filter operator {key}", status=400)
    value = get_field(record, key)
    if isinstance(expected, dict) and any(name.startswith("$") for name in expected):
        return all(
            _operator_matches(operator, value, given) for operator, given in expected.items()
        )
    return _equal(value, expected)


def get_field(record: Record, key: str) -> JsonValue:
    """Return the value at a dotted key; an unknown first part is rejected as a mistake."""
    first, _, rest = key.partition(".")
    if first not in record:
        raise HttpError(f"unknown filter field {first}", status=400)
    value = record[first]
    for part in rest.split(".") if rest else ():
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _equal(value: JsonValue, expected: JsonValue) -> bool:
    # A list matches if one of its items does, as in MongoDB.
    return value == expected or (isinstance(value, list) and expected in value)


def _operator_matches(operator: str, value: JsonValue, given: JsonValue) -> bool:
    match operator:
        case "$eq":
            return _equal(value, given)
        case "$ne":
            return not _equal(value, given)
        case "$in" | "$nin":
            found = any(_equal(value, item) for item in _list(operator, given))
            return found is (operator == "$in")
        case "$all":
            return all(_equal(value, item) for item in _list(operator, given))
        case "$exists":
            return (value is not None) is bool(given)
        case "$size":
            return isinstance(value, list) and len(value) == given
        case "$not":
            inner = _condition(operator, given)
            return not all(
                _operator_matches(name, value, inner_value) for name, inner_value in inner.items()
            )
        case "$regex":
            pattern = compile_pattern(_string(operator, given))
            return any(pattern.isinstance_python(text) for text in _strings(value))
        case "$contains":
            return any(_string(operator, given) in text for text in _strings(value))
        case _:
            return _compare(operator, value, given)


@lru_cache(maxsize=64)
def compile_pattern(pattern: str) -> SchemaValidator:
    """Return a validator that accepts exactly the strings that a pattern is found in.

    The engine is Rust's, which is linear in time. Python's can take years for one short pattern,
    and blocks the whole process meanwhile.
    """
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError as error:
        reason = str(error).splitlines()[-1].strip()
        raise HttpError(f"invalid $regex {pattern[:100]!r}: {reason}", status=400) from error


def _compare(operator: str, value: object, given: JsonValue) -> bool:
    if operator not in COMPARISONS:
        raise HttpError(f"unknown filter operator {operator}", status=400)
    try:
        return COMPARISONS[operator](value, given)
    except Incomparable:
        return False


def _conditions(key: str, expected: JsonValue) -> list[dict[str, JsonValue]]:
    return [_condition(key, item) for item in _list(key, expected)]


def _condition(key: str, expected: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(expected, dict):
        raise HttpError(f"filter operator {key} requires an object", status=400)
    return expected


def _list(key: str, expected: JsonValue) -> list[JsonValue]:
    if not isinstance(expected, list):
        raise HttpError(f"filter operator {key} requires a list", status=400)
    return expected


def _string(key: str, expected: JsonValue) -> str:
    if not isinstance(expected, str):
        raise HttpError(f"filter operator {key} requires a string", status=400)
    return expected


def _strings(value: JsonValue) -> Sequence[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


def parse_order(order: str | None, fields: Mapping[str, str], default: str) -> tuple[str, bool]:
    """Return the field to sort by, and True for descending; unknown fields are rejected."""
    found = ORDER_PATTERN.fullmatch(order or default)
    if found is None or found.group(2) not in fields:
        raise HttpError(f"invalid order {order!r}", status=400)
    return fields[found.group(2)], found.group(1) == "-"
