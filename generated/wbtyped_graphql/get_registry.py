# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Project


class GetRegistry(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    organization: Optional["GetRegistryOrganization"]
    "One organization by name or by id."


class GetRegistryOrganization(BaseModel, frozen=True):
    """A group of teams. Its registries are projects of its own entity."""

    org_entity: Optional["GetRegistryOrganizationOrgEntity"]
    "Entity that owns the organization's registries; null if there is none. Since server 0.50."


class GetRegistryOrganizationOrgEntity(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    name: str
    "Unique short name, the first part of a path."
    project: Optional["GetRegistryOrganizationOrgEntityProject"]
    "One project of this entity. Added after mid-2023; the server version is not known."


GetRegistryOrganizationOrgEntityProject = Project
