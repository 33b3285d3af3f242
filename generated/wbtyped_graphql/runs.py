# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import PageInfo, Run


class Runs(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunsProject"]
    "One project by entity and name."


class RunsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run_count: int
    "Number of runs."
    runs: Optional["RunsProjectRuns"]
    "Runs of this project that match the filter; without deleted ones."


class RunsProjectRuns(BaseModel, frozen=True):
    """A page of runs."""

    edges: list["RunsProjectRunsEdges"]
    "The runs of this page, in order."
    page_info: "RunsProjectRunsPageInfo"
    "Where this page ends, and whether more follow."


class RunsProjectRunsEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    cursor: str
    "Opaque position of this run; pass it as `after` to get what follows."
    node: "RunsProjectRunsEdgesNode"
    "The run itself."


RunsProjectRunsEdgesNode = Run
RunsProjectRunsPageInfo = PageInfo
