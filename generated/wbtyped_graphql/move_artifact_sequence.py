# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactCollection


class MoveArtifactSequence(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    move_artifact_sequence: Optional["MoveArtifactSequenceMoveArtifactSequence"]
    "Give a sequence another artifact type."


class MoveArtifactSequenceMoveArtifactSequence(BaseModel, frozen=True):
    """Result of `moveArtifactSequence`."""

    artifact_collection: Optional["MoveArtifactSequenceMoveArtifactSequenceArtifactCollection"]
    "The sequence with its new type."


MoveArtifactSequenceMoveArtifactSequenceArtifactCollection = ArtifactCollection
