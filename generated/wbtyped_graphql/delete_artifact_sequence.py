# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .enums import ArtifactCollectionState


class DeleteArtifactSequence(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    delete_artifact_sequence: Optional["DeleteArtifactSequenceDeleteArtifactSequence"]
    "Delete a sequence with all its versions."


class DeleteArtifactSequenceDeleteArtifactSequence(BaseModel, frozen=True):
    """Result of `deleteArtifactSequence` and `deleteArtifactPortfolio`."""

    artifact_collection: "DeleteArtifactSequenceDeleteArtifactSequenceArtifactCollection"
    "The collection, in state `DELETED`."


class DeleteArtifactSequenceDeleteArtifactSequenceArtifactCollection(BaseModel, frozen=True):
    """A named series of versions: those logged under one name (sequence), or those linked together by
    users (portfolio)."""

    state: ArtifactCollectionState
    "Whether the collection can be used."
