# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactCollection


class UpdateArtifactSequence(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    update_artifact_sequence: Optional["UpdateArtifactSequenceUpdateArtifactSequence"]
    "Rename a sequence or change its description."


class UpdateArtifactSequenceUpdateArtifactSequence(BaseModel, frozen=True):
    """Result of `updateArtifactSequence` and `updateArtifactPortfolio`."""

    artifact_collection: "UpdateArtifactSequenceUpdateArtifactSequenceArtifactCollection"
    "The collection as it is now."


UpdateArtifactSequenceUpdateArtifactSequenceArtifactCollection = ArtifactCollection
