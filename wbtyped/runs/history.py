"""The metrics that a run logged, step by step."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias, cast

from pydantic import JsonValue
from wbtyped_graphql import calls

from .. import arguments
from ..errors import SchemaMismatchError
from ..transport.flow import Flow, ask
from .ref import RunRef, require_run
from .run_data import checked_object, read_object

Row: TypeAlias = dict[str, JsonValue]
"""The metrics of one step, by name."""
Window: TypeAlias = tuple[int, int]
"""The steps from the first number to before the second."""
STEP = "_step"
MAX_SAMPLES = 2**31 - 1
MAX_STEP = 2**62


@dataclass(frozen=True, slots=True)
class HistoryExtent:
    """How much a run has logged: its last step, -1 before the first, and the number of steps."""

    last_step: int
    lines: int | None


@dataclass(frozen=True, slots=True)
class HistoryScan:
    """All steps of a run from `min_step` to before `max_step`, and the metrics to read of them."""

    run: RunRef
    keys: Sequence[str]
    page_size: int
    min_step: int
    max_step: int | None

    @classmethod
    def of(
        cls,
        run: RunRef,
        keys: Sequence[str] | None,
        page_size: int,
        min_step: int | None,
        max_step: int | None,
    ) -> "HistoryScan":
        """Check the arguments of a scan; raises UsageError."""
        arguments.whole_number("page_size", page_size, 1, MAX_SAMPLES)
        for name, step in (("min_step", min_step), ("max_step", max_step)):
            if step is not None:
                arguments.whole_number(name, step, 0, MAX_STEP)
        return cls(run, checked_keys(keys), page_size, min_step or 0, max_step)

    def windows(self) -> Flow[Iterator[Window]]:
        """Return the steps that each request asks for.

        Servers choose among the steps of a window with more than `page_size` of them, so that none
        may have more. How many it has is only known of a window with as few numbers, and of all.
        """
        extent = yield from load_extent(self.run)
        stop = extent.last_step + 1
        if self.max_step is not None:
            stop = min(stop, self.max_step)
        width = self.page_size
        if extent.lines is not None and extent.lines <= self.page_size:
            width = max(stop - self.min_step, 1)
        starts = range(self.min_step, stop, width)
        return ((start, min(start + width, stop)) for start in starts)

    def load(self, window: Window) -> Flow[list[Row]]:
        """Return the rows of a window."""
        start, stop = window
        if not self.keys:
            return (yield from load_rows(self.run, self.page_size, start, stop))
        # Here, unlike in `history`, servers may take the bound as the last step: they return one
        # more, which belongs to the next window.
        spec = {
            "keys": with_first(STEP, self.keys), "samples": self.page_size + 1,
            "minStep": start, "maxStep": stop,
        }  # fmt: skip
        rows = yield from load_samples(self.run, spec)
        return [row for row in rows if row.get(STEP) != stop]


def load_history(
    run: RunRef, samples: int, keys: Sequence[str] | None, x_axis: str
) -> Flow[list[Row]]:
    """Return at most so many rows, evenly chosen by the server; of `keys`, those that have all."""
    arguments.whole_number("samples", samples, 1, MAX_SAMPLES)
    arguments.check_strings(x_axis=x_axis)
    wanted = checked_keys(keys)
    if not wanted:
        return (yield from load_rows(run, samples))
    spec = {"keys": with_first(x_axis, wanted), "samples": samples}
    return (yield from load_samples(run, spec))


def load_rows(
    run: RunRef, samples: int, start: int | None = None, stop: int | None = None
) -> Flow[list[Row]]:
    """Return rows with all their metrics (query RunHistory)."""
    result = yield from ask(
        calls.run_history(
            entity=run.entity,
            project=run.project,
            name=run.id,
            min_step=start,
            max_step=stop,
            samples=samples,
        )
    )
    found = require_run(run, result.project)
    return [read_object(line, f"a step of run {run.full_path}") for line in found.history]


def load_samples(run: RunRef, spec: Mapping[str, object]) -> Flow[list[Row]]:
    """Return rows with the metrics of a spec (query SampledRunHistory)."""
    result = yield from ask(
        calls.sampled_run_history(
            entity=run.entity, project=run.project, name=run.id, specs=[json.dumps(spec)]
        )
    )
    found = require_run(run, result.project)
    rows = found.sampled_history[0] if found.sampled_history else None
    if not isinstance(rows, list):
        raise SchemaMismatchError(
            f"history of run {run.full_path}: the server sent no list of steps",
            operation="SampledRunHistory",
        )
    listed = cast("list[object]", rows)
    return [checked_object(row, f"a step of run {run.full_path}") for row in listed]


def load_extent(run: RunRef) -> Flow[HistoryExtent]:
    """Return how much a run has logged (query RunHistoryExtent)."""
    result = yield from ask(
        calls.run_history_extent(entity=run.entity, project=run.project, name=run.id)
    )
    found = require_run(run, result.project)
    known = checked_object(found.history_keys, f"historyKeys of run {run.full_path}")
    last = known.get("lastStep")
    return HistoryExtent(last if isinstance(last, int) else -1, found.history_line_count)


def checked_keys(keys: Sequence[str] | None) -> list[str]:
    """Return names of metrics, none for None; raises UsageError."""
    return [] if keys is None else arguments.strings("keys", keys)


def with_first(key: str, keys: Sequence[str]) -> list[str]:
    """Return keys with one in front, which they may contain already."""
    return [key, *(each for each in keys if each != key)]
