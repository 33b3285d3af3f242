"""A report as commands to GitHub Actions, which show each finding at its line in the queries."""

from collections.abc import Iterator

from .documents import Place
from .findings import Finding, Report, Verdict
from .text_report import text_report

LEVELS = {Verdict.BREAKING: "error", Verdict.RISKY: "warning", Verdict.SAFE: "notice"}


def github_report(report: Report, *, verbose: bool = False) -> Iterator[str]:
    """Yield one command for each place of each finding, then the lines for people.

    GitHub shows the commands as annotations and keeps them out of the log.
    """
    for finding in report.findings if verbose else report.at_least(Verdict.RISKY):
        places: tuple[Place | None, ...] = finding.places or (None,)
        for place in places:
            yield _annotation(finding, place)
    yield from (_harmless(line) for line in text_report(report, verbose=verbose))


def _annotation(finding: Finding, place: Place | None) -> str:
    at = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    given = {**at, "title": f"{finding.verdict} {finding.rule}: {finding.coordinate}"}
    settings = ",".join(f"{name}={_property(str(value))}" for name, value in given.items())
    who = f" Operations: {', '.join(finding.operations)}." if finding.operations else ""
    text = f"{finding.change}{who} {finding.advice}"
    return f"::{LEVELS[finding.verdict]} {settings}::{_message(text.rstrip())}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _harmless(line: str) -> str:
    """Keep what a server says from being read as a command of its own."""
    flat = " ".join(line.splitlines())
    return f" {flat}" if flat.lstrip().startswith("::") else flat.replace("##[", "# #[")
