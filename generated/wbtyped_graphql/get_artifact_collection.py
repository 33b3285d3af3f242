# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactCollection


class GetArtifactCollection(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["GetArtifactCollectionProject"]
    "One project by entity and name."


class GetArtifactCollectionProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_type: Optional["GetArtifactCollectionProjectArtifactType"]
    "One artifact type of this project."


class GetArtifactCollectionProjectArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    artifact_collection: Optional["GetArtifactCollectionProjectArtifactTypeArtifactCollection"]
    "One collection of this type; null if it is of another type."


GetArtifactCollectionProjectArtifactTypeArtifactCollection = ArtifactCollection
