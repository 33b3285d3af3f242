"""Which part of the schema the queries use."""

import json

from graphql import build_schema

from wbtyped.drift import Documents, our_documents
from wbtyped.drift.coverage import coverage, json_coverage, text_coverage
from wbtyped.drift.schema_files import pinned_schema

SCHEMA = build_schema("""
type Query { run(id: ID!, deep: Boolean): Run sweep(id: ID): Sweep node: Node }
interface Node { id: ID! name: String }
type Run implements Node { id: ID! name: String state: State }
type Sweep { id: ID! }
enum State { DONE FAILED }
input Wish { a: Int b: Deep }
input Deep { c: Int }
type Mutation { make(wish: Wish): Run }
""")
QUERIES = Documents(
    {"own.graphql": "query Q($id: ID!) { run(id: $id) { state } node { name __typename } }"}
)


def test_what_is_used_and_what_not() -> None:
    found = {each.name: each for each in coverage(QUERIES, SCHEMA)}
    assert found["Query"].used == ("Query.run", "Query.run(id:)", "Query.node")
    assert found["Query"].unused == ("Query.run(deep:)", "Query.sweep", "Query.sweep(id:)")
    assert found["State"].used == ("State.DONE", "State.FAILED")
    # Read through the interface, and by itself.
    assert found["Run"].used == ("Run.name", "Run.state")
    assert found["Node"].unused == ("Node.id",)
    assert [name for name, each in found.items() if not each.is_used] == [
        "Deep", "Mutation", "Sweep", "Wish",
    ]  # fmt: skip
    assert "String" not in found


def test_what_is_sent_in_a_variable_counts_whole() -> None:
    sends = Documents({"own.graphql": "mutation M($w: Wish) { make(wish: $w) { id } }"})
    found = {each.name: each for each in coverage(sends, SCHEMA)}
    assert (found["Wish"].unused, found["Deep"].used) == ((), ("Deep.c",))


def test_text_and_json() -> None:
    found = coverage(QUERIES, SCHEMA)
    lines = list(text_coverage(found))
    assert "type Query: 3 of 6; not used: run(deep:), sweep" in lines
    assert lines[-2:] == [
        "not used at all (4): Deep, Mutation, Sweep, Wish",
        "4 of 8 types, 8 of 19 members used",
    ]
    said = json.loads(json_coverage(found))
    assert (said["version"], said["members"]) == (1, {"used": 8, "all": 19})
    assert {each["name"]: each["is_used"] for each in said["types"]}["Sweep"] is False


def test_of_the_pinned_schema() -> None:
    found = coverage(our_documents(), pinned_schema())
    used = {each.name for each in found if each.is_used}
    assert {"Query", "Mutation", "Run", "File", "Artifact", "ArtifactPortfolio"} <= used
    assert "RunInfo" not in used
