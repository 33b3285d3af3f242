"""What is judged safe is safe: queries stay valid, and answers are read by the generated types."""

from functools import cache

import pytest
from graphql import GraphQLError, GraphQLSchema
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wbtyped.drift import Documents, Finding, Verdict, our_documents
from wbtyped.drift.documents import Definition
from wbtyped.drift.elements import Element, elements
from wbtyped.drift.schema_files import pinned_schema
from wbtyped.drift.weighing import compare, validation_errors

from .mutations import MUTATIONS, Mutation
from .recording import answers
from .sdl import Edit, add, append, default, deprecate, describe, mutated, remove, rename, retype
from .synthesis import invented, read, replayed

# What the queries mean does not depend on the interpreter.
pytestmark = pytest.mark.slow


@cache
def ours() -> Documents:
    return our_documents()


@cache
def pinned() -> GraphQLSchema:
    return pinned_schema()


@cache
def table() -> dict[str, Element]:
    return elements(pinned())


def of_kind(*kinds: str) -> list[str]:
    return [c for c, e in table().items() if e.kind in kinds and c[0] != "@"]


def shaped(*shapes: str) -> list[str]:
    return [name for name, e in table().items() if e.kind == "type" and e.shape in shapes]


def check_answers(schema: GraphQLSchema, seed: int) -> None:
    for answer in answers():
        read(answer.name, replayed(schema, ours(), answer))
    for operation in ours().operations:
        read(operation.name, invented(schema, ours(), operation, seed))


def test_every_operation_was_recorded() -> None:
    assert {answer.name for answer in answers()} == {o.name for o in ours().operations}


@pytest.mark.parametrize("operation", ours().operations, ids=lambda operation: operation.name)
def test_the_classes_that_a_query_names_are_those_that_send_it(operation: Definition) -> None:
    """Findings name these classes, so what the comments say has to be what happens."""
    found = {a for answer in answers() if answer.name == operation.name for a in answer.askers}
    for user in operation.used_by:
        kind, _, method = user.removeprefix("artifacts.").partition(".")
        assert any(kind == asker and method in {"", name} for asker, name in found), user


@pytest.mark.parametrize("seed", range(10))
def test_answers_to_the_pinned_schema_are_read(seed: int) -> None:
    check_answers(pinned(), seed)


SAFE = [m for m in MUTATIONS if m.verdict is Verdict.SAFE]


@pytest.mark.parametrize("mutation", SAFE, ids=str)
def test_answers_are_read_after_a_safe_change(mutation: Mutation) -> None:
    check_answers(mutated(*mutation.used), 1)


NULLED = [m for m in MUTATIONS if m.rule == "field-became-nullable"]


@pytest.mark.parametrize("mutation", NULLED, ids=str)
def test_answers_are_not_read_after_a_field_became_nullable(mutation: Mutation) -> None:
    """The invented answers would show a verdict that is too mild."""
    schema = mutated(*mutation.used)
    with pytest.raises(ValueError, match="validation error"):
        for seed in range(200):
            check_answers(schema, seed)


# -- any change that adds


def join(union: str, kind: str) -> Edit:
    return append(f"extend union {union} = {kind}")


def implement(interface: str) -> Edit:
    return append(f"type Added implements {interface} {{ id: ID! }}")


ADDED = st.one_of(
    st.builds(add, st.sampled_from(shaped("type", "interface")), st.just("added: [Run!]!")),
    st.builds(add, st.sampled_from(shaped("type")), st.just("added(of: Int!): String")),
    st.builds(add, st.sampled_from(of_kind("field")), st.sampled_from(["a: Int", "a: Int! = 1"])),
    st.builds(add, st.sampled_from(shaped("input")), st.sampled_from(["a: ID", "a: Int! = 1"])),
    st.builds(add, st.sampled_from(shaped("enum")), st.just("ADDED")),
    st.builds(
        join,
        st.sampled_from(shaped("union")),
        st.sampled_from(["RunInfo", "GitInfo", "Tag"]),
    ),
    st.builds(implement, st.sampled_from(shaped("interface"))),
    st.sampled_from(
        [
            append("scalar Added"),
            append("enum Added { A }"),
            append("input Added { a: Int! }"),
            append("directive @added(a: Int!) on FIELD"),
            append("extend type Mutation { added(a: Int!): Run }"),
        ]
    ),
)


@settings(deadline=None, max_examples=30)
@given(st.lists(ADDED, min_size=1, max_size=2))
def test_what_adds_never_breaks(edits: list[Edit]) -> None:
    found = weighed(edits)
    assert found
    assert all(finding.verdict is not Verdict.BREAKING for finding in found)


def weighed(edits: list[Edit]) -> list[Finding]:
    try:
        schema = mutated(*edits)
    except (GraphQLError, TypeError, KeyError, AssertionError):
        # Together they make no schema, such as one whose type has no field left.
        assume(False)
        raise
    return compare(pinned(), schema, ours())


# -- any change at all

MEMBERS = st.sampled_from(of_kind("field", "argument", "input field"))
VALUES = st.sampled_from(of_kind("enum value"))
SHAPES = st.sampled_from(["{}!", "{}", "[{}]", "[{}!]!", "{}"])


def reshaped(coordinate: str, shape: str) -> Edit:
    """Make something a list, or non-null, or neither."""
    return retype(coordinate, shape.format(table()[coordinate].shape.strip("[]!")))


ANY = st.one_of(
    ADDED,
    st.builds(remove, st.one_of(MEMBERS, VALUES)),
    st.builds(rename, st.one_of(MEMBERS, VALUES), st.just("renamed")),
    st.builds(reshaped, MEMBERS, SHAPES),
    st.builds(retype, MEMBERS, st.sampled_from(["String", "ID!", "Int", "Int64!", "JSON"])),
    st.builds(default, st.sampled_from(of_kind("argument", "input field")), st.just("null")),
    st.builds(deprecate, st.one_of(MEMBERS, VALUES)),
    st.builds(describe, st.one_of(MEMBERS, VALUES), st.just("New.")),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(ANY, min_size=1, max_size=2), st.integers(0, 10_000))
def test_what_is_safe_leaves_queries_valid_and_answers_readable(
    edits: list[Edit], seed: int
) -> None:
    found = weighed(edits)
    if any(finding.verdict is Verdict.BREAKING for finding in found):
        return
    schema = mutated(*edits)
    assert validation_errors(ours(), schema) == []
    if all(finding.verdict is Verdict.SAFE for finding in found):
        check_answers(schema, seed)
