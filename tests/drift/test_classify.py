"""The verdict on each kind of change, for elements that our queries use and for others."""

from functools import cache

import pytest
from graphql import GraphQLSchema

from wbtyped.drift import Documents, Finding, Verdict, our_documents
from wbtyped.drift.classify import compare, validation_errors
from wbtyped.drift.schema_files import pinned_schema

from .mutations import MUTATIONS, Mutation
from .sdl import Edit, built, mutated, remove, retype, swap

# Independent of the interpreter.
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


def most_severe(found: list[Finding]) -> Verdict:
    verdicts = {finding.verdict for finding in found}
    return next(v for v in (Verdict.BREAKING, Verdict.RISKY, Verdict.SAFE) if v in verdicts)


def test_mutations_are_many_and_have_unique_names() -> None:
    assert len(UNUSED) >= 60
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


@pytest.mark.parametrize("mutation", USED, ids=str)
def test_change_of_a_used_element_has_its_verdict(mutation: Mutation) -> None:
    found = findings(*mutation.used)
    assert most_severe(found) is mutation.verdict, found
    named = next(f for f in found if (f.rule, f.coordinate) == (mutation.rule, mutation.coordinate))
    assert named.verdict is mutation.verdict
    if named.verdict is not Verdict.SAFE:
        assert named.operations
        assert named.classes
        assert named.places
        assert named.advice.count(".") == 1 + named.advice.count("0.")
    assert bool(validation_errors(ours(), mutated(*mutation.used))) is mutation.rejected


@pytest.mark.parametrize("mutation", UNUSED, ids=str)
def test_change_of_an_unused_element_is_safe(mutation: Mutation) -> None:
    found = findings(*mutation.unused)
    assert found, "the mutation changed nothing"
    assert most_severe(found) is Verdict.SAFE, [f for f in found if f.verdict is not Verdict.SAFE]
    assert mutation.rule in {finding.rule for finding in found}
    assert not any(finding.operations or finding.advice for finding in found)
    assert validation_errors(ours(), mutated(*mutation.unused)) == []


def test_change_of_an_interface_and_its_types_is_reported_once() -> None:
    """Servers change a field of an interface and of all its object types together."""
    kinds = ("ArtifactCollection", "ArtifactPortfolio", "ArtifactSequence")
    found = findings(*(retype(f"{kind}.name", "String") for kind in kinds))
    assert [finding.coordinate for finding in found] == ["ArtifactCollection.name"]
    found = findings(*(remove(f"{kind}.createdAt") for kind in kinds))
    assert [finding.coordinate for finding in found] == ["ArtifactCollection.createdAt"]


def test_compare_of_equal_schemas_finds_nothing() -> None:
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
def test_change_of_a_directive_is_breaking_where_it_is_used(
    query: str, after: str, rule: str, verdict: Verdict
) -> None:
    found = compare(built(MARKED.format(" repeatable")), built(after), Documents({"q": query}))
    assert [(f.rule, f.coordinate, f.verdict) for f in found] == [(rule, "@mark", verdict)]


def test_renamed_root_type_is_not_breaking() -> None:
    after = mutated(
        swap("schema {\n  query: Query", "schema {\n  query: Root"),
        swap("type Query {", "type Root {"),
    )
    found = compare(pinned(), after, ours())
    assert most_severe(found) is Verdict.RISKY
