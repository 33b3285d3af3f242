"""What runs logged: metrics by step, and how far their streams have come."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from ariadne import ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import BaseModel

from ..context import context_of
from ..streams import EVENTS, HISTORY, LOG
from .nodes import Node
from .runs import row_of

run: ObjectType = ObjectType("Run")
SAMPLES = 500
"""Steps that are shown when a query does not say."""
STREAMS = {
    "historyLineCount": HISTORY, "historyTail": HISTORY,
    "eventsLineCount": EVENTS, "eventsTail": EVENTS,
    "logLineCount": LOG,
}  # fmt: skip


class Spec(BaseModel):
    """Which metrics a chart wants."""

    keys: list[str] = []
    samples: int = SAMPLES
    minStep: int | None = None  # noqa: N815 - the name on the wire
    maxStep: int | None = None  # noqa: N815


@run.field("historyLineCount")
@run.field("eventsLineCount")
@run.field("logLineCount")
def line_count(node: Node, info: GraphQLResolveInfo) -> int:
    """Resolve how many lines a stream has."""
    return context_of(info).streams.count(row_of(node)["id"], STREAMS[info.field_name])


@run.field("historyTail")
@run.field("eventsTail")
def tail(node: Node, info: GraphQLResolveInfo) -> str:
    """Resolve the end of a stream, where a resumed run goes on."""
    return context_of(info).streams.tail(row_of(node)["id"], STREAMS[info.field_name])


def steps(
    node: Node, info: GraphQLResolveInfo, least: int | None, most: int | None
) -> list[Mapping[str, object]]:
    """Return the steps of a run from one to before another."""
    found = context_of(info).streams.history(row_of(node)["id"])
    numbered = [(step.get("_step", number), step) for number, step in enumerate(found)]
    return [
        step
        for number, step in numbered
        if isinstance(number, int)
        and (least is None or number >= least)
        and (most is None or number < most)
    ]


def sampled(
    found: Sequence[Mapping[str, object]], samples: int | None
) -> list[Mapping[str, object]]:
    """Return at most so many steps, evenly spread."""
    most = SAMPLES if samples is None else max(samples, 1)
    if len(found) <= most:
        return [*found]
    return [found[number * len(found) // most] for number in range(most)]


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
    return [json.dumps(step) for step in sampled(steps(node, info, minStep, maxStep), samples)]


@run.field("sampledHistory")
def sampled_history(
    node: Node, info: GraphQLResolveInfo, specs: Sequence[str], **_: object
) -> list[list[Mapping[str, object]]]:
    """Resolve the steps that have all the metrics of each spec, with those alone."""
    answers: list[list[Mapping[str, object]]] = []
    for text in specs:
        spec = Spec.model_validate_json(text)
        found = steps(node, info, spec.minStep, spec.maxStep)
        complete = [
            {key: step[key] for key in spec.keys}
            for step in found
            if all(key in step for key in spec.keys)
        ]
        answers.append(sampled(complete, spec.samples))
    return answers


@run.field("historyKeys")
def history_keys(node: Node, info: GraphQLResolveInfo, **_: object) -> Node | None:
    """Resolve the names of the metrics and how often each was logged; null when there is none."""
    found = steps(node, info, None, None)
    if not found:
        return None
    names = dict.fromkeys(name for step in found for name in step)
    keys = {name: {"typeCounts": type_counts(found, name)} for name in names}
    return {"sets": [], "keys": keys, "lastStep": found[-1].get("_step", len(found) - 1)}


def type_counts(found: Sequence[Mapping[str, object]], name: str) -> list[Mapping[str, object]]:
    """Return how often a metric had which type."""
    counted = Counter(type_name(step[name]) for step in found if name in step)
    return [{"type": kind, "count": count} for kind, count in counted.items()]


def type_name(value: object) -> str:
    """Return the type of a metric, in W&B's words."""
    if isinstance(value, bool | str):
        return "string" if isinstance(value, str) else "boolean"
    if isinstance(value, int | float):
        return "number"
    return "list" if isinstance(value, list) else "map"


BINDABLES: list[SchemaBindable] = [run]
