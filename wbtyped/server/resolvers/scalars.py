"""How scalars come in; they go out as they are kept."""

import re

from ariadne import ScalarType, SchemaBindable

from ..user_json import refuse_other_than_json

# Wider than JSON numbers are safe in some clients, so text is taken as well.
NUMBER = re.compile(r"-?[0-9]{1,19}")
INT64 = range(-(2**63), 2**63)


def int64(value: object) -> int:
    """Take a number, or the text of one."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"not an Int64: {value!r:.80}")
    if isinstance(value, str) and not NUMBER.fullmatch(value):
        raise ValueError(f"not an Int64: {value!r:.80}")
    number = int(value)
    if number not in INT64:
        raise ValueError(f"not an Int64: {value!r:.80}")
    return number


def json_string(value: object) -> str:
    """Take JSON that is written inside a string."""
    if not isinstance(value, str):
        raise ValueError("not a JSONString: expected a string that holds JSON")
    refuse_other_than_json(value)
    return value


BINDABLES: list[SchemaBindable] = [
    ScalarType("Int64", value_parser=int64),
    ScalarType("JSONString", value_parser=json_string),
]
