# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from ..base_model import BaseModel


class Organization(BaseModel, frozen=True):
    """An organization, by the name in registry paths, and the entity that its registries belong to.

    Used by: Api.artifact, artifacts.Artifact.link"""

    name: str
    "Unique name, as in the path of a registry."
    org_entity: Optional["OrganizationOrgEntity"]
    "Entity that owns the organization's registries; null if there is none. Since server 0.50."


class OrganizationOrgEntity(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    name: str
    "Unique short name, the first part of a path."
