# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Tag


class AddArtifactCollectionTags(BaseModel, frozen=True):
    """Everything that can be changed. Each field takes one `input`. The payload is null, with an error, if
    the change was rejected."""

    create_artifact_collection_tag_assignments: Optional[
        "AddArtifactCollectionTagsCreateArtifactCollectionTagAssignments"
    ]
    "Add tags to a collection, which are created if missing. Added after mid-2023; the server version is not known."


class AddArtifactCollectionTagsCreateArtifactCollectionTagAssignments(BaseModel, frozen=True):
    """Result of `createArtifactCollectionTagAssignments`. Added after mid-2023; the server version is not
    known. The type's own name is not confirmed."""

    tags: list["AddArtifactCollectionTagsCreateArtifactCollectionTagAssignmentsTags"]
    "Tags that were set."


AddArtifactCollectionTagsCreateArtifactCollectionTagAssignmentsTags = Tag
