# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import PageInfo, Project


class Registries(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    organization: Optional["RegistriesOrganization"]
    "One organization by name or by id."


class RegistriesOrganization(BaseModel, frozen=True):
    """A group of teams. Its registries are projects of its own entity."""

    org_entity: Optional["RegistriesOrganizationOrgEntity"]
    "Entity that owns the organization's registries; null if there is none. Since server 0.50."


class RegistriesOrganizationOrgEntity(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    projects: Optional["RegistriesOrganizationOrgEntityProjects"]
    "Projects of this entity, registries among them."


class RegistriesOrganizationOrgEntityProjects(BaseModel, frozen=True):
    """A page of projects."""

    edges: list["RegistriesOrganizationOrgEntityProjectsEdges"]
    "The projects of this page, in order."
    page_info: "RegistriesOrganizationOrgEntityProjectsPageInfo"
    "Where this page ends, and whether more follow."


class RegistriesOrganizationOrgEntityProjectsEdges(BaseModel, frozen=True):
    """A project on a page, with its position in the list."""

    cursor: str
    "Opaque position of this project; pass it as `after` to get what follows."
    node: Optional["RegistriesOrganizationOrgEntityProjectsEdgesNode"]
    "The project itself. May be null; skip such an edge."


RegistriesOrganizationOrgEntityProjectsEdgesNode = Project
RegistriesOrganizationOrgEntityProjectsPageInfo = PageInfo
