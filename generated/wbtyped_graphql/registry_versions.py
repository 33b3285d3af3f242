# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import MemberVersion, PageInfo


class RegistryVersions(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    organization: Optional["RegistryVersionsOrganization"]
    "One organization by name or by id."


class RegistryVersionsOrganization(BaseModel, frozen=True):
    """A group of teams. Its registries are projects of its own entity."""

    org_entity: Optional["RegistryVersionsOrganizationOrgEntity"]
    "Entity that owns the organization's registries; null if there is none. Since server 0.50."


class RegistryVersionsOrganizationOrgEntity(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    artifact_memberships: Optional["RegistryVersionsOrganizationOrgEntityArtifactMemberships"]
    "Versions in the collections of all projects of this entity, used to search registries. Added after mid-2023; the server version is not known. Only where the server reports the feature `ARTIFACT_REGISTRY_SEARCH`. The name of its type is inferred."


class RegistryVersionsOrganizationOrgEntityArtifactMemberships(BaseModel, frozen=True):
    """A page of memberships."""

    edges: list["RegistryVersionsOrganizationOrgEntityArtifactMembershipsEdges"]
    "The memberships of this page, in order."
    page_info: "RegistryVersionsOrganizationOrgEntityArtifactMembershipsPageInfo"
    "Where this page ends, and whether more follow."


class RegistryVersionsOrganizationOrgEntityArtifactMembershipsEdges(BaseModel, frozen=True):
    """A membership on a page, with its position in the list."""

    cursor: str
    "Opaque position of this membership; pass it as `after` to get what follows."
    node: Optional["RegistryVersionsOrganizationOrgEntityArtifactMembershipsEdgesNode"]
    "The membership itself. May be null; skip such an edge."


RegistryVersionsOrganizationOrgEntityArtifactMembershipsEdgesNode = MemberVersion
RegistryVersionsOrganizationOrgEntityArtifactMembershipsPageInfo = PageInfo
