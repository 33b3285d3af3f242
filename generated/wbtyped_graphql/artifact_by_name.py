# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Artifact


class ArtifactByName(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["ArtifactByNameProject"]
    "One project by entity and name."


class ArtifactByNameProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact: Optional["ArtifactByNameProjectArtifact"]
    "One version by collection and version or alias; null if there is none."


ArtifactByNameProjectArtifact = Artifact
