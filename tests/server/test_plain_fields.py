"""Fields that are read from their node directly show what graphql-core would."""

import pytest
from graphql import (
    ExecutionContext,
    build_schema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType] - its middleware is untyped
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.server.execution import PLAIN_TYPES, TimeLimitedExecution, mark_plain_fields

FIELDS = ("text", "id", "moment", "big", "small", "real", "flag", "needed", "words", "other")
SCHEMA = build_schema("""
scalar DateTime
scalar Int64
type Query {
  text: String, id: ID, moment: DateTime, big: Int64, small: Int, real: Float, flag: Boolean
  needed: String!, words: [String!], other: Query, computed(a: Int): String
}
""")
mark_plain_fields(SCHEMA)
VALUES = (
    st.none() | st.text(max_size=3) | st.booleans() | st.integers() | st.just(2**40)
    | st.floats(allow_nan=False) | st.lists(st.text(max_size=2), max_size=2) | st.just({"id": "x"})
)  # fmt: skip


def results(node: object, query: str, context: type[ExecutionContext]) -> tuple[object, list[str]]:
    """Return the data with the order of its keys, and the messages of the errors."""
    result = execute_sync(SCHEMA, parse(query), node, execution_context_class=context)
    return repr(result.data), [error.message for error in result.errors or ()]


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES), st.permutations(FIELDS))
def test_plain_fields_show_what_graphql_core_would(
    node: dict[str, object], fields: list[str]
) -> None:
    selected = [f"{name} {{ id }}" if name == "other" else f"x{name}: {name}" for name in fields]
    query = f"{{ {' '.join(selected)} __typename }}"
    assert results(node, query, TimeLimitedExecution) == results(node, query, ExecutionContext)


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("text", {str}), ("needed", {str}), ("moment", {str, int, bool}), ("small", set[type]()),
        ("words", set[type]()), ("other", set[type]()), ("computed", None),
    ],
)  # fmt: skip
def test_plain_fields_are_marked(name: str, types: set[type] | None) -> None:
    assert SCHEMA.query_type
    found: object = SCHEMA.query_type.fields[name].extensions.get(PLAIN_TYPES)
    assert found == (types if types or types is None else ())
