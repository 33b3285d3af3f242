"""What a case may find, and the figures over many cases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

Figure = Literal["wrong", "lost", "unreported", "hangs", "leftovers", "foreign exceptions"]
"""
- wrong: other content than the right one under a final name, or on the server after an upload
- lost: said to be there and is not, or a file of the user that is gone
- unreported: not there, and no error says so
- hangs: no end within the time limit
- leftovers: temporary files and empty folders beyond what a later call resumes from
- foreign exceptions: not of our tree
"""
FIGURES: tuple[Figure, ...] = get_args(Figure)


class Finding(NamedTuple):
    """Something that must not happen."""

    figure: Figure
    text: str


@dataclass(frozen=True, slots=True)
class CaseReport:
    """What one case came to."""

    seed: str
    title: str
    struck: Sequence[str]
    """The faults, with what they struck."""
    findings: Sequence[Finding]
    seconds: float


@dataclass(slots=True)
class Totals:
    """The figures over many cases."""

    cases: int = 0
    faults: int = 0
    found: Counter[Figure] = field(default_factory=Counter[Figure])
    bad: list[CaseReport] = field(default_factory=list[CaseReport])
    """The cases that found something."""

    def add(self, report: CaseReport) -> None:
        """Count a case in."""
        self.cases += 1
        self.faults += len(report.struck)
        self.found.update(finding.figure for finding in report.findings)
        if report.findings:
            self.bad.append(report)

    def examples(self, most: int) -> list[CaseReport]:
        """Return some of the cases that found something, so many for each figure."""
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


def described(report: CaseReport, *, with_faults: bool = False) -> str:
    """Return what a case found, and the command that runs it again."""
    lines = [f"python tests/faults --case {report.seed}   # {report.title}"]
    if with_faults:
        lines += [f"  struck {each}" for each in report.struck]
    return "\n".join(lines + [f"  {figure}: {text}" for figure, text in report.findings])
