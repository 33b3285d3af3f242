# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import (
    PageInfo,
    ProjectPlace,
    Run,
    RunUser,  # noqa: F401
)


class ArtifactUsedBy(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    artifact: Optional["ArtifactUsedByArtifact"]
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."


class ArtifactUsedByArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    used_by: "ArtifactUsedByArtifactUsedBy"
    "Runs that read this version."


class ArtifactUsedByArtifactUsedBy(BaseModel, frozen=True):
    """A page of runs."""

    edges: list["ArtifactUsedByArtifactUsedByEdges"]
    "The runs of this page, in order."
    page_info: "ArtifactUsedByArtifactUsedByPageInfo"
    "Where this page ends, and whether more follow."


class ArtifactUsedByArtifactUsedByEdges(BaseModel, frozen=True):
    """A run on a page, with its position in the list."""

    node: "ArtifactUsedByArtifactUsedByEdgesNode"
    "The run itself."


class ArtifactUsedByArtifactUsedByEdgesNode(Run, frozen=True):
    """One execution of a program, with what it logged and its files."""

    project: Optional["ArtifactUsedByArtifactUsedByEdgesNodeProject"]
    "Project that the run was logged to; null if the caller may not see it."


ArtifactUsedByArtifactUsedByEdgesNodeProject = ProjectPlace
ArtifactUsedByArtifactUsedByPageInfo = PageInfo
