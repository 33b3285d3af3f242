# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactType


class GetArtifactType(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["GetArtifactTypeProject"]
    "One project by entity and name."


class GetArtifactTypeProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_type: Optional["GetArtifactTypeProjectArtifactType"]
    "One artifact type of this project."


GetArtifactTypeProjectArtifactType = ArtifactType
