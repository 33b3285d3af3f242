"""Updating the pinned schema changes only what the server changed."""

import pytest
from graphql import build_schema, lexicographic_sort_schema, validate_schema

from wbtyped.drift.schema_diff import find_changes
from wbtyped.drift.schema_files import pinned_sdl
from wbtyped.drift.schema_update import update_schema
from wbtyped.errors import SchemaSourceError

from .sdl import Edit, add, append, built, describe, edited, remove, retype, swap

PINNED = '''"""A small server."""
schema {
  query: Query
}

# ---- roots

"""Where all begins."""
type Query {
  """The run; null when it is gone."""
  run(
    """Its id."""
    id: ID!
  ): Run
  old: Old
}

# ---- things

"""A run of ours."""
type Run implements Node {
  """Opaque."""
  id: ID!
  """How far it came."""
  state: State
}

# ---- other things

"""Soon gone."""
type Old {
  a: Int
}

"""What has an id."""
interface Node {
  id: ID!
}

enum State {
  """Done."""
  DONE
}
'''


def updated(*edits: Edit, text: str = PINNED) -> str:
    return update_schema(text, built(edited(text, *edits)))


def coordinates(before: str, after: str) -> set[tuple[str, str]]:
    changes = find_changes(build_schema(before), build_schema(after))
    return {(change.rule, change.coordinate) for change in changes}


def test_update_from_a_reordered_schema_changes_nothing() -> None:
    text = pinned_sdl()
    assert update_schema(text, lexicographic_sort_schema(built(text))) == text


def test_update_twice_changes_nothing_more() -> None:
    edits = add("Run", "z: Int"), add("Run", "b: Int"), add("Old", "c: Int"), remove("Old.a")
    server = built(edited(PINNED, *edits))
    once = update_schema(PINNED, server)
    assert once != PINNED
    assert update_schema(once, lexicographic_sort_schema(server)) == once


def test_update_rewrites_only_what_changed() -> None:
    text = pinned_sdl()
    after = updated(retype("File.sizeBytes", "Int64"), text=text)
    assert after == text.replace("  sizeBytes: Int64!", "  sizeBytes: Int64", 1)


def test_update_keeps_our_descriptions_and_adds_those_of_new_fields() -> None:
    after = updated(
        describe("Run", "Their words."),
        describe("Run.state", None),
        add("Run", '"Their name." name: String'),
    )
    schema = build_schema(after)
    run = schema.type_map["Run"]
    assert run.description == "A run of ours."
    assert '"""How far it came."""' in after
    assert '"""Their name."""' in after
    assert "# ---- other things" in after
    assert after.index("state: State") < after.index("name: String")


def test_update_removes_types_and_keeps_headings() -> None:
    after = updated(remove("Query.old"), remove("Old"))
    assert "Old" not in after
    assert "# ---- other things" in after
    assert coordinates(PINNED, after) >= {("type-removed", "Old"), ("field-removed", "Query.old")}


def test_update_leaves_out_types_outside_of_the_subset() -> None:
    after = updated(
        append("type Sweep { run: Run } input Filter { a: Int! } union Any = Run | Sweep"),
        add("Query", "sweep: Sweep"),
        add("Query", "runs(filter: Filter!): Run"),
        add("Query.run", "filter: Filter"),
        add("Run", "parent: Run"),
        swap("type Old {", "interface Extra { a: Int }\ntype Old implements Extra {"),
        add("State", "FAILED"),
        append("directive @internal on FIELD_DEFINITION"),
    )
    assert coordinates(PINNED, after) == {
        ("field-added", "Run.parent"),
        ("value-added-to-enum", "State.FAILED"),
    }


def test_update_extends_the_subset_by_what_it_needs() -> None:
    after = updated(
        append("input Filter { kind: Kind! } enum Kind { A } type Future { b: Int }"),
        add("Query.run", "filter: Filter!"),
        retype("Query.old", "Future"),
    )
    assert {("type-added", name) for name in ("Filter", "Kind", "Future")} <= coordinates(
        PINNED, after
    )
    assert validate_schema(build_schema(after)) == []
    assert after.index("enum State") < after.index("input Filter") < after.index("type Future")


def test_update_from_an_unrelated_schema_raises() -> None:
    with pytest.raises(SchemaSourceError, match="lacks"):
        update_schema(PINNED, built("schema { query: Root } type Root { a: Int }"))
