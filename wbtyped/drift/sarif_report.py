"""Format a report as SARIF 2.1.0, which code scanning and editors show at the queries."""

import json
from urllib.parse import quote

from ..version import VERSION
from .findings import Finding, Report, Verdict
from .query_text import Place
from .rules import RULES

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
"""Identifies the format to readers of SARIF; nothing is downloaded from it."""
LEVELS = {Verdict.BREAKING: "error", Verdict.RISKY: "warning", Verdict.SAFE: "note"}


def sarif_report(report: Report, *, verbose: bool = False) -> str:
    """Return a report as a SARIF log with one run; `verbose` includes the safe changes."""
    shown = list(report.findings if verbose else report.at_least(Verdict.RISKY))
    rules = sorted({finding.rule for finding in shown})
    run = {
        "tool": {
            "driver": {
                "name": "wbtyped schema check",
                "version": VERSION,
                "rules": [_rule(name) for name in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules.index(finding.rule)) for finding in shown],
        "properties": {
            "source": report.source,
            "obtained": report.obtained,
            "blindTo": report.blind_to,
            "notProbed": [f"{o.operation}: {o.reason}" for o in report.not_probed],
            "notes": report.notes,
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(name: str) -> dict[str, object]:
    rule = RULES[name]
    described: dict[str, object] = {
        "id": name,
        "shortDescription": {"text": f"{rule.meaning[0].upper()}{rule.meaning[1:]}."},
        "defaultConfiguration": {"level": LEVELS[rule.verdict]},
    }
    return {**described, "help": {"text": rule.advice}} if rule.advice else described


def _result(finding: Finding, rule_index: int) -> dict[str, object]:
    return {
        "ruleId": finding.rule,
        "ruleIndex": rule_index,
        "level": LEVELS[finding.verdict],
        "message": {"text": f"{finding.change} {finding.advice}".strip()},
        "locations": [_location(place, finding.coordinate) for place in finding.places],
        "partialFingerprints": {"change/v1": f"{finding.rule}:{finding.coordinate}"},
        "properties": {
            "coordinate": finding.coordinate,
            "operations": finding.operations,
            "classes": finding.classes,
        },
    }


def _location(place: Place, coordinate: str) -> dict[str, object]:
    region = {"startLine": place.line, "startColumn": place.column}
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region},
        "logicalLocations": [{"fullyQualifiedName": coordinate}],
    }


def _uri(file: str) -> str:
    return f"file://{quote(file)}" if file.startswith("/") else quote(file)
