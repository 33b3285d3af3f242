"""Filters in the manner of MongoDB, and orders, as queries give them in text."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import SchemaError, SchemaValidator, core_schema

from .refusals import Refusal

Record = Mapping[str, JsonValue]
ORDER = re.compile(r"([+-]?)([A-Za-z_]\w*)")
_filter = TypeAdapter(dict[str, JsonValue])
COMPARISONS: dict[str, Callable[[object, object], bool]] = {
    "$eq": lambda value, wanted: value == wanted,
    "$gt": lambda value, wanted: ordered(value, wanted) > 0,
    "$gte": lambda value, wanted: ordered(value, wanted) >= 0,
    "$lt": lambda value, wanted: ordered(value, wanted) < 0,
    "$lte": lambda value, wanted: ordered(value, wanted) <= 0,
}


class Incomparable(Exception):  # noqa: N818 - an answer, caught below
    """Two values have no order between them, so no comparison holds."""


def ordered(value: object, wanted: object) -> int:
    """Return -1, 0 or 1 as a value comes before, with or after another."""
    if isinstance(value, str) and isinstance(wanted, str):
        return (value > wanted) - (value < wanted)
    if isinstance(value, int | float) and isinstance(wanted, int | float):
        return (value > wanted) - (value < wanted)
    raise Incomparable


def parsed(text: str | None) -> dict[str, JsonValue]:
    """Return a filter; empty when there is none."""
    if not text:
        return {}
    try:
        return _filter.validate_json(text)
    except ValidationError as error:
        raise Refusal(f"invalid filters: {text}", status=400) from error


def matches(condition: Mapping[str, JsonValue], record: Record) -> bool:
    """Tell whether a record fits all parts of a condition."""
    return all(_part(key, wanted, record) for key, wanted in condition.items())


def _part(key: str, wanted: JsonValue, record: Record) -> bool:
    if key in {"$and", "$or", "$nor"}:
        results = [matches(each, record) for each in _conditions(key, wanted)]
        return all(results) if key == "$and" else any(results) is (key == "$or")
    if key == "$not":
        return not matches(_condition(key, wanted), record)
    if key.startswith("$"):
        raise Refusal(f"unknown filter operator {key}", status=400)
    value = lookup(record, key)
    if isinstance(wanted, dict) and any(name.startswith("$") for name in wanted):
        return all(_holds(operator, value, given) for operator, given in wanted.items())
    return _equal(value, wanted)


def lookup(record: Record, key: str) -> JsonValue:
    """Return the value at a dotted key; an unknown first part is refused, since it is a mistake."""
    first, _, rest = key.partition(".")
    if first not in record:
        raise Refusal(f"unknown filter field {first}", status=400)
    value = record[first]
    for part in rest.split(".") if rest else ():
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _equal(value: JsonValue, wanted: JsonValue) -> bool:
    # A list fits when one of its entries does, as in MongoDB.
    return value == wanted or (isinstance(value, list) and wanted in value)


def _holds(operator: str, value: JsonValue, given: JsonValue) -> bool:
    match operator:
        case "$eq":
            return _equal(value, given)
        case "$ne":
            return not _equal(value, given)
        case "$in" | "$nin":
            found = any(_equal(value, each) for each in _list(operator, given))
            return found is (operator == "$in")
        case "$all":
            return all(_equal(value, each) for each in _list(operator, given))
        case "$exists":
            return (value is not None) is bool(given)
        case "$size":
            return isinstance(value, list) and len(value) == given
        case "$not":
            inner = _condition(operator, given)
            return not all(_holds(name, value, each) for name, each in inner.items())
        case "$regex":
            pattern = regex(_text(operator, given))
            return any(pattern.isinstance_python(text) for text in _texts(value))
        case "$contains":
            return any(_text(operator, given) in text for text in _texts(value))
        case _:
            return _compared(operator, value, given)


@lru_cache(maxsize=64)
def regex(pattern: str) -> SchemaValidator:
    """Return what takes exactly the texts that a pattern is found in.

    The engine is Rust's, whose time is linear. Python's can take years for one short pattern, and
    nothing else in the process runs meanwhile.
    """
    try:
        return SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError as error:
        reason = str(error).splitlines()[-1].strip()
        raise Refusal(f"invalid $regex {pattern[:100]!r}: {reason}", status=400) from error


def _compared(operator: str, value: object, given: JsonValue) -> bool:
    if operator not in COMPARISONS:
        raise Refusal(f"unknown filter operator {operator}", status=400)
    try:
        return COMPARISONS[operator](value, given)
    except Incomparable:
        return False


def _conditions(key: str, wanted: JsonValue) -> list[dict[str, JsonValue]]:
    return [_condition(key, each) for each in _list(key, wanted)]


def _condition(key: str, wanted: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(wanted, dict):
        raise Refusal(f"{key} in filters takes a condition", status=400)
    return wanted


def _list(key: str, wanted: JsonValue) -> list[JsonValue]:
    if not isinstance(wanted, list):
        raise Refusal(f"{key} in filters takes a list", status=400)
    return wanted


def _text(key: str, wanted: JsonValue) -> str:
    if not isinstance(wanted, str):
        raise Refusal(f"{key} in filters takes a text", status=400)
    return wanted


def _texts(value: JsonValue) -> Sequence[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def sort_key(order: str | None, fields: Mapping[str, str], default: str) -> tuple[str, bool]:
    """Return the field to sort by and whether downwards; unknown fields are refused."""
    found = ORDER.fullmatch(order or default)
    if found is None or found.group(2) not in fields:
        raise Refusal(f"invalid order {order!r}", status=400)
    return fields[found.group(2)], found.group(1) == "-"
