# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Literal, Optional

from pydantic import Field

from ..base_model import BaseModel
from .project_place import ProjectPlace


class LineageVersion(BaseModel, frozen=True):
    """A version in a picture of lineage: its id, and what it is called.

    Used by: Run.lineage"""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
    version_index: int | None
    "N of `vN` in its sequence, from 0; null while it has no number."
    artifact_type: "LineageVersionArtifactType"
    "Type of the version, such as `dataset`."
    artifact_sequence: "LineageVersionArtifactSequence"
    "Collection that the version was logged to."


class LineageVersionArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."


class LineageVersionArtifactSequence(BaseModel, frozen=True):
    """A collection of the versions logged under one name, numbered v0, v1, and so on."""

    typename__: Literal["ArtifactSequence"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    project: Optional["LineageVersionArtifactSequenceProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."


class LineageVersionArtifactSequenceProject(ProjectPlace, frozen=True):
    pass
