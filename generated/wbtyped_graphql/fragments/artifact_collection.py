# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from pydantic import Field

from ..base_model import BaseModel
from ..scalars import DateTime
from .project_place import ProjectPlace
from .tag import Tag


class ArtifactCollection(BaseModel, frozen=True):
    """A collection of versions: a sequence holds the versions of one artifact, a portfolio links to
    versions of others. `__typename` is the kind.

    Used by: artifacts.ArtifactCollection"""

    typename__: str = Field(validation_alias="__typename", serialization_alias="__typename")
    "The name of the current Object type at runtime."
    id: str
    "Opaque id. Mutations take it as `artifactSequenceID` or `artifactPortfolioID`."
    name: str
    "Name of the collection, unique in its project, at most 128 characters, without `/` and `:`."
    description: str | None
    "Free-form description of the collection; null if there is none."
    created_at: DateTime
    "When the collection was created."
    updated_at: DateTime | None
    "Last change of the collection; null if there was none."
    project: Optional["ArtifactCollectionProject"]
    "Project that the collection is in; null if the caller may not see it. Older servers (before March 2024) promise a value."
    default_artifact_type: "ArtifactCollectionDefaultArtifactType"
    "Type of the versions in the collection."
    tags: "ArtifactCollectionTags"
    "Tags that users gave the collection as a whole, not its versions."


class ArtifactCollectionProject(ProjectPlace, frozen=True):
    pass


class ArtifactCollectionDefaultArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    name: str
    "Name of the type, at most 128 characters: letters, digits, `-`, `_`, `.` and inner spaces. `wandb-...`, `job` and a few others are the SDK's own."


class ArtifactCollectionTags(BaseModel, frozen=True):
    """A page of tags."""

    edges: list["ArtifactCollectionTagsEdges"]
    "The tags of this page, in order."


class ArtifactCollectionTagsEdges(BaseModel, frozen=True):
    """A tag on a page, with its position in the list."""

    node: "ArtifactCollectionTagsEdgesNode"
    "The tag itself."


class ArtifactCollectionTagsEdgesNode(Tag, frozen=True):
    pass
