"""Reading schemas and queries from files and servers, and the errors for invalid ones."""

import json
from pathlib import Path

import pytest
from graphql import introspection_from_schema, print_schema

from wbtyped.drift import (
    Documents,
    Verdict,
    check_file,
    check_server,
    our_documents,
    read_documents,
)
from wbtyped.drift.schema_files import pinned_schema, pinned_sdl
from wbtyped.errors import SchemaSourceError, UsageError
from wbtyped.server import Fault, WandbServer

from .conftest import client_of

ROOT = Path(__file__).parents[2]


# -- files


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def split_schema(folder: Path) -> Path:
    first, second, rest = pinned_sdl().partition("\n# ---- roots\n")
    write(folder / "one.graphql", first)
    write(folder / "deep" / "two.graphqls", second + rest)
    write(folder / "notes.md", "no schema")
    return folder


def introspected(file: Path, *, whole: bool) -> Path:
    data = introspection_from_schema(pinned_schema())
    return write(file, json.dumps({"data": data} if whole else data))


def test_check_file_reads_every_kind_of_schema_file(tmp_path: Path) -> None:
    sources = [
        write(tmp_path / "s.graphql", pinned_sdl()),
        write(tmp_path / "printed.graphql", print_schema(pinned_schema())),
        split_schema(tmp_path / "folder"),
        introspected(tmp_path / "whole.json", whole=True),
        introspected(tmp_path / "data.json", whole=False),
    ]
    for source in sources:
        report = check_file(source)
        assert (report.findings, report.obtained, report.source) == ((), "file", str(source))


@pytest.mark.parametrize(
    ("sdl", "message"),
    [
        ("", "Unexpected <EOF>"),
        ("type Query {", r"line 1\)?"),
        ("type Query { a: Int }\n\ntype Run { b: Gone }", r"line 3\): Unknown type 'Gone'"),
        (
            "type Query { a: Int }\ntype Query { b: Int }",
            r"There can be only one type named 'Query'",
        ),
        ("type Run { id: ID! }", "no type Query"),
        ("{ viewer { id } }", "JSON"),
        ("query { viewer { id } }", "no type Query"),
        ("<!doctype html><html></html>", "line 1"),
        ("{}", "__schema"),
        ('{"data": null}', "not a JSON object"),
        ('{"data": {"__schema": null}}', "__schema"),
        ('{"data": {"__schema": {"types": []}}}', "not a schema"),
        ('{"__schema": []}', "__schema"),
        ('{"errors": [{"message": "no"}]}', "__schema"),
    ],
)
def test_check_file_of_something_else_is_not_a_schema(
    tmp_path: Path, sdl: str, message: str
) -> None:
    with pytest.raises(SchemaSourceError, match=message) as caught:
        check_file(write(tmp_path / "schema", sdl))
    assert caught.value.reason == "not a schema"
    assert str(tmp_path / "schema") in str(caught.value)


def test_check_file_of_an_invalid_schema_names_the_line(tmp_path: Path) -> None:
    lines = pinned_sdl().replace("  sizeBytes: Int64!", "  sizeBytes: Int64!!").splitlines()
    broken = next(n for n, line in enumerate(lines, 1) if "!!" in line)
    with pytest.raises(SchemaSourceError, match=f"line {broken}"):
        check_file(write(tmp_path / "schema.graphql", "\n".join(lines)))


def test_check_file_of_missing_or_binary_files_raises(tmp_path: Path) -> None:
    with pytest.raises(SchemaSourceError) as caught:
        check_file(tmp_path / "gone.graphql")
    assert caught.value.reason == "not reachable"
    (tmp_path / "empty").mkdir()
    with pytest.raises(SchemaSourceError, match="no GraphQL file"):
        check_file(tmp_path / "empty")
    (tmp_path / "image").write_bytes(b"\x89PNG\xff")
    with pytest.raises(SchemaSourceError, match="UTF-8"):
        check_file(tmp_path / "image")


# -- servers


HTML = b"<!doctype html><title>Sign in</title>"


@pytest.mark.parametrize(
    ("fault", "reason", "message"),
    [
        (Fault(kind="graphql", status=401), "no permission", "API key"),
        (Fault(kind="graphql", status=403, body=HTML), "no permission", "403"),
        (
            Fault(kind="graphql", status=200, body=HTML, content_type="text/html"),
            "not a schema",
            "responds with text/html .* login page",
        ),
        (Fault(kind="graphql", redirect="https://login.test/"), "not a schema", "redirects"),
        (Fault(kind="graphql", status=404, body=HTML), "not a schema", "404"),
        (Fault(kind="graphql", status=200, body=b"{}"), "not a schema", "GraphQL"),
        (Fault(kind="graphql", status=200, body=b"[1]"), "not a schema", "GraphQL"),
        (
            Fault(kind="graphql", status=200, body=b'{"data": {"__schema": {"a": 1}}}'),
            "not a schema",
            "not a schema",
        ),
        (Fault(kind="graphql", status=500, body=b"oops"), "not reachable", "500"),
        (Fault(kind="graphql", status=503), "not reachable", "503"),
        (Fault(kind="graphql", status=429), "not reachable", "429"),
        (Fault(kind="graphql", cut_before_headers=True), "not reachable", "4 attempts in"),
        (Fault(kind="graphql", latency=2), "not reachable", "no response in time"),
    ],
    ids=[
        "wrong key", "forbidden", "login page", "redirect to a login page", "not found",
        "response without data", "a list", "half a schema", "failure", "busy", "too many", "cut",
        "timeout",
    ],
)  # fmt: skip
def test_check_server_that_gives_no_schema_raises_the_reason(
    wandb_server: WandbServer, fault: Fault, reason: str, message: str
) -> None:
    client = client_of(wandb_server, timeout=0.2 if fault.latency else 19.0)
    with wandb_server.fault(fault), pytest.raises(SchemaSourceError, match=message) as caught:
        check_server(client)
    assert caught.value.reason == reason
    assert wandb_server.api_key not in str(caught.value)
    client.close()


