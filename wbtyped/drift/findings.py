"""What a check found."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from .documents import Place

Obtained = Literal["file", "introspection", "probing"]
"""How the check learnt what the server has."""


class Verdict(StrEnum):
    """What a change means for the queries that were checked."""

    BREAKING = "breaking"
    """Something that works with the pinned schema fails."""
    RISKY = "risky"
    """It works, and may come out otherwise, now or soon."""
    SAFE = "safe"
    """Nothing that is used is concerned."""


WEIGHT = {Verdict.SAFE: 0, Verdict.RISKY: 1, Verdict.BREAKING: 2}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One change and what it means.

    `coordinate` is the schema coordinate, `change` what changed, `advice` one sentence on what to
    do. `operations`, `classes` (of the public interface) and `places` (in the queries) are those
    that use it; a safe change has none where nothing does.
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

    `blind_to` lists what cannot be seen in the way in which the schema was obtained. `notes` are
    sentences for people on what the check left out.
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
        """How many findings there are of each verdict."""
        counted = Counter(finding.verdict for finding in self.findings)
        return {verdict: counted[verdict] for verdict in Verdict}

    def at_least(self, verdict: Verdict) -> list[Finding]:
        """Return the findings of a verdict and of those that weigh more."""
        return [f for f in self.findings if WEIGHT[f.verdict] >= WEIGHT[verdict]]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the worst first, then by coordinate."""
    return tuple(sorted(findings, key=lambda f: (-WEIGHT[f.verdict], f.coordinate, f.rule)))
