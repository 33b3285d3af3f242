"""Types of the drift check. Only checked by mypy and pyright, never run."""

from pathlib import Path
from typing import Literal, assert_type

from wbtyped import Api
from wbtyped.drift import (
    Documents,
    Finding,
    Ignored,
    NotProbed,
    Place,
    Report,
    Verdict,
    check_file,
    check_server,
    our_documents,
    read_documents,
)
from wbtyped.errors import SchemaSourceError


def checks(api: Api) -> None:
    ignore = [Ignored.parse("deprecated:File.*"), Ignored("field-removed")]
    assert_type(check_server(api.client), Report)
    assert_type(check_server(api.client, our_documents(), ignore), Report)
    assert_type(check_file(Path("schema"), read_documents([Path("queries")])), Report)
    assert_type(Documents({"own.graphql": "{ viewer { id } }"}).ours, bool)


def report(report: Report, finding: Finding) -> None:
    assert_type(report.findings, tuple[Finding, ...])
    assert_type(report.not_probed, tuple[NotProbed, ...])
    assert_type(report.at_least(Verdict.RISKY), list[Finding])
    assert_type(report.counts, dict[Verdict, int])
    assert_type(report.obtained, Literal["file", "introspection", "probing"])
    assert_type(finding.places, tuple[Place, ...])
    assert_type(finding.classes, tuple[str, ...])


def refused(error: SchemaSourceError) -> None:
    assert_type(
        error.reason, Literal["not reachable", "no permission", "not a schema", "not probed"]
    )
