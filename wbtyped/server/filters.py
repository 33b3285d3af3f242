"""MongoDB-style filters, and sort orders, as queries pass them in strings.

Both are compiled first, so that a mistake is found even where there is no record.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from pydantic import JsonValue
from pydantic_core import SchemaError, SchemaValidator, core_schema

from .comparisons import MISSING, FieldValue, Incomparable, Moment, compare, equal, look_up
from .http_errors import HttpError
from .limits import FILTER_DEPTH, REGEX_CHARACTERS
from .time_limit import check_time_limit
from .user_json import parse_object

RecordT = TypeVar("RecordT")
SeenT = TypeVar("SeenT", contravariant=True)
Test = Callable[[FieldValue], bool]
"""Does the value of a field match?"""
ORDER_PATTERN = re.compile(r"([+-]?)(.+)", re.DOTALL)
COMPARISONS: dict[str, Callable[[int], bool]] = {
    "$gt": lambda sign: sign > 0,
    "$gte": lambda sign: sign >= 0,
    "$lt": lambda sign: sign < 0,
    "$lte": lambda sign: sign <= 0,
}


@dataclass(frozen=True)
class Field(Generic[SeenT]):
    """A field that filters and orders may name."""

    read: Callable[[SeenT], FieldValue]
    read_part: Callable[[SeenT, str], FieldValue] | None = None
    """Reads what is at a dotted key inside the field, if it has parts."""


Fields = Mapping[str, Field[RecordT]]


def nested(read: Callable[[RecordT], FieldValue]) -> Field[RecordT]:
    """Return a field whose value is an object, with parts at dotted keys."""
    return Field(read, lambda record, key: look_up(read(record), key))


def compile_filter(text: str | None, fields: Fields[RecordT]) -> Callable[[RecordT], bool] | None:
    """Return the function that a record must satisfy; None for a filter that all records match."""
    if not text:
        return None
    try:
        condition = parse_object(text)
    except ValueError:
        raise HttpError(f"filters are not a JSON object: {text[:100]}", status=400) from None
    return _compile(condition, fields, 0) if condition else None


def _compile(
    condition: Mapping[str, JsonValue], fields: Fields[RecordT], depth: int
) -> Callable[[RecordT], bool]:
    """Return the function that is true for a record that matches all clauses."""
    if depth > FILTER_DEPTH:
        raise HttpError(f"filters are nested more than {FILTER_DEPTH} levels deep", status=400)
    clauses = [_clause(key, expected, fields, depth + 1) for key, expected in condition.items()]
    if len(clauses) == 1:
        return clauses[0]
    return lambda record: all(clause(record) for clause in clauses)


def _clause(
    key: str, expected: JsonValue, fields: Fields[RecordT], depth: int
) -> Callable[[RecordT], bool]:
    check_time_limit()
    if key in {"$and", "$or", "$nor"}:
        parts = [_compile(_condition(key, p), fields, depth) for p in _list(key, expected)]
        if key == "$and":
            return lambda record: all(part(record) for part in parts)
        wanted = key == "$or"
        return lambda record: any(part(record) for part in parts) is wanted
    if key == "$not":
        inner = _compile(_condition(key, expected), fields, depth)
        return lambda record: not inner(record)
    if key.startswith("$"):
        raise HttpError(f"unknown filter operator {key[:100]}", status=400)
    read = reader(key, fields, "filter")
    if isinstance(expected, dict) and any(name.startswith("$") for name in expected):
        test = _operators(expected, depth)
    else:
        test = _equals(expected)
    return lambda record: test(read(record))


def reader(key: str, fields: Fields[RecordT], use: str) -> Callable[[RecordT], FieldValue]:
    """Return the function that reads a dotted key; an unknown first part is rejected."""
    first, _, rest = key.partition(".")
    field = fields.get(first)
    if field is None:
        raise HttpError(f"unknown {use} field {first[:100]!r}", status=400)
    if not rest:
        return field.read
    read_part = field.read_part
    if read_part is None:
        raise HttpError(f"{use} field {first!r} has no parts: {key[:100]!r}", status=400)
    return lambda record: read_part(record, rest)


def _operators(given: Mapping[str, JsonValue], depth: int) -> Test:
    """Return the test that a value passes if it satisfies all operators."""
    if depth > FILTER_DEPTH:
        raise HttpError(f"filters are nested more than {FILTER_DEPTH} levels deep", status=400)
    tests = [_operator(name, operand, depth + 1) for name, operand in given.items()]
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def _operator(operator: str, given: JsonValue, depth: int) -> Test:
    match operator:
        case "$eq":
            return _equals(given)
        case "$ne":
            return _negated(_equals(given))
        case "$in":
            return _is_in(_list(operator, given))
        case "$nin":
            return _negated(_is_in(_list(operator, given)))
        case "$all":
            wanted = [_equals(item) for item in _list(operator, given)]
            return lambda value: all(test(value) for test in wanted)
        case "$not":
            return _negated(_operators(_condition(operator, given), depth))
        case "$exists":
            return lambda value: (value is not MISSING) is bool(given)
        case "$size":
            return lambda value: isinstance(value, list) and len(value) == given
        case "$regex":
            pattern = compile_pattern(_string(operator, given))
            return lambda value: any(
                pattern.isinstance_python(text[:REGEX_CHARACTERS]) for text in _strings(value)
            )
        case "$contains":
            part = _string(operator, given)
            return lambda value: any(part in text for text in _strings(value))
        case _:
            return _comparison(operator, given)


def _negated(test: Test) -> Test:
    return lambda value: not test(value)


def _equals(expected: JsonValue) -> Test:
    return lambda value: equal(value, expected)


def _is_in(items: Sequence[JsonValue]) -> Test:
    """Return the test for one of many values; the strings among them are looked up at once."""
    strings = {item for item in items if isinstance(item, str)}
    others = [item for item in items if not isinstance(item, str)]

    def test(value: FieldValue) -> bool:
        if isinstance(value, str) and not isinstance(value, Moment):
            return value in strings
        return any(equal(value, item) for item in (others if _is_plain(value) else items))

    return test


def _is_plain(value: FieldValue) -> bool:
    """Return True for a value that equals no string."""
    return not isinstance(value, str | list)


def _comparison(operator: str, given: JsonValue) -> Test:
    holds = COMPARISONS.get(operator)
    if holds is None:
        raise HttpError(f"unknown filter operator {operator[:100]}", status=400)

    def test(value: FieldValue) -> bool:
        try:
            return holds(compare(value, given))
        except Incomparable:
            return isinstance(value, list) and any(map(test, value))

    return test


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


def _strings(value: FieldValue) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, str)]


@dataclass(frozen=True)
class Order(Generic[RecordT]):
    """What to sort by."""

    key: str
    read: Callable[[RecordT], FieldValue]
    descending: bool


def compile_order(order: str | None, fields: Fields[RecordT], default: str) -> Order[RecordT]:
    """Return what to sort by; unknown fields are rejected."""
    found = ORDER_PATTERN.fullmatch(order or default)
    if found is None:
        raise HttpError(f"invalid order {order!r:.100}", status=400)
    try:
        read = reader(found[2], fields, "order")
    except HttpError as error:
        raise HttpError(f"invalid order {order!r:.100}: {error}", status=400) from error
    return Order(found[2], read, found[1] == "-")
