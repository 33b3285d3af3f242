"""Directives that generators and clients remove from users' queries are not compared."""

from pathlib import Path

import pytest
from graphql import print_ast

from wbtyped.drift import Documents, Report, Verdict, check_file, check_server, read_documents
from wbtyped.drift.schema_files import pinned_sdl
from wbtyped.errors import UsageError
from wbtyped.server import WandbServer

from .conftest import client_of

MIXIN = '@mixin(from: ".mine", import: "Mixin")'


def checked(folder: Path, queries: str) -> Report:
    """Check queries in a file against the pinned schema itself."""
    (folder / "own.graphql").write_text(queries)
    (folder / "schema").mkdir(exist_ok=True)
    (folder / "schema" / "s.graphqls").write_text(pinned_sdl())
    return check_file(folder / "schema", read_documents([folder / "own.graphql"]))


@pytest.mark.parametrize(
    ("queries", "directives"),
    [
        (f"query Q {MIXIN} {{ viewer {MIXIN} {{ id }} }}", "@mixin"),
        (f"query Q {{ viewer {{ ...Who }} }} fragment Who on User {MIXIN} {{ id }}", "@mixin"),
        (f"query Q {{ project {{ ... on Project {MIXIN} {{ id }} }} }}", "@mixin"),
        ("query Q { viewer { id dark @client } }", "@client"),
        ("query Q { viewer { id theme @client { dark light { shade } } } }", "@client"),
        ("query Q { viewer { id @client(always: true) username } }", "@client"),
        ("query Q { viewer { id } look { dark @client } }", "@client"),
        ("query Q { viewer { id } } query Local { dark @client }", "@client"),
        ("query Q($a: Int) { viewer { id dark(in: {all: [$a]}) @client } }", "@client"),
        ("query Q($a: Int) { viewer { id ...L } } fragment L on User { x(a: $a) @client }",
         "@client"),
        ("query Q($a: Int!) { viewer { x(a: $a) @client } projects(first: $a) { __typename } }",
         "@client"),
        ("query Q { viewer { id ...L @client } } fragment L on User { dark }", "@client"),
        (f"query Q {{ viewer {{ id {MIXIN} dark @client }} }}", "@mixin, @client"),
        ('query Q { viewer { id email @connection(key: "k") } }', "@connection"),
        ("query Q { viewer { id ...W @unmask } } fragment W on User { id }", "@unmask"),
    ],
)  # fmt: skip
def test_local_directives_are_removed_with_a_note(
    tmp_path: Path, queries: str, directives: str
) -> None:
    report = checked(tmp_path, queries)
    assert report.at_least(Verdict.RISKY) == []
    [note] = report.notes
    assert note == f"Not compared, since generators and clients remove them: {directives}."


def test_other_directives_are_compared(tmp_path: Path) -> None:
    report = checked(tmp_path, f"query Q {{ viewer {{ id @mixins username {MIXIN} }} }}")
    [finding] = report.at_least(Verdict.RISKY)
    assert (finding.rule, finding.coordinate) == ("operation-invalid", "@mixins")


def test_remaining_fields_are_compared_at_their_places(tmp_path: Path) -> None:
    report = checked(tmp_path, f"query Q {{\n  viewer {MIXIN} {{\n    dark @client\n    gone }} }}")
    [finding] = report.at_least(Verdict.RISKY)
    assert (finding.coordinate, str(finding.places[0])) == (
        "User.gone",
        f"{(tmp_path / 'own.graphql').as_posix()}:4:5",
    )


def test_variable_that_was_never_used_is_still_invalid(tmp_path: Path) -> None:
    report = checked(tmp_path, "query Q($a: Int, $b: Int) { viewer { id x(a: $a) @client } }")
    [finding] = report.at_least(Verdict.RISKY)
    assert "$b" in finding.change


def test_documents_without_local_directives_are_unchanged() -> None:
    text = "query Q {\n  viewer {\n    id\n  }\n}"
    documents = Documents({"own.graphql": text})
    assert (print_ast(documents.document), documents.removed_directives) == (text, [])


def test_documents_with_only_local_queries_raise() -> None:
    with pytest.raises(UsageError, match="no operation"):
        Documents({"own.graphql": "query Q { look { dark @client } }"})


def test_probing_sends_no_local_directives(wandb_server: WandbServer) -> None:
    wandb_server.introspection = False
    queries = f"query Q($a: Int) {{ viewer {MIXIN} {{ id dark(a: $a) @client }} }}"
    report = check_server(client_of(wandb_server), Documents({"own.graphql": queries}))
    assert report.findings == ()
    assert report.notes[-1].endswith(": @mixin, @client.")
    assert not any("dark" in r.document or "mixin" in r.document for r in wandb_server.requests)
