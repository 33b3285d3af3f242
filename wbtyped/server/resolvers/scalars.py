"""Parsers of input scalars; output is what is stored."""

import re

from ariadne import ScalarType, SchemaBindable
from graphql import GraphQLError

from ..user_json import check_json

# Some clients lose precision in JSON numbers this large, so strings are accepted as well.
INT64_PATTERN = re.compile(r"-?[0-9]{1,19}")
INT64_RANGE = range(-(2**63), 2**63)


def parse_int64(value: object) -> int:
    """Parse an integer, or a string of one."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise GraphQLError(f"not an Int64: {value!r:.80}")
    if isinstance(value, str) and not INT64_PATTERN.fullmatch(value):
        raise GraphQLError(f"not an Int64: {value!r:.80}")
    number = int(value)
    if number not in INT64_RANGE:
        raise GraphQLError(f"not an Int64: {value!r:.80}")
    return number


def parse_json_string(value: object) -> str:
    """Return a string that contains JSON, unchanged."""
    if not isinstance(value, str):
        raise GraphQLError("not a JSONString: expected a string that holds JSON")
    try:
        check_json(value)
    except ValueError as error:
        raise GraphQLError(f"not a JSONString: {error}") from error
    return value


BINDABLES: list[SchemaBindable] = [
    ScalarType("Int64", value_parser=parse_int64),
    ScalarType("JSONString", value_parser=parse_json_string),
]
