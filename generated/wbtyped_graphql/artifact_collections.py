# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactCollection, PageInfo


class ArtifactCollections(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["ArtifactCollectionsProject"]
    "One project by entity and name."


class ArtifactCollectionsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_type: Optional["ArtifactCollectionsProjectArtifactType"]
    "One artifact type of this project."


class ArtifactCollectionsProjectArtifactType(BaseModel, frozen=True):
    """A kind of artifacts in a project, such as `dataset` or `model`. A collection has exactly one."""

    artifact_collections: Optional["ArtifactCollectionsProjectArtifactTypeArtifactCollections"]
    "Collections of this type, sequences and portfolios."


class ArtifactCollectionsProjectArtifactTypeArtifactCollections(BaseModel, frozen=True):
    """A page of collections."""

    total_count: int
    "Number of collections on all pages together. In the listing of a project only with the feature `ARTIFACT_COLLECTIONS_FILTERING_SORTING`."
    edges: list["ArtifactCollectionsProjectArtifactTypeArtifactCollectionsEdges"]
    "The collections of this page, in order."
    page_info: "ArtifactCollectionsProjectArtifactTypeArtifactCollectionsPageInfo"
    "Where this page ends, and whether more follow."


class ArtifactCollectionsProjectArtifactTypeArtifactCollectionsEdges(BaseModel, frozen=True):
    """A collection on a page, with its position in the list."""

    cursor: str
    "Opaque position of this collection; pass it as `after` to get what follows."
    node: Optional["ArtifactCollectionsProjectArtifactTypeArtifactCollectionsEdgesNode"]
    "The collection itself. May be null; skip such an edge."


ArtifactCollectionsProjectArtifactTypeArtifactCollectionsEdgesNode = ArtifactCollection
ArtifactCollectionsProjectArtifactTypeArtifactCollectionsPageInfo = PageInfo
