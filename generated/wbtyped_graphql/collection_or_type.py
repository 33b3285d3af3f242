# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactCollection, ArtifactType


class CollectionOrType(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["CollectionOrTypeProject"]
    "One project by entity and name."


class CollectionOrTypeProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_collection: Optional["CollectionOrTypeProjectArtifactCollection"]
    "One sequence or portfolio of this project."
    artifact_type: Optional["CollectionOrTypeProjectArtifactType"]
    "One artifact type of this project."


CollectionOrTypeProjectArtifactCollection = ArtifactCollection
CollectionOrTypeProjectArtifactType = ArtifactType
