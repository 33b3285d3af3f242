# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import ArtifactCollection, PageInfo


class RegistryCollections(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    organization: Optional["RegistryCollectionsOrganization"]
    "One organization by name or by id."


class RegistryCollectionsOrganization(BaseModel, frozen=True):
    """A group of teams. Its registries are projects of its own entity."""

    org_entity: Optional["RegistryCollectionsOrganizationOrgEntity"]
    "Entity that owns the organization's registries; null if there is none. Since server 0.50."


class RegistryCollectionsOrganizationOrgEntity(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    artifact_collections: Optional["RegistryCollectionsOrganizationOrgEntityArtifactCollections"]
    "Collections in all projects of this entity."


class RegistryCollectionsOrganizationOrgEntityArtifactCollections(BaseModel, frozen=True):
    """A page of collections."""

    total_count: int
    "Number of collections on all pages together. In the listing of a project only with the feature `ARTIFACT_COLLECTIONS_FILTERING_SORTING`."
    edges: list["RegistryCollectionsOrganizationOrgEntityArtifactCollectionsEdges"]
    "The collections of this page, in order."
    page_info: "RegistryCollectionsOrganizationOrgEntityArtifactCollectionsPageInfo"
    "Where this page ends, and whether more follow."


class RegistryCollectionsOrganizationOrgEntityArtifactCollectionsEdges(BaseModel, frozen=True):
    """A collection on a page, with its position in the list."""

    cursor: str
    "Opaque position of this collection; pass it as `after` to get what follows."
    node: Optional["RegistryCollectionsOrganizationOrgEntityArtifactCollectionsEdgesNode"]
    "The collection itself. May be null; skip such an edge."


RegistryCollectionsOrganizationOrgEntityArtifactCollectionsEdgesNode = ArtifactCollection
RegistryCollectionsOrganizationOrgEntityArtifactCollectionsPageInfo = PageInfo
