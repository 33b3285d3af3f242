"""Operations whose root type a server lacks are breaking, whatever their kind."""

from pathlib import Path

import pytest
from graphql import build_client_schema, introspection_from_schema

from wbtyped.drift import Documents, Finding, Report, Verdict, check_file, check_server
from wbtyped.drift.schema_files import pinned_sdl
from wbtyped.server import WandbServer

from .conftest import Drift, client_of
from .sdl import built, edited, swap
from .test_probing import json_fault

OWN = """
query Read { viewer { id } }
mutation Write { deleteFiles(input: {files: []}) { success } }
subscription Watch { runs { id } }
"""
ROOTS = {"query": "Read", "mutation": "Write", "subscription": "Watch"}
FIELDS = {
    "query": "viewer: User",
    "mutation": "deleteFiles(input: I!): R",
    "subscription": "runs: User",
}
TYPES = "type User { id: ID! } type R { success: Boolean } input I { files: [ID!]! }"


def with_roots(*kinds: str) -> str:
    """Return a schema that declares root types for some kinds; it defines all of them."""
    roots = " ".join(f"{kind}: {kind.title()}" for kind in kinds)
    types = " ".join(f"type {k.title()} {{ {field} }}" for k, field in FIELDS.items())
    return f"schema {{ {roots} }} {types} {TYPES}"


def checked(folder: Path, schema: str, queries: str = OWN) -> Report:
    file = folder / "schema.graphql"
    file.write_text(schema)
    return check_file(file, Documents({"own.graphql": queries}))


def breaking(report: Report) -> set[str]:
    """Return the operations whose root type is missing."""
    found = report.at_least(Verdict.BREAKING)
    return {
        name for finding in found if "no root type" in finding.change for name in finding.operations
    }


@pytest.mark.parametrize("kind", ROOTS)
def test_missing_root_type_is_breaking(kind: str, tmp_path: Path) -> None:
    report = checked(tmp_path, with_roots(*(ROOTS.keys() - {kind})))
    assert breaking(report) == {ROOTS[kind]}
    [finding] = [f for f in report.findings if "no root type" in f.change]
    assert finding.rule == "operation-invalid"
    assert finding.coordinate == kind.title()
    assert finding.places[0].line == list(ROOTS).index(kind) + 2
    assert finding.advice


def test_existing_root_types_are_not_reported(tmp_path: Path) -> None:
    assert breaking(checked(tmp_path, with_roots(*ROOTS))) == set()


@pytest.mark.parametrize("kind", ["mutation", "subscription"])
def test_root_type_removed_from_the_pinned_schema_is_breaking(kind: str, tmp_path: Path) -> None:
    roots = {"mutation": "\n  mutation: Mutation"}
    schema = edited(pinned_sdl(), swap(roots[kind], "")) if kind in roots else pinned_sdl()
    report = checked(tmp_path, schema)
    assert ROOTS[kind] in breaking(report)
    if kind == "subscription":
        assert report.notes == (
            "Only validated, since the pinned schema lacks what they use: Watch.",
        )


def test_root_type_of_another_name_is_found(tmp_path: Path) -> None:
    schema = "schema { query: Query mutation: Changes } type Changes { deleteFiles(input: I!): R }"
    report = checked(tmp_path, f"{schema} type Query {{ viewer: User }} {TYPES}")
    assert breaking(report) == {"Watch"}


def test_introspection_reports_missing_root_types(drift: Drift) -> None:
    schema = build_client_schema(introspection_from_schema(built(with_roots("query"))))
    report = check_server(client_of(drift(schema)), Documents({"own.graphql": OWN}))
    assert report.obtained == "introspection"
    assert breaking(report) == {"Write", "Watch"}


# -- servers that hide their schema

READ_AND_WRITE = OWN.partition("subscription")[0]
WRITE = "mutation" + READ_AND_WRITE.partition("mutation")[2]


def probed(server: WandbServer, queries: str = READ_AND_WRITE) -> list[Finding]:
    server.introspection = False
    report = check_server(client_of(server), Documents({"own.graphql": queries}))
    assert report.obtained == "probing"
    return list(report.findings)


@pytest.mark.parametrize("queries", [READ_AND_WRITE, WRITE], ids=["both", "no query"])
def test_probing_reports_mutations_without_a_root_type(drift: Drift, queries: str) -> None:
    [finding] = probed(drift(built(with_roots("query"))), queries)
    assert (finding.rule, finding.coordinate) == ("operation-invalid", "Mutation")
    assert finding.operations == ("Write",)


@pytest.mark.parametrize(
    "message",
    [
        "Schema is not configured for mutations.",
        "Schema is not configured to execute mutation operation.",
        'Schema does not support operation type "mutation"',
        "Schema does not define the required mutation root type.",
    ],
)
def test_probing_understands_errors_about_missing_root_types(
    wandb_server: WandbServer, message: str
) -> None:
    fault = json_fault("WbtypedControl", {"errors": [{"message": message}]}, status=400, skip=2)
    with wandb_server.fault(fault):
        [finding] = probed(wandb_server)
    assert (finding.coordinate, finding.operations) == ("Mutation", ("Write",))
    assert "Write" not in wandb_server.requests.operations()


def test_probing_without_probeable_operations_sends_nothing(wandb_server: WandbServer) -> None:
    assert probed(wandb_server, "subscription Watch { runs { id } }") == []
    assert wandb_server.requests.operations() == ["IntrospectionQuery"]
