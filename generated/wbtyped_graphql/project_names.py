# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import CollectionNames, PageInfo


class ProjectNames(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    project: Optional["ProjectNamesProject"]
    "One project by entity and name."


class ProjectNamesProject(BaseModel, frozen=True):
    """A container for runs and artifacts, owned by an entity. A project named `wandb-registry-...` is a
    registry."""

    artifact_collections: Optional["ProjectNamesProjectArtifactCollections"]
    "Collections of this project, of all types."


class ProjectNamesProjectArtifactCollections(BaseModel, frozen=True):
    """A page of collections."""

    edges: list["ProjectNamesProjectArtifactCollectionsEdges"]
    "The collections of this page, in order."
    page_info: "ProjectNamesProjectArtifactCollectionsPageInfo"
    "Where this page ends, and whether more follow."


class ProjectNamesProjectArtifactCollectionsEdges(BaseModel, frozen=True):
    """A collection on a page, with its position in the list."""

    node: Optional["ProjectNamesProjectArtifactCollectionsEdgesNode"]
    "The collection itself. May be null; skip such an edge."


ProjectNamesProjectArtifactCollectionsEdgesNode = CollectionNames
ProjectNamesProjectArtifactCollectionsPageInfo = PageInfo
