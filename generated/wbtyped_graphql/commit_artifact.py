# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class CommitArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    commit_artifact: Optional["CommitArtifactCommitArtifact"]
    "Close a pending version: its files and manifest are complete. From then on it is in the collection and has its aliases."


class CommitArtifactCommitArtifact(BaseModel, frozen=True):
    """Result of `commitArtifact`."""

    artifact: "CommitArtifactCommitArtifactArtifact"
    "The version, in state `COMMITTED`."


class CommitArtifactCommitArtifactArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
