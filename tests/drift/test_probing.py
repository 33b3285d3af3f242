"""Probing finds invalid operations on servers that hide their schema, and runs nothing."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLFieldResolver,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    default_field_resolver,
    parse,
    validate,
)
from wbtyped_graphql import calls

from wbtyped.drift import Documents, Finding, Report, Verdict, check_server, our_documents
from wbtyped.drift.classify import compare
from wbtyped.drift.documents import Definition
from wbtyped.drift.probing import CONTROL, GUARD, add_guard
from wbtyped.drift.schema_files import pinned_schema
from wbtyped.errors import SchemaSourceError
from wbtyped.server import Fault, WandbServer

from .conftest import Drift, client_of
from .mutations import MUTATIONS, Mutation
from .sdl import mutated, remove

# Independent of the interpreter.
pytestmark = pytest.mark.slow

NAMES = {operation.name for operation in our_documents().operations}
# The guard of a probe is an `@include`, which every server has that follows the specification.
REJECTED = [m for m in MUTATIONS if m.rejected and not m.coordinate.startswith("@")]
WITHOUT_INCLUDE = [m for m in MUTATIONS if m.rejected and m.coordinate.startswith("@")]
UNSEEN = [mutation for mutation in MUTATIONS if not mutation.rejected][::8]


@cache
def ours() -> Documents:
    return our_documents()


def probe(server: WandbServer, documents: Documents | None = None) -> Report:
    server.introspection = False
    server.requests.clear()
    report = check_server(client_of(server), documents)
    assert report.obtained == "probing"
    return report


def rejected_by(schema: GraphQLSchema) -> set[str]:
    """Return the operations that are invalid against a schema."""
    return {
        operation.name
        for operation in ours().operations
        if validate(
            schema,
            DocumentNode(definitions=tuple(d.node for d in ours().with_fragments(operation))),
        )
    }


# -- what probing finds


# The error messages about these contain everything that a comparison of schemas finds.
SAME_AS_COMPARISON = {
    "field removed",
    "field renamed",
    "mutation removed",
    "argument removed",
    "only argument removed",
    "argument in a fragment removed",
    "required argument added",
    "argument type changed",
    "argument with a nullable variable becomes required",
    "list items of an argument become non-null",
    "input field removed, written in a query",
    "required input field added, the object written in a query",
}


@pytest.mark.parametrize("mutation", REJECTED, ids=str)
def test_probe_finds_every_change_that_validation_sees(mutation: Mutation, drift: Drift) -> None:
    schema = mutated(*mutation.used)
    report = probe(drift(schema))
    found = {name for finding in report.findings for name in finding.operations}
    assert found == rejected_by(schema)
    for finding in report.findings:
        assert finding.verdict is Verdict.BREAKING
        assert finding.places
        assert finding.classes
        assert finding.rule != "operation-invalid"
        assert finding.coordinate
    if mutation.name in SAME_AS_COMPARISON:
        compared = compare(pinned_schema(), schema, ours())
        breaking = [f for f in compared if f.verdict is Verdict.BREAKING]
        assert set(map(details, report.findings)) == set(map(details, breaking))


def details(finding: Finding) -> tuple[object, ...]:
    """Return the attributes of a finding, except the wording of the change."""
    return (
        finding.rule,
        finding.coordinate,
        finding.operations,
        finding.classes,
        finding.places,
        finding.advice,
    )


@pytest.mark.parametrize("mutation", UNSEEN, ids=str)
def test_probe_after_other_changes_finds_nothing(mutation: Mutation, drift: Drift) -> None:
    assert probe(drift(mutated(*mutation.used))).findings == ()


def test_probe_report_says_why_and_what_it_cannot_detect(moving_server: WandbServer) -> None:
    report = probe(moving_server)
    moving_server.introspection = True
    assert report.findings == ()
    assert (report.operations, report.not_probed) == (len(NAMES), ())
    assert any("null" in blind_spot for blind_spot in report.blind_to)
    assert report.notes == (
        "The server was probed, because it responds to introspection with null.",
    )
    assert check_server(client_of(moving_server)).blind_to == ()


def test_probe_of_an_older_server_names_what_it_lacks(moving_server: WandbServer) -> None:
    with WandbServer(features=[]) as older:
        found = probe(older).findings
    assert {finding.coordinate for finding in found} == {
        "Entity.artifactCollections(projectFilters:)",
        "Entity.artifactMemberships",
        "Entity.projects(filters:)",
        "Mutation.markRunFilesUploaded",
        "Project.allowAllArtifactTypesInRegistry",
        "Project.artifactCollectionMembership",
        "Project.artifactCollections(filters:)",
    }
    assert all(
        "Check whether the server has what the operation needs" in finding.advice
        for finding in found
    )


# -- nothing runs


@pytest.fixture
def resolved(moving_server: WandbServer) -> Iterator[list[str]]:
    """Coordinates of the fields that the server resolves during a test."""
    names: list[str] = []
    schema = moving_server._execution._documents.schema  # pyright: ignore[reportPrivateUsage]
    fields = [
        (f"{kind.name}.{name}", field)
        for kind in schema.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        for name, field in kind.fields.items()
    ]
    before = [field.resolve for _, field in fields]

    def watched(coordinate: str, own: GraphQLFieldResolver | None) -> Callable[..., object]:
        def resolve(source: object, info: GraphQLResolveInfo, **arguments: object) -> object:
            names.append(coordinate)
            return (own or default_field_resolver)(source, info, **arguments)

        return resolve

    for coordinate, field in fields:
        field.resolve = watched(coordinate, field.resolve)
    yield names
    for (_, field), own in zip(fields, before, strict=True):
        field.resolve = own


def stored_data(server: WandbServer) -> list[str]:
    with closing(sqlite3.connect(server.data / "server.sqlite")) as database:
        rows = list(database.iterdump())
    files = sorted(str(p) for p in Path(server.data / "blobs").rglob("*"))
    return rows + files


def test_probe_runs_nothing(moving_server: WandbServer, resolved: list[str]) -> None:
    moving_server.add_run("crew/ship/log", {"a.txt": b"hello"})
    moving_server.add_artifact("crew/ship/data", "dataset", {"x": b"x"})
    before = stored_data(moving_server)
    assert probe(moving_server).findings == ()
    sent = moving_server.requests.operations()
    assert set(sent) == {*NAMES, CONTROL, "IntrospectionQuery"}
    assert len(sent) == len(NAMES) + 4 + 1, "two controls each for queries and mutations"
    assert resolved == []
    assert stored_data(moving_server) == before
    # The fixture records what does run.
    client_of(moving_server).send(calls.get_viewer())
    assert "Query.viewer" in resolved


def test_probe_gives_no_variable_a_value(moving_server: WandbServer) -> None:
    probe(moving_server)
    for request in moving_server.requests:
        assert not request.variables
        if request.operation_name == "IntrospectionQuery":
            continue
        [operation] = [
            node
            for node in parse(request.document).definitions
            if isinstance(node, OperationDefinitionNode)
        ]
        first = operation.variable_definitions[0]
        assert (first.variable.name.value, first.default_value) == (GUARD, None)


@pytest.mark.parametrize("operation", ours().operations, ids=lambda operation: operation.name)
def test_probe_is_the_operation_with_a_guard(operation: Definition) -> None:
    """Apart from the guard they are equal, so the result is valid for the operation."""
    node = operation.node
    assert isinstance(node, OperationDefinitionNode)
    probe = add_guard(node)
    assert probe.variable_definitions[1:] == node.variable_definitions
    assert probe.selection_set.selections[:-1] == node.selection_set.selections
    assert (probe.operation, probe.name, probe.directives) == (
        node.operation,
        node.name,
        node.directives,
    )


OWN = """
subscription Watch { run { id } }
query Guarded($wbtyped_probe: Boolean!) { viewer { id @include(if: $wbtyped_probe) } }
query Fine { viewer { ...Who } }
{ viewer { nonsense } }
fragment Who on User { id }
"""


def test_operations_that_cannot_be_probed_are_named_and_not_sent(
    moving_server: WandbServer,
) -> None:
    report = probe(moving_server, Documents({"own.graphql": OWN}))
    assert [skipped.operation for skipped in report.not_probed] == ["Watch", "Guarded"]
    assert all(skipped.reason for skipped in report.not_probed)
    documents = [r.document for r in moving_server.requests if CONTROL not in r.document]
    assert not any("Watch" in sent or "Guarded" in sent for sent in documents)
    [finding] = report.findings
    assert finding.coordinate == "User.nonsense"
    assert str(finding.places[0]) == "own.graphql:5:3"


# -- servers that cannot be probed


def json_fault(operation: str, body: object, status: int = 200, skip: int = 0) -> Fault:
    return Fault(
        kind="graphql",
        operation=operation,
        status=status,
        body=json.dumps(body).encode(),
        content_type="application/json",
        skip=skip,
    )


def errors(*messages: str) -> dict[str, object]:
    return {"errors": [{"message": message} for message in messages]}


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (json_fault(CONTROL, {"data": {GUARD: "Query"}}), "ran"),
        (json_fault(CONTROL, {"data": {}}), "ran"),
        (json_fault(CONTROL, errors("no such query")), "rejects"),
        (json_fault(CONTROL, errors(f"Variable ${GUARD} is missing")), "checks variables before"),
        (json_fault(CONTROL, {"data": {GUARD: None}, **errors("late")}, skip=1), "ran"),
    ],
    ids=["runs anyway", "omits it", "rejects all", "variables first", "runs invalid documents"],
)
def test_server_that_fails_the_control_gets_no_operation(
    wandb_server: WandbServer, fault: Fault, message: str
) -> None:
    with wandb_server.fault(fault), pytest.raises(SchemaSourceError, match=message) as caught:
        probe(wandb_server)
    assert caught.value.reason == "not probed"
    assert set(wandb_server.requests.operations()) == {"IntrospectionQuery", CONTROL}


def test_probe_stops_at_the_first_operation_that_ran(wandb_server: WandbServer) -> None:
    first = ours().operations[0].name
    fault = json_fault(first, {"data": {"project": None}})
    with wandb_server.fault(fault), pytest.raises(SchemaSourceError, match=f"ran {first}"):
        probe(wandb_server)
    assert wandb_server.requests.operations()[-1] == first


@pytest.mark.parametrize(
    "body",
    [
        errors("permission denied"),
        {"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]},
    ],
)
def test_denied_permission_is_not_drift(wandb_server: WandbServer, body: object) -> None:
    fault = json_fault("GetViewer", body)
    with wandb_server.fault(fault), pytest.raises(SchemaSourceError) as caught:
        probe(wandb_server)
    assert caught.value.reason == "no permission"


@pytest.mark.parametrize(
    "body",
    [
        errors("An internal error occurred."),
        errors("context deadline exceeded: request timed out"),
        {"errors": [{"message": "no", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]},
    ],
)
def test_server_failure_is_not_drift(wandb_server: WandbServer, body: object) -> None:
    fault = json_fault("GetViewer", body)
    with wandb_server.fault(fault), pytest.raises(SchemaSourceError, match="GetViewer") as caught:
        probe(wandb_server)
    assert caught.value.reason == "not reachable"


@pytest.mark.parametrize("mutation", WITHOUT_INCLUDE, ids=str)
def test_server_without_the_directive_of_the_guard_is_not_probed(
    mutation: Mutation, drift: Drift
) -> None:
    server = drift(mutated(*mutation.used))
    with pytest.raises(SchemaSourceError, match="@include|checks variables") as caught:
        probe(server)
    assert caught.value.reason == "not probed"
    assert set(server.requests.operations()) == {"IntrospectionQuery", CONTROL}


# -- wording of errors


@pytest.mark.parametrize(
    "message",
    [
        'Cannot query field "username" on type "User".',
        "Cannot query field 'username' on type 'User'. Did you mean 'user_name'?",
        'graphql: Cannot query field "username" on type "User".',
    ],
)
def test_known_wording_gives_rule_and_place(wandb_server: WandbServer, message: str) -> None:
    with wandb_server.fault(json_fault("GetViewer", errors(message), status=422)):
        [finding] = probe(wandb_server).findings
    assert (finding.rule, finding.coordinate) == ("field-removed", "User.username")
    assert finding.change == message
    assert [str(place) for place in finding.places] == ["queries/fragments.graphql:84:3"]


def test_unknown_wording_is_reported_as_it_is(wandb_server: WandbServer) -> None:
    with wandb_server.fault(json_fault("GetViewer", errors("bad ünit \x1b[2J"), status=400)):
        [finding] = probe(wandb_server).findings
    assert (finding.rule, finding.coordinate) == ("operation-invalid", "")
    assert (finding.change, finding.operations) == ("bad ünit \x1b[2J", ("GetViewer",))
    assert finding.classes == ("Api.default_entity", "Api.viewer")
    assert [place.file for place in finding.places] == ["queries/server.graphql"]


def test_error_that_names_the_variable_in_its_path_is_understood(wandb_server: WandbServer) -> None:
    entry = {
        "message": "must be defined",
        "path": ["variable", GUARD],
        "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"},
    }
    with wandb_server.fault(json_fault("GetViewer", {"errors": [entry], "data": None}, 422)):
        assert probe(wandb_server).findings == ()


# -- how a server hides its schema


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, errors("introspection is disabled")),
        (200, errors("GraphQL introspection is not allowed")),
        (200, {"data": None, **errors("introspection disabled")}),
        (403, errors("introspection disabled")),
        (422, errors("introspection disabled")),
        (200, {"data": {"__schema": None}}),
        (200, {"data": {}}),
    ],
)
def test_hidden_schema_leads_to_probing(
    wandb_server: WandbServer, status: int, body: dict[str, object]
) -> None:
    with wandb_server.fault(json_fault("IntrospectionQuery", body, status)):
        report = check_server(client_of(wandb_server))
    assert (report.obtained, report.findings) == ("probing", ())
    assert "introspection" in report.notes[0]


@pytest.mark.parametrize("rejections", [1, 2])
def test_older_server_gets_an_older_introspection_query(
    wandb_server: WandbServer, rejections: int
) -> None:
    newer = Fault(
        kind="graphql",
        operation="IntrospectionQuery",
        times=rejections,
        status=400,
        body=json.dumps(errors('Unknown argument "includeDeprecated"')).encode(),
        content_type="application/json",
    )
    with wandb_server.fault(newer):
        report = check_server(client_of(wandb_server))
    assert (report.obtained, report.at_least(Verdict.RISKY)) == ("introspection", [])


def test_fragments_of_an_operation_know_the_operation() -> None:
    for operation in ours().operations:
        fragments = ours().with_fragments(operation)[1:]
        assert all(isinstance(f.node, FragmentDefinitionNode) for f in fragments)
        assert all(operation.name in fragment.operations for fragment in fragments)


def test_removed_field_is_reported_with_the_message_of_the_server(drift: Drift) -> None:
    [finding] = probe(drift(mutated(remove("User.username")))).findings
    assert finding.change.startswith("Cannot query field 'username' on type 'User'.")
