# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import (
    PageInfo,
    Run,
    RunData,
    RunFileAddress,
    RunUser,  # noqa: F401
    UsedVersionsOfRun,
    VersionsOfRun,
)


class MirroredRuns(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["MirroredRunsProject"]
    "One project by entity and name."


class MirroredRunsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    runs: Optional["MirroredRunsProjectRuns"]
    "Runs of this project that match the filter; without deleted ones."


class MirroredRunsProjectRuns(BaseModel, frozen=True):
    """A page of runs."""

    edges: list["MirroredRunsProjectRunsEdges"]
    "The runs of this page, in order."
    page_info: "MirroredRunsProjectRunsPageInfo"
    "Where this page ends, and whether more follow."


class MirroredRunsProjectRunsEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    cursor: str
    "Opaque position of this run; pass it as `after` to get what follows."
    node: "MirroredRunsProjectRunsEdgesNode"
    "The run itself."


class MirroredRunsProjectRunsEdgesNode(Run, RunData, frozen=True):
    """One execution of a program, with what it logged and its files."""

    description: str | None
    "Description shown on the run's page; null if there is none."
    events_line_count: int | None
    "Number of lines of system metrics; the offset at which a resumed run continues."
    output_artifacts: Optional["MirroredRunsProjectRunsEdgesNodeOutputArtifacts"]
    "Artifact versions that the run wrote."
    input_artifacts: Optional["MirroredRunsProjectRunsEdgesNodeInputArtifacts"]
    "Artifact versions that the run read, as `useArtifact` recorded them."
    files: Optional["MirroredRunsProjectRunsEdgesNodeFiles"]
    "Files of the run. A name requested in `names` gets a node even if it does not exist; its `updatedAt` is null and its `sizeBytes` 0."


MirroredRunsProjectRunsEdgesNodeOutputArtifacts = VersionsOfRun
MirroredRunsProjectRunsEdgesNodeInputArtifacts = UsedVersionsOfRun


class MirroredRunsProjectRunsEdgesNodeFiles(BaseModel, frozen=True):
    """A page of files."""

    edges: list["MirroredRunsProjectRunsEdgesNodeFilesEdges"]
    "The files of this page, in order."
    page_info: "MirroredRunsProjectRunsEdgesNodeFilesPageInfo"
    "Where this page ends, and whether more follow."


class MirroredRunsProjectRunsEdgesNodeFilesEdges(BaseModel, frozen=True):
    """A file on a page, with its position in the list."""

    node: Optional["MirroredRunsProjectRunsEdgesNodeFilesEdgesNode"]
    "The file itself. May be null; skip such an edge."


MirroredRunsProjectRunsEdgesNodeFilesEdgesNode = RunFileAddress
MirroredRunsProjectRunsEdgesNodeFilesPageInfo = PageInfo
MirroredRunsProjectRunsPageInfo = PageInfo
