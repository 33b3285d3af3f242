"""Format a report as GitHub Actions annotations, shown at the lines of the queries."""

from collections.abc import Iterator

from .findings import Finding, Report, Verdict
from .query_text import Place
from .text_report import text_report

LEVELS = {Verdict.BREAKING: "error", Verdict.RISKY: "warning", Verdict.SAFE: "notice"}


def github_report(report: Report, *, verbose: bool = False) -> Iterator[str]:
    """Yield one workflow command for each location of each finding, then the text report.

    GitHub shows the commands as annotations and not in the log.
    """
    for finding in report.findings if verbose else report.at_least(Verdict.RISKY):
        places: tuple[Place | None, ...] = finding.places or (None,)
        for place in places:
            yield _annotation(finding, place)
    yield from (_escape_commands(line) for line in text_report(report, verbose=verbose))


def _annotation(finding: Finding, place: Place | None) -> str:
    location = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    properties = {**location, "title": f"{finding.verdict} {finding.rule}: {finding.coordinate}"}
    encoded = ",".join(
        f"{name}={_escape_property(str(value))}" for name, value in properties.items()
    )
    operations = f" Operations: {', '.join(finding.operations)}." if finding.operations else ""
    text = f"{finding.change}{operations} {finding.advice}"
    return f"::{LEVELS[finding.verdict]} {encoded}::{_escape(text.rstrip())}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")


def _escape_commands(line: str) -> str:
    """Prevent messages of a server from being run as workflow commands."""
    flat = " ".join(line.splitlines())
    return f" {flat}" if flat.lstrip().startswith("::") else flat.replace("##[", "# #[")
