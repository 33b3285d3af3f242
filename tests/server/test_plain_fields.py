"""Fields that are read from their node directly show what graphql-core would."""

from contextvars import Context

import pytest
from graphql import (
    ExecutionContext,
    ExecutionResult,
    build_schema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType] - its middleware is untyped
    parse,
)
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.server.execution import TimeLimitedExecution
from wbtyped.server.plain_fields import PLAIN_KINDS, mark_plain_fields, plain_resolver

FIELDS = ("text", "id", "moment", "big", "small", "real", "flag", "needed", "words")
NESTED = ("other", "many", "all", "every")
SCHEMA = build_schema("""
scalar DateTime
scalar Int64
type Query {
  text: String, id: ID, moment: DateTime, big: Int64, small: Int, real: Float, flag: Boolean
  needed: String!, words: [String!], other: Query, computed(a: Int): String
  many: [Query], all: [Query!]!, every: Query!, resolved(times: Int = 1): String!
}
""")


@plain_resolver
def resolved(node: dict[str, object], _: object, times: int) -> object:
    if node.get("flag"):
        raise ValueError("no")
    return node.get("text") and str(node["text"]) * times


assert SCHEMA.query_type
SCHEMA.query_type.fields["resolved"].resolve = resolved
mark_plain_fields(SCHEMA)
VALUES = (
    st.none() | st.text(max_size=3) | st.booleans() | st.integers() | st.just(2**40)
    | st.floats(allow_nan=False) | st.lists(st.text(max_size=2), max_size=2) | st.just({"id": "x"})
)  # fmt: skip
SCALARS = st.dictionaries(st.sampled_from(FIELDS), VALUES)


def nodes(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    lists = st.lists(inner | st.none(), max_size=3)
    nested = st.dictionaries(st.sampled_from(NESTED), inner | lists | VALUES)
    return st.tuples(SCALARS, nested).map(lambda both: both[0] | both[1])


def results(node: object, query: str, context: type[ExecutionContext]) -> tuple[object, list[str]]:
    """Return the data with the order of its keys, and the messages of the errors."""

    def execute() -> ExecutionResult:
        return execute_sync(SCHEMA, parse(query), node, execution_context_class=context)

    # Another test may have started the time limit of a query in this thread.
    result = Context().run(execute)
    return repr(result.data), [error.message for error in result.errors or ()]


@given(st.recursive(SCALARS, nodes, max_leaves=8), st.permutations((*FIELDS, *NESTED)), st.data())
def test_plain_fields_show_what_graphql_core_would(
    node: dict[str, object], fields: list[str], data: st.DataObject
) -> None:
    def select(depth: int) -> str:
        inner = "" if depth == 0 else select(depth - 1)
        shown = data.draw(st.sets(st.sampled_from([*FIELDS, "__typename"]), min_size=1))
        several = data.draw(st.sampled_from(["", "resolved", "resolved(times: $times)", "small"]))
        nested = [f"{name} {{ {inner} }}" for name in fields if inner and name in NESTED]
        return " ".join(
            [*(f"x{name}: {name}" for name in fields if name in shown), several, *nested]
        )

    query = f"query ($times: Int = 2) {{ {select(2)} __typename }}"
    assert results(node, query, TimeLimitedExecution) == results(node, query, ExecutionContext)


NULL = type(None)


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("text", {str, NULL}), ("needed", {str}), ("moment", {str, int, bool, NULL}),
        ("flag", {bool, NULL}), ("small", set[type]()), ("words", set[type]()),
        ("other", set[type]()), ("computed", {str, NULL}),
    ],
)  # fmt: skip
def test_plain_fields_are_marked(name: str, kinds: set[type]) -> None:
    assert SCHEMA.query_type
    assert SCHEMA.query_type.fields[name].extensions[PLAIN_KINDS] == kinds
