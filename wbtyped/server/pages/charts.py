"""Metrics of runs as charts: few points of each line, and its extremes, whatever was logged."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import JsonValue

from ..streams import STEP
from .values import flatten

Step = Mapping[str, JsonValue]
NOT_FINITE = {"NaN", "Infinity", "-Infinity"}
"""Numbers that JSON does not have, as clients write them."""


class Axis(NamedTuple):
    """What charts have from left to right."""

    name: str
    label: str
    key: str
    """The metric that holds it."""


AXES = {
    axis.name: axis
    for axis in (
        Axis("step", "Step", STEP),
        Axis("runtime", "Relative time", "_runtime"),
        Axis("time", "Time", "_timestamp"),
    )
}


@dataclass
class Line:
    """A metric of one run, which grows by points."""

    run: str
    href: str
    color: int
    points: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    not_finite: int = 0
    """How many values are NaN or infinite, or too large to draw."""

    def add(self, x: float, value: JsonValue) -> None:
        """Add a point; a value that is no finite number is counted."""
        number = finite(value)
        if number is None:
            self.not_finite += 1
        else:
            self.points.append((x, number))

    @property
    def values(self) -> Sequence[float]:
        """The values in order."""
        return [value for _, value in self.points]


class Chart(NamedTuple):
    """A metric of some runs."""

    name: str
    lines: Sequence[Line]

    def data(self, most: int) -> str:
        """Return its lines for the browser as JSON, each with at most so many points."""
        lines = [
            {
                "run": line.run, "color": line.color,
                "x": [x for x, _ in shown], "y": [float(f"{y:.6g}") for _, y in shown],
            }
            for line in self.lines
            for shown in [thinned(line.points, most)]
        ]  # fmt: skip
        return json.dumps(lines, separators=(",", ":"))


@dataclass
class Charts:
    """The metrics of some runs."""

    axis: Axis = AXES["step"]
    _lines: dict[str, dict[int, Line]] = field(default_factory=dict[str, dict[int, Line]])

    def add_run(self, color: int, run: str, href: str, steps: Iterable[Step]) -> None:
        """Add all metrics of a run; steps without a value on the axis are left out."""
        for step in steps:
            x = finite(step.get(self.axis.key))
            if x is None:
                continue
            for name, value in metrics(step).items():
                lines = self._lines.setdefault(name, {})
                if color not in lines:
                    lines[color] = Line(run, href, color)
                lines[color].add(x, value)

    def named(self, part: str = "") -> list[Chart]:
        """Return the charts whose names contain a string; those of most runs first."""
        wanted = part.lower()
        found = [
            Chart(name, [*lines.values()])
            for name, lines in self._lines.items()
            if wanted in name.lower() and any(line.points for line in lines.values())
        ]
        for chart in found:
            for line in chart.lines:
                line.points.sort(key=lambda point: point[0])
        return sorted(found, key=lambda chart: -len(chart.lines))


def metrics(step: Step) -> Mapping[str, JsonValue]:
    """Return what of a step could be drawn: numbers, also inside objects that are no media."""
    plain = {
        name: value
        for name, value in step.items()
        if not (isinstance(value, dict) and "_type" in value)
    }
    return {name: value for name, value in flatten(plain).items() if is_number(value)}


def is_number(value: JsonValue) -> bool:
    """Return True for a number, also for one that JSON does not have."""
    if isinstance(value, str):
        return value in NOT_FINITE
    return isinstance(value, int | float) and not isinstance(value, bool)


def finite(value: JsonValue) -> float | None:
    """Return a number that can be drawn, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def thinned(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """Return at most so many points, evenly spaced, with the first and the last."""
    if len(points) <= most:
        return [*points]
    last = len(points) - 1
    return [points[index * last // (most - 1)] for index in range(most)]
