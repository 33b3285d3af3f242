"""What a case can find, and the totals over many cases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

Figure = Literal["wrong", "lost", "unreported", "hangs", "leftovers", "unexpected errors"]
"""
- wrong: incorrect content under a final name, or on the server after an upload
- lost: reported as present but missing, or a file of the user that is gone
- unreported: missing without an error
- hangs: not finished within the time limit
- leftovers: temporary files and empty folders beyond what a later call resumes from
- unexpected errors: exceptions outside of our error tree
"""
FIGURES: tuple[Figure, ...] = get_args(Figure)


class Finding(NamedTuple):
    """Something that must not happen."""

    figure: Figure
    text: str


@dataclass(frozen=True, slots=True)
class CaseReport:
    """The outcome of one case."""

    seed: str
    title: str
    faults: Sequence[str]
    """The injected faults, each with its request."""
    findings: Sequence[Finding]
    seconds: float


@dataclass(slots=True)
class Totals:
    """Counts over many cases."""

    cases: int = 0
    faults: int = 0
    found: Counter[Figure] = field(default_factory=Counter[Figure])
    bad: list[CaseReport] = field(default_factory=list[CaseReport])
    """The cases that found something."""

    def add(self, report: CaseReport) -> None:
        """Add the outcome of a case."""
        self.cases += 1
        self.faults += len(report.faults)
        self.found.update(finding.figure for finding in report.findings)
        if report.findings:
            self.bad.append(report)

    def examples(self, most: int) -> list[CaseReport]:
        """Return cases that found something, about `most` for each figure."""
        shown: Counter[Figure] = Counter()
        chosen: list[CaseReport] = []
        for report in self.bad:
            figures: set[Figure] = {finding.figure for finding in report.findings}
            if any(shown[figure] < most for figure in figures):
                chosen.append(report)
                shown.update(figures)
        return chosen

    def __str__(self) -> str:
        rows = [("faults", self.faults), *((name, self.found[name]) for name in FIGURES)]
        return "\n".join(f"{name:20} {count:7,}" for name, count in rows)


def describe(report: CaseReport, *, with_faults: bool = False) -> str:
    """Return what a case found, with the command that runs it again."""
    lines = [f"python tests/faults --case {report.seed}   # {report.title}"]
    if with_faults:
        lines += [f"  injected {fault}" for fault in report.faults]
    return "\n".join(lines + [f"  {figure}: {text}" for figure, text in report.findings])