def test_check_server_that_is_down_is_not_reachable() -> None:
    with WandbServer() as server:
        client = client_of(server)
    with pytest.raises(SchemaSourceError) as caught:
        check_server(client)
    assert caught.value.reason == "not reachable"


def test_check_server_that_fits_has_no_findings(wandb_server: WandbServer) -> None:
    report = check_server(client_of(wandb_server))
    assert (report.obtained, report.findings) == ("introspection", ())
    assert wandb_server.requests.operations() == ["IntrospectionQuery"]


# -- queries


def test_our_documents_are_those_of_the_checkout() -> None:
    theirs = read_documents([ROOT / "queries"])
    assert len(theirs.operations) == len(our_documents().operations) > 70
    shipped = {d.name: d.node for d in our_documents().definitions}
    assert shipped == {d.name: d.node for d in theirs.definitions}


def test_places_point_into_the_checkout(tmp_path: Path) -> None:
    text = pinned_sdl().replace("  directUrl: String!", "  elsewhere: String!")
    report = check_file(write(tmp_path / "schema.graphql", text))
    [finding] = report.at_least(Verdict.BREAKING)
    assert len(finding.places) == 7
    for place in finding.places:
        line = (ROOT / place.file).read_text().splitlines()[place.line - 1]
        assert line[place.column - 1 :].startswith("directUrl")


OWN = """
# Sizes.
#
# Used by: my.Report, my.Table
query Sizes($run: String!) {
  project(name: "ship") { run(name: $run) { ...Facts } }
}
fragment Facts on Run { fileCount description }
fragment Unused on Run { nonsense }
"""


def test_own_queries_are_checked_at_their_own_places(tmp_path: Path) -> None:
    write(tmp_path / "a" / "own.graphql", OWN)
    documents = read_documents([tmp_path])
    text = pinned_sdl().replace("  fileCount: Int\n", "  fileCount: Float\n")
    report = check_file(write(tmp_path / "schema", text), documents)
    [finding] = report.at_least(Verdict.RISKY)
    assert (finding.rule, finding.operations) == ("field-changed-kind", ("Sizes",))
    assert finding.classes == ("my.Report", "my.Table")
    assert str(finding.places[0]) == f"{(tmp_path / 'a' / 'own.graphql').as_posix()}:8:25"
    assert "wbtyped" not in finding.advice
    assert report.notes == ()


def test_own_queries_beyond_the_pinned_schema_are_only_validated(tmp_path: Path) -> None:
    text = "query Sweeps { project { colour } }\nquery Fine { viewer { id } }"
    documents = Documents({"own.graphql": text})
    wider = pinned_sdl().replace("type Project implements Node {", "type Project { colour: ID")
    report = check_file(write(tmp_path / "schema", wider), documents)
    assert report.at_least(Verdict.RISKY) == []
    assert report.notes == ("Only validated, since the pinned schema lacks what they use: Sweeps.",)
    missing = check_file(write(tmp_path / "schema", pinned_sdl()), documents)
    [finding] = missing.findings
    assert (finding.rule, finding.coordinate) == ("operation-invalid", "Project.colour")
    assert (finding.operations, str(finding.places[0])) == (("Sweeps",), "own.graphql:1:26")


def test_invalid_field_below_a_changed_field_is_reported_too(tmp_path: Path) -> None:
    documents = Documents({"own.graphql": "{ artifact(id: 1) { artifactType { colour } } }"})
    nulls = pinned_sdl().replace("  artifactType: ArtifactType!", "  artifactType: ArtifactType")
    report = check_file(write(tmp_path / "schema", nulls), documents)
    assert {f.rule for f in report.at_least(Verdict.BREAKING)} == {
        "field-became-nullable",
        "operation-invalid",
    }


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("query {", "own.graphql:1:8"),
        ("type Run { id: ID }", "own.graphql:1:1"),
        ("fragment F on Run { id }", "no operation"),
        ("{ viewer { ...Gone } }", "own.graphql:1:12: no fragment Gone"),
        ("{ a }\nfragment F on A { b }\nfragment F on A { b }", "F is defined twice"),
    ],
)
def test_documents_without_valid_queries_raise(source: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        Documents({"own.graphql": source})


def test_read_documents_of_missing_files_raises(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.graphql", tmp_path):
        with pytest.raises(UsageError):
            read_documents([path])
