"""Resolvers for what runs logged: metrics by step, and the length of their file streams."""

import json
from collections.abc import Mapping, Sequence

from ariadne import ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import BaseModel, ValidationError

from ..comparisons import MISSING, look_up
from ..context import get_context
from ..histories import Step, Steps
from ..http_errors import HttpError
from ..streams import EVENTS, HISTORY, LOG
from .nodes import Node, get_row

run: ObjectType = ObjectType("Run")
DEFAULT_SAMPLES = 500
"""Steps to return when a query does not set a number."""
ENDED = {"finished", "failed", "crashed", "killed"}
"""States in which a run logs nothing, unless it is resumed."""
FIELD_STREAMS = {
    "historyLineCount": HISTORY, "historyTail": HISTORY,
    "eventsLineCount": EVENTS, "eventsTail": EVENTS,
    "logLineCount": LOG,
}  # fmt: skip


class SampleSpec(BaseModel):
    """Which metrics a chart shows."""

    keys: list[str] = []
    samples: int = DEFAULT_SAMPLES
    minStep: int | None = None  # noqa: N815 - the name on the wire
    maxStep: int | None = None  # noqa: N815


def read_spec(text: str) -> SampleSpec:
    """Parse a spec, or raise HttpError."""
    try:
        return SampleSpec.model_validate_json(text)
    except ValidationError as error:
        raise HttpError(f"invalid spec of samples: {text[:100]}", status=400) from error


@run.field("historyLineCount")
@run.field("eventsLineCount")
@run.field("logLineCount")
def line_count(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve the number of lines of a file stream."""
    return get_context(info).streams.count(get_row(node)["id"], FIELD_STREAMS[info.field_name])


@run.field("historyTail")
@run.field("eventsTail")
def tail(node: Node, info: GraphQLResolveInfo) -> str:
    """Resolve the end of a file stream, from which a resumed run continues."""
    return get_context(info).streams.tail(get_row(node)["id"], FIELD_STREAMS[info.field_name])


def logged_steps(
    node: Node, info: GraphQLResolveInfo, start: int | None = None, stop: int | None = None
) -> Steps:
    """Return the steps of a run from `start` to before `stop`."""
    return get_context(info).histories.steps(get_row(node)["id"], start, stop)


def sample_evenly(found: Steps, samples: int | None) -> list[Step]:
    """Return at most so many steps, evenly spaced."""
    positions = even_positions(len(found), samples)
    return found.all() if positions is None else found.pick(positions)


def even_positions(count: int, samples: int | None) -> list[int] | None:
    """Return the positions of at most so many entries, evenly spaced; None for all of them."""
    limit = DEFAULT_SAMPLES if samples is None else max(samples, 1)
    return None if count <= limit else [index * count // limit for index in range(limit)]


@run.field("history")
def history(
    node: Node,
    info: GraphQLResolveInfo,
    minStep: int | None = None,  # noqa: N803 - the schema's name
    maxStep: int | None = None,  # noqa: N803
    samples: int | None = None,
    **_: object,
) -> list[str]:
    """Resolve the metrics by step, each step as JSON."""
    return [
        json.dumps(step)
        for step in sample_evenly(logged_steps(node, info, minStep, maxStep), samples)
    ]


@run.field("sampledHistory")
def sampled_history(
    node: Node, info: GraphQLResolveInfo, specs: Sequence[str], **_: object
) -> list[list[Step]]:
    """Resolve, for each spec, the steps that have all of its metrics, and only those metrics."""
    sampled: list[list[Step]] = []
    for text in specs:
        spec = read_spec(text)
        # The official client scans with this bound, which is the last step here, unlike in
        # `history`.
        stop = None if spec.maxStep is None else spec.maxStep + 1
        found = logged_steps(node, info, spec.minStep, stop)
        chosen = sample_evenly(found.having(spec.keys), spec.samples)
        sampled.append([chosen_metrics(step, spec.keys) for step in chosen])
    return sampled


def chosen_metrics(step: Step, keys: Sequence[str]) -> Step:
    """Return those metrics of a step that it has; dots lead to parts of a metric."""
    found = {key: look_up({**step}, key) for key in keys}
    return {key: value for key, value in found.items() if value is not MISSING}


@run.field("parquetHistory")
def parquet_history(
    node: Node,
    info: GraphQLResolveInfo,
    liveKeys: Sequence[str],  # noqa: N803 - the schema's name
) -> Node:
    """Resolve the history as files, once the run has ended, or as steps that are in no file.

    It is one or the other, since the official client reads a step twice that is in both.
    """
    context, row = get_context(info), get_row(node)
    exported = context.history_exports.complete(row["id"]) if row["state"] in ENDED else None
    if exported is None:
        live = [chosen_metrics(step, liveKeys) for step in logged_steps(node, info).all()]
        return {"parquetUrls": [], "liveData": live}
    urls = [context.blob_url(key, f"{number:04}.parquet") for number, key in enumerate(exported)]
    return {"parquetUrls": urls, "liveData": []}


@run.field("events")
def events(node: Node, info: GraphQLResolveInfo, samples: int | None = None) -> list[str]:
    """Resolve the system metrics, each entry as JSON."""
    streams, run_id = get_context(info).streams, get_row(node)["id"]
    positions = even_positions(streams.count(run_id, EVENTS), samples)
    found = streams.objects(run_id, EVENTS, positions)
    if positions is not None and len(found) < len(positions):  # Some lines were never sent.
        every = streams.objects(run_id, EVENTS)
        found = [every[at] for at in even_positions(len(every), samples) or range(len(every))]
    return [json.dumps(entry) for entry in found]


@run.field("historyKeys")
def history_keys(node: Node, info: GraphQLResolveInfo, **_: object) -> Node | None:
    """Resolve the names of the metrics and how often each was logged; null without metrics."""
    found = get_context(info).histories.extent(get_row(node)["id"])
    if found is None:
        return None
    keys = {name: {"typeCounts": type_counts(counted)} for name, counted in found.types.items()}
    return {"sets": [], "keys": keys, "lastStep": found.last}


def type_counts(counted: Mapping[str, int]) -> list[Mapping[str, object]]:
    """Return how often a metric had each type."""
    return [{"type": kind, "count": count} for kind, count in counted.items()]


BINDABLES: list[SchemaBindable] = [run]
