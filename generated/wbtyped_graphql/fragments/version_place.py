# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Literal, Optional

from pydantic import Field

from ..base_model import BaseModel
from .project_place import ProjectPlace


class VersionPlace(BaseModel, frozen=True):
    """A version by its id, and where it is.

    Used by: Api.mirror"""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
    version_index: int | None
    "N of `vN` in its sequence, from 0; null while it has no number."
    artifact_sequence: "VersionPlaceArtifactSequence"
    "Collection that the version was logged to."


class VersionPlaceArtifactSequence(BaseModel, frozen=True):
    """A collection of the versions logged under one name, numbered v0, v1, and so on."""

    typename__: Literal["ArtifactSequence"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    project: Optional["VersionPlaceArtifactSequenceProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."


class VersionPlaceArtifactSequenceProject(ProjectPlace, frozen=True):
    pass
