"""The result of a check: findings and the report that holds them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from .query_text import Place

Obtained = Literal["file", "introspection", "probing"]
"""How the check obtained the schema."""


class Verdict(StrEnum):
    """The effect of a change on the queries that were checked."""

    BREAKING = "breaking"
    """Something that works with the pinned schema fails."""
    RISKY = "risky"
    """It works, but results may differ, now or soon."""
    SAFE = "safe"
    """Nothing that is used is affected."""


SEVERITY = {Verdict.SAFE: 0, Verdict.RISKY: 1, Verdict.BREAKING: 2}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One change and its effect.

    `coordinate` is the schema coordinate, `change` what changed, and `advice` one sentence on what
    to do. `operations`, `classes` (public ones) and `places` (in the queries) are those that use
    it. A safe change of something unused has none.
    """

    rule: str
    verdict: Verdict
    coordinate: str
    change: str
    advice: str = ""
    operations: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NotProbed:
    """An operation that was not sent, and why."""

    operation: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result of a check.

    `blind_to` lists what cannot be detected, given how the schema was obtained. `notes` are
    sentences on what the check left out.
    """

    source: str
    obtained: Obtained
    operations: int
    findings: tuple[Finding, ...]
    not_probed: tuple[NotProbed, ...] = ()
    blind_to: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def counts(self) -> dict[Verdict, int]:
        """Number of findings of each verdict."""
        counted = Counter(finding.verdict for finding in self.findings)
        return {verdict: counted[verdict] for verdict in Verdict}

    def at_least(self, verdict: Verdict) -> list[Finding]:
        """Return the findings that are as severe as a verdict, or more."""
        return [f for f in self.findings if SEVERITY[f.verdict] >= SEVERITY[verdict]]


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings sorted by severity, the worst first, then by coordinate."""
    return tuple(sorted(findings, key=lambda f: (-SEVERITY[f.verdict], f.coordinate, f.rule)))
