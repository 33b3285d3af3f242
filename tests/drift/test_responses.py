"""After a safe change, queries stay valid and the generated types parse all responses."""

from functools import cache

import pytest
from graphql import GraphQLError, GraphQLSchema
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wbtyped.drift import Documents, Finding, Verdict, our_documents
from wbtyped.drift.classify import compare, validation_errors
from wbtyped.drift.documents import Definition
from wbtyped.drift.schema_files import pinned_schema
from wbtyped.drift.schema_index import Element, index_schema

from .mutations import MUTATIONS, Mutation
from .recording import recorded_responses
from .sdl import Edit, add, append, default, deprecate, describe, mutated, remove, rename, retype
from .synthesis import generated, parse, replayed

# Independent of the interpreter.
pytestmark = pytest.mark.slow


@cache
def ours() -> Documents:
    return our_documents()


@cache
def pinned() -> GraphQLSchema:
    return pinned_schema()


@cache
def pinned_index() -> dict[str, Element]:
    return index_schema(pinned())


def of_kind(*kinds: str) -> list[str]:
    return [c for c, e in pinned_index().items() if e.kind in kinds and c[0] != "@"]


def shaped(*shapes: str) -> list[str]:
    return [name for name, e in pinned_index().items() if e.kind == "type" and e.shape in shapes]


def parse_responses(schema: GraphQLSchema, seed: int) -> None:
    for response in recorded_responses():
        parse(response.operation, replayed(schema, ours(), response))
    for operation in ours().operations:
        parse(operation.name, generated(schema, ours(), operation, seed))


def test_every_operation_was_recorded() -> None:
    assert {response.operation for response in recorded_responses()} == {
        o.name for o in ours().operations
    }


@pytest.mark.parametrize("operation", ours().operations, ids=lambda operation: operation.name)
def test_classes_in_the_comment_of_an_operation_send_it(operation: Definition) -> None:
    """Findings name these classes, so the comments must be right."""
    responses = [r for r in recorded_responses() if r.operation == operation.name]
    callers = {caller for response in responses for caller in response.callers}
    for user in operation.used_by:
        kind, _, method = user.removeprefix("artifacts.").partition(".")
        assert any(kind == caller and method in {"", name} for caller, name in callers), user


@pytest.mark.parametrize("seed", range(10))
def test_responses_of_the_pinned_schema_are_parsed(seed: int) -> None:
    parse_responses(pinned(), seed)


SAFE = [m for m in MUTATIONS if m.verdict is Verdict.SAFE]


@pytest.mark.parametrize("mutation", SAFE, ids=str)
def test_responses_after_a_safe_change_are_parsed(mutation: Mutation) -> None:
    parse_responses(mutated(*mutation.used), 1)


NULLED = [m for m in MUTATIONS if m.rule == "field-became-nullable"]


@pytest.mark.parametrize("mutation", NULLED, ids=str)
def test_responses_after_a_field_became_nullable_are_not_parsed(mutation: Mutation) -> None:
    """So generated responses do detect a verdict that is too lenient."""
    schema = mutated(*mutation.used)
    with pytest.raises(ValueError, match="validation error"):
        for seed in range(200):
            parse_responses(schema, seed)


# -- additions


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
def test_additions_are_never_breaking(edits: list[Edit]) -> None:
    found = classified(edits)
    assert found
    assert all(finding.verdict is not Verdict.BREAKING for finding in found)


def classified(edits: list[Edit]) -> list[Finding]:
    try:
        schema = mutated(*edits)
    except (GraphQLError, TypeError, KeyError, AssertionError):
        # The edits together do not make a schema: for example, a type has no field left.
        assume(False)
        raise
    return compare(pinned(), schema, ours())


# -- any change

MEMBERS = st.sampled_from(of_kind("field", "argument", "input field"))
VALUES = st.sampled_from(of_kind("enum value"))
SHAPES = st.sampled_from(["{}!", "{}", "[{}]", "[{}!]!", "{}"])


def reshaped(coordinate: str, shape: str) -> Edit:
    """Make a field or argument a list, or non-null, or neither."""
    return retype(coordinate, shape.format(pinned_index()[coordinate].shape.strip("[]!")))


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
def test_safe_changes_leave_queries_valid_and_responses_parseable(
    edits: list[Edit], seed: int
) -> None:
    found = classified(edits)
    if any(finding.verdict is Verdict.BREAKING for finding in found):
        return
    schema = mutated(*edits)
    assert validation_errors(ours(), schema) == []
    if all(finding.verdict is Verdict.SAFE for finding in found):
        parse_responses(schema, seed)
