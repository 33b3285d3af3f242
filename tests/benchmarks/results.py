"""The result of a figure: a table, and how it compares with its targets."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

T = TypeVar("T")

OFFICIAL = "wandb"
OURS = "wbtyped"


@dataclass(frozen=True)
class Target:
    """A bound on a measured value."""

    what: str
    value: float
    bound: float
    unit: str = "times the SDK's"

    @property
    def met(self) -> bool:
        """True if the value is within its bound."""
        return self.value <= self.bound

    def __str__(self) -> str:
        verdict = "PASS" if self.met else "MISS"
        return f"{verdict} {self.what}: {self.value:.4g} {self.unit} (at most {self.bound:.4g})"


@dataclass(frozen=True)
class Figure:
    """A table and its targets."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[Target]
    notes: Sequence[str] = field(default=())


def shuffled(variants: Sequence[T], rounds: int) -> Iterator[T]:
    """Yield every variant once per round, in random order."""
    for _ in range(rounds):
        yield from random.sample(variants, len(variants))


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Return median, minimum and maximum as a string."""
    low, high = min(values), max(values)
    return f"{median(values):,.{digits}f} ({low:,.{digits}f}-{high:,.{digits}f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the ratio of the medians."""
    return median(ours) / median(theirs)
