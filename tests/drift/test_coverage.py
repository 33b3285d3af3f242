"""Coverage: which part of a schema the queries use."""

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
input Upload { a: Int b: Deep }
input Deep { c: Int }
type Mutation { make(upload: Upload): Run }
""")
QUERIES = Documents(
    {"own.graphql": "query Q($id: ID!) { run(id: $id) { state } node { name __typename } }"}
)


def test_coverage_of_queries_splits_used_and_unused_members() -> None:
    found = {type_.name: type_ for type_ in coverage(QUERIES, SCHEMA)}
    assert found["Query"].used == ("Query.run", "Query.run(id:)", "Query.node")
    assert found["Query"].unused == ("Query.run(deep:)", "Query.sweep", "Query.sweep(id:)")
    assert found["State"].used == ("State.DONE", "State.FAILED")
    # Selected through the interface, and by itself.
    assert found["Run"].used == ("Run.name", "Run.state")
    assert found["Node"].unused == ("Node.id",)
    assert [name for name, type_ in found.items() if not type_.is_used] == [
        "Deep", "Mutation", "Sweep", "Upload",
    ]  # fmt: skip
    assert "String" not in found


def test_coverage_of_a_variable_counts_its_whole_input_type() -> None:
    sends = Documents({"own.graphql": "mutation M($u: Upload) { make(upload: $u) { id } }"})
    found = {type_.name: type_ for type_ in coverage(sends, SCHEMA)}
    assert (found["Upload"].unused, found["Deep"].used) == ((), ("Deep.c",))


def test_coverage_as_text_and_json_has_totals() -> None:
    found = coverage(QUERIES, SCHEMA)
    lines = list(text_coverage(found))
    assert "type Query: 3 of 6; not used: run(deep:), sweep" in lines
    assert lines[-2:] == [
        "not used at all (4): Deep, Mutation, Sweep, Upload",
        "4 of 8 types, 8 of 19 members used",
    ]
    printed = json.loads(json_coverage(found))
    assert (printed["version"], printed["members"]) == (1, {"used": 8, "all": 19})
    assert {type_["name"]: type_["is_used"] for type_ in printed["types"]}["Sweep"] is False


def test_coverage_of_the_pinned_schema() -> None:
    found = coverage(our_documents(), pinned_schema())
    used = {type_.name for type_ in found if type_.is_used}
    assert {"Query", "Mutation", "Run", "File", "Artifact", "ArtifactPortfolio"} <= used
    assert "RunInfo" not in used
