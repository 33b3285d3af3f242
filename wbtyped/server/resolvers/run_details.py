"""Resolvers for where and how a run ran, what it wrote to its console, and for rewinding it."""

import re
from collections.abc import Mapping
from functools import partial
from sqlite3 import Row
from typing import ClassVar

from ariadne import MutationType, ObjectType, SchemaBindable
from graphql import GraphQLResolveInfo
from pydantic import BaseModel, ConfigDict, ValidationError

from ..context import get_context
from ..http_errors import HttpError
from ..node_ids import node_id
from ..streams import LOG
from .files import require_run
from .nodes import Node, get_row, run_node
from .pagination import connection, page, page_size, parse_id_cursor

mutation: MutationType = MutationType()
run: ObjectType = ObjectType("Run")
METADATA_FILE = "wandb-metadata.json"
# How clients write a line of the console: time, then `ERROR` for stderr.
CONSOLE_LINE = re.compile(
    r"(?P<level>ERROR )?(?P<time>\d{4}-\d\d-\d\dT\S+) (?P<text>.*)", re.DOTALL
)


class Git(BaseModel):
    """The repository that a run was started in."""

    commit: str | None = None
    remote: str | None = None


class RunMetadata(BaseModel):
    """What a client writes about the machine and the program of a run."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="ignore")

    args: list[str] = []
    codePath: str | None = None  # noqa: N815 - the name in the file
    colab: str | None = None
    cpu_count: int | None = None
    executable: str | None = None
    git: Git | None = None
    gpu: str | None = None
    gpu_count: int | None = None
    os: str | None = None
    program: str | None = None
    python: str | None = None


@run.field("runInfo")
def run_info(node: Node, info: GraphQLResolveInfo) -> Node | None:
    """Resolve what a run's metadata file says; null without a readable one."""
    context = get_context(info)
    row = context.files.find(get_row(node)["id"], METADATA_FILE)
    if row is None:
        return None
    try:
        found = RunMetadata.model_validate_json(context.blobs.store.path(row["blob"]).read_bytes())
    except (OSError, ValidationError):
        return None
    return {
        **found.model_dump(),
        "codeSaved": found.codePath is not None,
        "cpuCount": found.cpu_count,
        "gpuCount": found.gpu_count,
    }


@run.field("logLines")
def log_lines(
    node: Node,
    info: GraphQLResolveInfo,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
    useImprovedPagination: bool | None = None,  # noqa: N803, ARG001 - pages are right anyway
) -> Node:
    """Resolve a page of the lines that a run wrote to its console, or the last lines."""
    streams, run_id = get_context(info).streams, get_row(node)["id"]
    if last is None and before is None:
        rows_after = partial(streams.lines_after, run_id, LOG)
        start = parse_id_cursor(after)
        return page(rows_after, console_line, line_number, after=start, first=first)
    if first is not None or after is not None:
        raise HttpError("page forward or backward, not both", status=400)
    size = page_size(last)
    rows = streams.lines_before(run_id, LOG, parse_id_cursor(before), size + 1)
    shown = rows[-size:] if size else []
    return connection(
        [*map(console_line, shown)],
        [str(line_number(row)) for row in shown],
        has_next=before is not None,
        after=line_number(rows[0]) if len(rows) > size else None,
    )


def line_number(row: Row) -> int:
    """Return the key of a line."""
    return int(row["number"])


def console_line(row: Row) -> Node:
    """Return a line of the console, split into its time, level and text."""
    found = CONSOLE_LINE.fullmatch(row["line"])
    return {
        "id": node_id("LogLine", row["number"]),
        "number": row["number"],
        "line": found["text"] if found else row["line"],
        "level": "error" if found and found["level"] else "info",
        "timestamp": found["time"] if found else None,
        "label": None,
    }


@mutation.field("rewindRun")
def rewind_run(
    _: object,
    info: GraphQLResolveInfo,
    input: Mapping[str, object],  # noqa: A002
) -> Node:
    """Forget what a run logged after a step, so that it can go on from there."""
    context = get_context(info)
    row = require_run(context, input)
    metric, step = input.get("metricName"), input.get("metricValue")
    if metric != "_step" or not isinstance(step, int | float):
        raise HttpError("a run can be rewound to a value of _step only", status=400)
    context.streams.rewind(row["id"], int(step))
    return {"rewoundRun": run_node(require_run(context, input))}


BINDABLES: list[SchemaBindable] = [mutation, run]
