# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import (
    PageInfo,
    Run,
    RunData,
    RunUser,  # noqa: F401
)


class RunsWithData(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunsWithDataProject"]
    "One project by entity and name."


class RunsWithDataProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run_count: int
    "Number of runs."
    runs: Optional["RunsWithDataProjectRuns"]
    "Runs of this project that match the filter; without deleted ones."


class RunsWithDataProjectRuns(BaseModel, frozen=True):
    """A page of runs."""

    edges: list["RunsWithDataProjectRunsEdges"]
    "The runs of this page, in order."
    page_info: "RunsWithDataProjectRunsPageInfo"
    "Where this page ends, and whether more follow."


class RunsWithDataProjectRunsEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    cursor: str
    "Opaque position of this run; pass it as `after` to get what follows."
    node: "RunsWithDataProjectRunsEdgesNode"
    "The run itself."


class RunsWithDataProjectRunsEdgesNode(Run, RunData, frozen=True):
    pass


RunsWithDataProjectRunsPageInfo = PageInfo
