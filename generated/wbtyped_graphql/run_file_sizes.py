# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import PageInfo, StoredFile
from .scalars import DateTime


class RunFileSizes(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunFileSizesProject"]
    "One project by entity and name."


class RunFileSizesProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    runs: Optional["RunFileSizesProjectRuns"]
    "Runs of this project that match the filter; without deleted ones."


class RunFileSizesProjectRuns(BaseModel, frozen=True):
    """A page of runs."""

    edges: list["RunFileSizesProjectRunsEdges"]
    "The runs of this page, in order."
    page_info: "RunFileSizesProjectRunsPageInfo"
    "Where this page ends, and whether more follow."


class RunFileSizesProjectRunsEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    cursor: str
    "Opaque position of this run; pass it as `after` to get what follows."
    node: "RunFileSizesProjectRunsEdgesNode"
    "The run itself."


class RunFileSizesProjectRunsEdgesNode(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    name: str
    "Run id: the last part of the run's path, unique in its project. The title is `displayName`."
    state: str | None
    "`running`, `finished`, `failed`, `crashed`, `killed`, `preempting`, `preempted`, `pending` or a newer value."
    created_at: DateTime
    "When the run was created."
    files: Optional["RunFileSizesProjectRunsEdgesNodeFiles"]
    "Files of the run. A name requested in `names` gets a node even if it does not exist; its `updatedAt` is null and its `sizeBytes` 0."


class RunFileSizesProjectRunsEdgesNodeFiles(BaseModel, frozen=True):
    """A page of files."""

    edges: list["RunFileSizesProjectRunsEdgesNodeFilesEdges"]
    "The files of this page, in order."
    page_info: "RunFileSizesProjectRunsEdgesNodeFilesPageInfo"
    "Where this page ends, and whether more follow."


class RunFileSizesProjectRunsEdgesNodeFilesEdges(BaseModel, frozen=True):
    """A file on a page, with its position in the list."""

    node: Optional["RunFileSizesProjectRunsEdgesNodeFilesEdgesNode"]
    "The file itself. May be null; skip such an edge."


RunFileSizesProjectRunsEdgesNodeFilesEdgesNode = StoredFile
RunFileSizesProjectRunsEdgesNodeFilesPageInfo = PageInfo
RunFileSizesProjectRunsPageInfo = PageInfo
