"""What each kind of change means for our queries, where they use the thing and where not."""

from functools import cache

import pytest
from graphql import GraphQLSchema

from wbtyped.drift import Documents, Finding, Verdict, our_documents
from wbtyped.drift.schema_files import pinned_schema
from wbtyped.drift.weighing import compare, validation_errors

from .mutations import MUTATIONS, Mutation
from .sdl import Edit, built, mutated, remove, retype, swap

# What the queries mean does not depend on the interpreter.
pytestmark = pytest.mark.slow

USED = MUTATIONS
UNUSED = [mutation for mutation in MUTATIONS if mutation.unused]


@cache
def ours() -> Documents:
    return our_documents()


@cache
def pinned() -> GraphQLSchema:
    return pinned_schema()


def findings(*edits: Edit) -> list[Finding]:
    return compare(pinned(), mutated(*edits), ours())


def worst(found: list[Finding]) -> Verdict:
    verdicts = {finding.verdict for finding in found}
    return next(v for v in (Verdict.BREAKING, Verdict.RISKY, Verdict.SAFE) if v in verdicts)


def test_the_table_is_as_long_as_it_should_be() -> None:
    assert len(UNUSED) >= 60
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", USED, ids=str)
def test_of_something_that_is_used(mutation: Mutation) -> None:
    found = findings(*mutation.used)
    assert worst(found) is mutation.verdict, found
    named = next(f for f in found if (f.rule, f.coordinate) == (mutation.rule, mutation.coordinate))
    assert named.verdict is mutation.verdict
    if named.verdict is not Verdict.SAFE:
        assert named.operations
        assert named.classes
        assert named.places
        assert named.advice.count(".") == 1 + named.advice.count("0.")
    assert bool(validation_errors(ours(), mutated(*mutation.used))) is mutation.refused


@pytest.mark.parametrize("mutation", UNUSED, ids=str)
def test_of_something_that_is_not_used(mutation: Mutation) -> None:
    found = findings(*mutation.unused)
    assert found, "the mutation shows"
    assert worst(found) is Verdict.SAFE, [f for f in found if f.verdict is not Verdict.SAFE]
    assert mutation.rule in {finding.rule for finding in found}
    assert not any(finding.operations or finding.advice for finding in found)
    assert validation_errors(ours(), mutated(*mutation.unused)) == []


def test_a_change_behind_an_interface_is_told_once() -> None:
    """Servers change a field of an interface and of all objects behind it together."""
    kinds = ("ArtifactCollection", "ArtifactPortfolio", "ArtifactSequence")
    found = findings(*(retype(f"{kind}.name", "String") for kind in kinds))
    assert [finding.coordinate for finding in found] == ["ArtifactCollection.name"]
    found = findings(*(remove(f"{kind}.createdAt") for kind in kinds))
    assert [finding.coordinate for finding in found] == ["ArtifactCollection.createdAt"]


def test_nothing_has_changed() -> None:
    assert compare(pinned(), pinned_schema(), ours()) == []


MARKED = "directive @mark{} on FIELD type Query {{ a: Int b: Int }}"


@pytest.mark.parametrize(
    ("query", "after", "rule", "verdict"),
    [
        ("{ a @mark @mark }", MARKED.format(""), "directive-repeatable-removed", Verdict.BREAKING),
        ("{ a @mark b }", MARKED.format(""), "directive-repeatable-removed", Verdict.SAFE),
        ("{ a b @mark }", "type Query { a: Int b: Int }", "directive-removed", Verdict.BREAKING),
        ("{ a b }", "type Query { a: Int b: Int }", "directive-removed", Verdict.SAFE),
    ],
)
def test_directives_that_our_schema_has_not(
    query: str, after: str, rule: str, verdict: Verdict
) -> None:
    found = compare(built(MARKED.format(" repeatable")), built(after), Documents({"q": query}))
    assert [(f.rule, f.coordinate, f.verdict) for f in found] == [(rule, "@mark", verdict)]


def test_another_name_for_the_root_is_no_reason_to_call_all_broken() -> None:
    after = mutated(
        swap("schema {\n  query: Query", "schema {\n  query: Root"),
        swap("type Query {", "type Root {"),
    )
    found = compare(pinned(), after, ours())
    assert worst(found) is Verdict.RISKY
