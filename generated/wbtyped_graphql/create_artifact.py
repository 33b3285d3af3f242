# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .enums import ArtifactState


class CreateArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    create_artifact: Optional["CreateArtifactCreateArtifact"]
    "Begin a new version. Type, collection and project are created if missing. If a version with the same content exists, it is returned, in state `COMMITTED`."


class CreateArtifactCreateArtifact(BaseModel, frozen=True):
    """Result of `createArtifact`."""

    artifact: "CreateArtifactCreateArtifactArtifact"
    "The new version, in state `PENDING`, or the committed one with the same content."


class CreateArtifactCreateArtifactArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
    state: ArtifactState
    "State of the version."
    artifact_sequence: "CreateArtifactCreateArtifactArtifactArtifactSequence"
    "Collection that the version was logged to."


class CreateArtifactCreateArtifactArtifactArtifactSequence(BaseModel, frozen=True):
    """A collection of the versions logged under one name, numbered v0, v1, and so on."""

    latest_artifact: Optional["CreateArtifactCreateArtifactArtifactArtifactSequenceLatestArtifact"]
    "Version that was committed last; null for a new sequence."


class CreateArtifactCreateArtifactArtifactArtifactSequenceLatestArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
