"""A report for people."""

from collections.abc import Iterator

from .findings import Finding, Report, Verdict

WAYS = {
    "file": "read from a file",
    "introspection": "by introspection",
    "probing": "by probing",
}


def text_report(report: Report, *, verbose: bool = False) -> Iterator[str]:
    """Yield the lines of a report: what drifted, how that was found, and how much it is.

    Safe changes are counted, and listed with `verbose`.
    """
    for finding in report.at_least(Verdict.RISKY):
        yield from _told(finding)
        yield ""
    if verbose:
        for finding in report.findings:
            if finding.verdict is Verdict.SAFE:
                yield f"safe {finding.rule}: {finding.change}"
    for each in report.not_probed:
        yield f"not probed: {each.operation}: {each.reason}"
    yield from report.notes
    if report.blind_to:
        yield "What probing cannot see:"
        yield from (f"  - {each}" for each in report.blind_to)
    yield _summary(report)


def _told(finding: Finding) -> Iterator[str]:
    yield f"{finding.verdict} {finding.rule}: {finding.coordinate or 'a whole operation'}"
    yield f"  {finding.change}"
    if finding.operations:
        yield f"  operations: {', '.join(finding.operations)}"
    if finding.classes:
        yield f"  behind: {', '.join(finding.classes)}"
    yield from (f"  at {place}" for place in finding.places)
    if finding.advice:
        yield f"  {finding.advice}"


def _summary(report: Report) -> str:
    counts = report.counts
    judged = report.operations - len(report.not_probed)
    number = f"{judged} operation{'' if judged == 1 else 's'}"
    verdicts = f"{counts[Verdict.BREAKING]} breaking, {counts[Verdict.RISKY]} risky"
    if report.obtained != "probing":
        verdicts += f", {counts[Verdict.SAFE]} safe"
    return f"{number} against {report.source} ({WAYS[report.obtained]}): {verdicts}"
