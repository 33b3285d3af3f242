"""Differences between schemas, and the words of graphql-core that tell of them."""

import pytest
from graphql import BreakingChangeType, DangerousChangeType, build_schema

from wbtyped.drift.changes import SENTENCES, find_changes
from wbtyped.drift.rules import RULES

OWN = {
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE: {"default-changed"},
    BreakingChangeType.FIELD_CHANGED_KIND: {
        "field-changed-kind",
        "field-became-nullable",
        "field-read-alike",
        "input-field-changed-kind",
    },
}


@pytest.mark.parametrize("kind", [*BreakingChangeType, *DangerousChangeType], ids=str)
def test_everything_that_graphql_core_tells_is_understood(
    kind: BreakingChangeType | DangerousChangeType,
) -> None:
    assert kind in SENTENCES
    usual = {kind.name.lower().replace("_", "-")}
    assert OWN.get(kind, usual) <= RULES.keys()


def test_other_words_of_another_version_do_not_pass_unseen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(SENTENCES, BreakingChangeType.FIELD_REMOVED, "nothing like it")
    old, new = build_schema("type Query { a: Int b: Int }"), build_schema("type Query { a: Int }")
    with pytest.raises(ValueError, match=r"Query\.b was removed"):
        find_changes(old, new)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("[Int!]!", "[Int!]", "field-became-nullable"),
        ("[Int!]!", "[Int]!", "field-became-nullable"),
        ("[Int]", "[Int!]!", "type-widened"),
        ("[[Int!]!]!", "[[Int]!]!", "field-became-nullable"),
        ("[Int!]", "[Int]!", "field-became-nullable"),
        ("[Int]", "[[Int]]", "field-changed-kind"),
        ("Int", "Int64!", "field-read-alike"),
        ("Int!", "Int64", "field-became-nullable"),
        ("[ID]", "[String!]!", "field-read-alike"),
        ("Int", "ID", "field-changed-kind"),
    ],
)
def test_types_that_come_back_are_compared_at_each_depth(old: str, new: str, rule: str) -> None:
    before, after = (
        build_schema(f"scalar Int64 type Query {{ a: {shape} b: Int64 c: [String] d: ID e: Int }}")
        for shape in (old, new)
    )
    [change] = find_changes(before, after)
    assert (change.rule, change.coordinate) == (rule, "Query.a")


def test_a_type_of_another_kind_is_one_change() -> None:
    before = build_schema("type Query { a: A } type A { b: Int c(d: Int): Int }")
    after = build_schema("type Query { a: A } enum A { B C }")
    assert [c.rule for c in find_changes(before, after) if c.coordinate.startswith("A")] == [
        "type-changed-kind"
    ]


def test_changes_come_in_a_stable_order() -> None:
    before = build_schema("type Query { a: Int b: Int }")
    after = build_schema("type Query { d: Int c: Int a(x: Int): Int }")
    assert [change.coordinate for change in find_changes(before, after)] == [
        "Query.a(x:)",
        "Query.b",
        "Query.c",
        "Query.d",
    ]
