"""The metrics that a run logged, step by step."""

import json
from collections.abc import Mapping, Sequence
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
STEP = "_step"
MAX_SAMPLES = 2**31 - 1


@dataclass(frozen=True, slots=True)
class HistoryExtent:
    """How much a run has logged: its last step, -1 before the first, and the number of steps."""

    last_step: int
    lines: int | None


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
