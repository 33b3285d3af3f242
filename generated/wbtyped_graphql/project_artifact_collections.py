# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactCollection, PageInfo


class ProjectArtifactCollections(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["ProjectArtifactCollectionsProject"]
    "One project by entity and name."


class ProjectArtifactCollectionsProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_collections: Optional["ProjectArtifactCollectionsProjectArtifactCollections"]
    "Collections of this project, of all types."


class ProjectArtifactCollectionsProjectArtifactCollections(BaseModel, frozen=True):
    """A page of collections."""

    total_count: int
    "Number of collections on all pages together. In the listing of a project only with the feature `ARTIFACT_COLLECTIONS_FILTERING_SORTING`."
    edges: list["ProjectArtifactCollectionsProjectArtifactCollectionsEdges"]
    "The collections of this page, in order."
    page_info: "ProjectArtifactCollectionsProjectArtifactCollectionsPageInfo"
    "Where this page ends, and whether more follow."


class ProjectArtifactCollectionsProjectArtifactCollectionsEdges(BaseModel, frozen=True):
    """A collection on a page, with its position in the list."""

    cursor: str
    "Opaque position of this collection; pass it as `after` to get what follows."
    node: Optional["ProjectArtifactCollectionsProjectArtifactCollectionsEdgesNode"]
    "The collection itself. May be null; skip such an edge."


ProjectArtifactCollectionsProjectArtifactCollectionsEdgesNode = ArtifactCollection
ProjectArtifactCollectionsProjectArtifactCollectionsPageInfo = PageInfo
