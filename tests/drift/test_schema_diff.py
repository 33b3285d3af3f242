"""Differences between schemas, and the sentences of graphql-core that describe them."""

import pytest
from graphql import BreakingChangeType, DangerousChangeType, build_schema

from wbtyped.drift.rules import RULES
from wbtyped.drift.schema_diff import CHANGE_PATTERNS, find_changes

OTHER_RULES = {
    DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE: {"default-changed"},
    BreakingChangeType.FIELD_CHANGED_KIND: {
        "field-changed-kind",
        "field-became-nullable",
        "field-read-alike",
        "input-field-changed-kind",
    },
}


@pytest.mark.parametrize("kind", [*BreakingChangeType, *DangerousChangeType], ids=str)
def test_every_change_of_graphql_core_has_a_pattern_and_a_rule(
    kind: BreakingChangeType | DangerousChangeType,
) -> None:
    assert kind in CHANGE_PATTERNS
    default = {kind.name.lower().replace("_", "-")}
    assert OTHER_RULES.get(kind, default) <= RULES.keys()


def test_find_changes_with_an_unknown_wording_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(CHANGE_PATTERNS, BreakingChangeType.FIELD_REMOVED, "nothing like it")
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
def test_field_types_are_compared_at_each_list_level(old: str, new: str, rule: str) -> None:
    before, after = (
        build_schema(f"scalar Int64 type Query {{ a: {shape} b: Int64 c: [String] d: ID e: Int }}")
        for shape in (old, new)
    )
    [change] = find_changes(before, after)
    assert (change.rule, change.coordinate) == (rule, "Query.a")


def test_type_that_changed_kind_is_one_change() -> None:
    before = build_schema("type Query { a: A } type A { b: Int c(d: Int): Int }")
    after = build_schema("type Query { a: A } enum A { B C }")
    assert [c.rule for c in find_changes(before, after) if c.coordinate.startswith("A")] == [
        "type-changed-kind"
    ]


def test_find_changes_sorts_by_coordinate() -> None:
    before = build_schema("type Query { a: Int b: Int }")
    after = build_schema("type Query { d: Int c: Int a(x: Int): Int }")
    assert [change.coordinate for change in find_changes(before, after)] == [
        "Query.a(x:)",
        "Query.b",
        "Query.c",
        "Query.d",
    ]
