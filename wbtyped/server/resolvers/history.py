"""Resolvers for what runs logged: metrics by step, and the length of their file streams."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from ariadne import ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import BaseModel, JsonValue, ValidationError

from ..comparisons import MISSING, look_up
from ..context import get_context
from ..http_errors import HttpError
from ..streams import EVENTS, HISTORY, LOG, STEP
from .nodes import Node, get_row

run: ObjectType = ObjectType("Run")
Step = Mapping[str, JsonValue]
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
) -> list[Step]:
    """Return the steps of a run from `start` to before `stop`."""
    found, _ = get_context(info).streams.steps(get_row(node)["id"])
    return [
        step
        for step in found
        if isinstance(number := step[STEP], int)
        and (start is None or number >= start)
        and (stop is None or number < stop)
    ]


def sample_evenly(found: Sequence[Step], samples: int | None) -> list[Step]:
    """Return at most so many steps, evenly spaced."""
    limit = DEFAULT_SAMPLES if samples is None else max(samples, 1)
    if len(found) <= limit:
        return [*found]
    return [found[index * len(found) // limit] for index in range(limit)]


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
        chosen = [chosen_metrics(step, spec.keys) for step in found]
        complete = [step for step in chosen if len(step) == len(set(spec.keys))]
        sampled.append(sample_evenly(complete, spec.samples))
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
        live = [chosen_metrics(step, liveKeys) for step in logged_steps(node, info)]
        return {"parquetUrls": [], "liveData": live}
    urls = [context.blob_url(key, f"{number:04}.parquet") for number, key in enumerate(exported)]
    return {"parquetUrls": urls, "liveData": []}


@run.field("events")
def events(node: Node, info: GraphQLResolveInfo, samples: int | None = None) -> list[str]:
    """Resolve the system metrics, each entry as JSON."""
    found = get_context(info).streams.objects(get_row(node)["id"], EVENTS)
    return [json.dumps(entry) for entry in sample_evenly(found, samples)]


@run.field("historyKeys")
def history_keys(node: Node, info: GraphQLResolveInfo, **_: object) -> Node | None:
    """Resolve the names of the metrics and how often each was logged; null without metrics."""
    found = logged_steps(node, info)
    if not found:
        return None
    names = dict.fromkeys(name for step in found for name in step)
    keys = {name: {"typeCounts": type_counts(found, name)} for name in names}
    return {"sets": [], "keys": keys, "lastStep": found[-1][STEP]}


def type_counts(found: Sequence[Step], name: str) -> list[Mapping[str, object]]:
    """Return how often a metric had each type."""
    counted = Counter(type_name(step[name]) for step in found if name in step)
    return [{"type": kind, "count": count} for kind, count in counted.items()]


def type_name(value: object) -> str:
    """Return W&B's name for the type of a metric."""
    if isinstance(value, bool | str):
        return "string" if isinstance(value, str) else "boolean"
    if isinstance(value, int | float):
        return "number"
    return "list" if isinstance(value, list) else "map"


BINDABLES: list[SchemaBindable] = [run]
