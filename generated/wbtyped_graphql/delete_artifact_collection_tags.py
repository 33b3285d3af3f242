# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class DeleteArtifactCollectionTags(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    delete_artifact_collection_tag_assignments: Optional[
        "DeleteArtifactCollectionTagsDeleteArtifactCollectionTagAssignments"
    ]
    "Remove tags from a collection. Added after mid-2023; the server version is not known."


class DeleteArtifactCollectionTagsDeleteArtifactCollectionTagAssignments(BaseModel, frozen=True):
    """Result of `deleteArtifactCollectionTagAssignments`. Added after mid-2023; the server version is not
    known. The type's own name is not confirmed."""

    success: bool
    "Whether all of them were removed."
