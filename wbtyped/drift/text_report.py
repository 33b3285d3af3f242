"""Format a report as text."""

from collections.abc import Iterator

from .findings import Finding, Report, Verdict

SOURCE_DESCRIPTIONS = {
    "file": "read from a file",
    "introspection": "by introspection",
    "probing": "by probing",
}


def text_report(report: Report, *, verbose: bool = False) -> Iterator[str]:
    """Yield the lines of a report: the findings, what was not checked, and a summary.

    Safe changes are only counted, unless `verbose` lists them.
    """
    for finding in report.at_least(Verdict.RISKY):
        yield from _finding_lines(finding)
        yield ""
    if verbose:
        for finding in report.findings:
            if finding.verdict is Verdict.SAFE:
                yield f"safe {finding.rule}: {finding.change}"
    for skipped in report.not_probed:
        yield f"not probed: {skipped.operation}: {skipped.reason}"
    yield from report.notes
    if report.blind_to:
        yield "What probing cannot detect:"
        yield from (f"  - {blind_spot}" for blind_spot in report.blind_to)
    yield _summary(report)


def _finding_lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.verdict} {finding.rule}: {finding.coordinate or 'a whole operation'}"
    yield f"  {finding.change}"
    if finding.operations:
        yield f"  operations: {', '.join(finding.operations)}"
    if finding.classes:
        yield f"  used by: {', '.join(finding.classes)}"
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
    return f"{number} against {report.source} ({SOURCE_DESCRIPTIONS[report.obtained]}): {verdicts}"
