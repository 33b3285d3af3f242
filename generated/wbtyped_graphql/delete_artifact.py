# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class DeleteArtifact(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    delete_artifact: Optional["DeleteArtifactDeleteArtifact"]
    "Delete a version. Rejected while it has aliases, unless the input deletes them too."


class DeleteArtifactDeleteArtifact(BaseModel, frozen=True):
    """Result of `deleteArtifact`."""

    artifact: "DeleteArtifactDeleteArtifactArtifact"
    "The version, in state `DELETED`."


class DeleteArtifactDeleteArtifactArtifact(BaseModel, frozen=True):
    """One version of an artifact: a set of files that never changes after it was committed."""

    id: str
    "Opaque id of the version, as it appears in manifests and references."
