# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import LineageVersion, PageInfo


class RunLineage(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunLineageProject"]
    "One project by entity and name."


class RunLineageProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["RunLineageProjectRun"]
    "One run by its run id; null if there is none."


class RunLineageProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    display_name: str | None
    "Title of the run; not unique. Null if it has none."
    input_artifacts: Optional["RunLineageProjectRunInputArtifacts"]
    "Artifact versions that the run read, as `useArtifact` recorded them."
    output_artifacts: Optional["RunLineageProjectRunOutputArtifacts"]
    "Artifact versions that the run wrote."


class RunLineageProjectRunInputArtifacts(BaseModel, frozen=True):
    """A page of the versions that a run read."""

    edges: list["RunLineageProjectRunInputArtifactsEdges"]
    "The versions of this page, each with the use that the run made of it."
    page_info: "RunLineageProjectRunInputArtifactsPageInfo"
    "Where this page ends, and whether more follow."


class RunLineageProjectRunInputArtifactsEdges(BaseModel, frozen=True):
    """An input version on a page, with its position in the list."""

    node: Optional["RunLineageProjectRunInputArtifactsEdgesNode"]
    "The version itself. May be null; skip such an edge."


RunLineageProjectRunInputArtifactsEdgesNode = LineageVersion
RunLineageProjectRunInputArtifactsPageInfo = PageInfo


class RunLineageProjectRunOutputArtifacts(BaseModel, frozen=True):
    """A page of versions."""

    edges: list["RunLineageProjectRunOutputArtifactsEdges"]
    "The versions of this page, in order."
    page_info: "RunLineageProjectRunOutputArtifactsPageInfo"
    "Where this page ends, and whether more follow."


class RunLineageProjectRunOutputArtifactsEdges(BaseModel, frozen=True):
    """A version on a page, with its position in the list."""

    node: Optional["RunLineageProjectRunOutputArtifactsEdgesNode"]
    "The version itself. May be null; skip such an edge."


RunLineageProjectRunOutputArtifactsEdgesNode = LineageVersion
RunLineageProjectRunOutputArtifactsPageInfo = PageInfo
