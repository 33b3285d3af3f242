# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Annotated, Literal, Optional

from pydantic import Field

from .base_model import BaseModel
from .unions import OTHER, by_typename, named


class LatestVersion(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["LatestVersionProject"]
    "One project by entity and name."


class LatestVersionProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_collection: (
        Annotated[
            Annotated[
                "LatestVersionProjectArtifactCollectionArtifactSequence", named("ArtifactSequence")
            ]
            | Annotated["LatestVersionProjectArtifactCollectionArtifactCollection", named(OTHER)],
            by_typename("ArtifactSequence"),
        ]
        | None
    )
    "One sequence or portfolio of this project."


class LatestVersionProjectArtifactCollectionArtifactCollection(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    typename__: str = Field(validation_alias="__typename", serialization_alias="__typename")
    "The name of the current Object type at runtime."


class LatestVersionProjectArtifactCollectionArtifactSequence(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    typename__: Literal["ArtifactSequence"] = Field(
        validation_alias="__typename", serialization_alias="__typename"
    )
    "The name of the current Object type at runtime."
    latest_artifact: Optional[
        "LatestVersionProjectArtifactCollectionArtifactSequenceLatestArtifact"
    ]
    "Version that was committed last; null for a new sequence."


class LatestVersionProjectArtifactCollectionArtifactSequenceLatestArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
