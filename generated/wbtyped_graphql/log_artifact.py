# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class LogArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    create_artifact: Optional["LogArtifactCreateArtifact"]
    "Begin a new version. Type, collection and project are created if missing. If a version with the same content exists, it is returned, in state `COMMITTED`."


class LogArtifactCreateArtifact(BaseModel, frozen=True):
    """Result of `createArtifact`."""

    artifact: "LogArtifactCreateArtifactArtifact"
    "The new version, in state `PENDING`, or the committed one with the same content."


class LogArtifactCreateArtifactArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
