# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel
from .fragments import Organization


class EntityOrganizations(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    entity: Optional["EntityOrganizationsEntity"]
    "One entity (user account, team or organization entity) by its name."


class EntityOrganizationsEntity(BaseModel, frozen=True):
    """An owner of projects: a user account, a team, or an organization's own entity that holds its
    registries."""

    organization: Optional["EntityOrganizationsEntityOrganization"]
    "Organization that the entity belongs to; null if it belongs to none."
    user: Optional["EntityOrganizationsEntityUser"]
    "Account whose own entity this is; null for a team or an organization."


EntityOrganizationsEntityOrganization = Organization


class EntityOrganizationsEntityUser(BaseModel, frozen=True):
    """An account: a person or a service that holds API keys. Email address and keys are visible only to
    the account itself and to administrators."""

    organizations: list["EntityOrganizationsEntityUserOrganizations"]
    "Organizations that the account belongs to."


EntityOrganizationsEntityUserOrganizations = Organization
