# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Artifact, PageInfo


class RunArtifacts(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["RunArtifactsProject"]
    "One project by entity and name."


class RunArtifactsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    run: Optional["RunArtifactsProjectRun"]
    "One run by its run id; null if there is none."


class RunArtifactsProjectRun(BaseModel, frozen=True):
    """One execution of a program, with what it logged and its files."""

    output_artifacts: Optional["RunArtifactsProjectRunOutputArtifacts"] = None
    "Artifact versions that the run wrote."
    input_artifacts: Optional["RunArtifactsProjectRunInputArtifacts"] = None
    "Artifact versions that the run read, as `useArtifact` recorded them."


class RunArtifactsProjectRunOutputArtifacts(BaseModel, frozen=True):
    """A page of versions."""

    total_count: int
    "Number of versions on all pages together."
    edges: list["RunArtifactsProjectRunOutputArtifactsEdges"]
    "The versions of this page, in order."
    page_info: "RunArtifactsProjectRunOutputArtifactsPageInfo"
    "Where this page ends, and whether more follow."


class RunArtifactsProjectRunOutputArtifactsEdges(BaseModel, frozen=True):
    """A version on a page, with its position in the list."""

    cursor: str
    "Opaque position of this version; pass it as `after` to get what follows."
    node: Optional["RunArtifactsProjectRunOutputArtifactsEdgesNode"]
    "The version itself. May be null; skip such an edge."


RunArtifactsProjectRunOutputArtifactsEdgesNode = Artifact
RunArtifactsProjectRunOutputArtifactsPageInfo = PageInfo


class RunArtifactsProjectRunInputArtifacts(BaseModel, frozen=True):
    """A page of the versions that a run read."""

    total_count: int
    "Number of versions on all pages together."
    edges: list["RunArtifactsProjectRunInputArtifactsEdges"]
    "The versions of this page, each with the use that the run made of it."
    page_info: "RunArtifactsProjectRunInputArtifactsPageInfo"
    "Where this page ends, and whether more follow."


class RunArtifactsProjectRunInputArtifactsEdges(BaseModel, frozen=True):
    """An input version on a page, with its position in the list."""

    cursor: str
    "Opaque position of this version; pass it as `after` to get what follows."
    node: Optional["RunArtifactsProjectRunInputArtifactsEdgesNode"]
    "The version itself. May be null; skip such an edge."


RunArtifactsProjectRunInputArtifactsEdgesNode = Artifact
RunArtifactsProjectRunInputArtifactsPageInfo = PageInfo
