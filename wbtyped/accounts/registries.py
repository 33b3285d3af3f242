"""Registries: projects of an organization, in paths by the organization's name."""

from typing import TYPE_CHECKING

from wbtyped_graphql import calls

from ..errors import UsageError
from ..transport.client import Client

if TYPE_CHECKING:
    from wbtyped_graphql.entity_organizations import EntityOrganizations

REGISTRY = "wandb-registry-"
"""How the names of registries begin."""


def is_registry(project: str) -> bool:
    """Tell whether a project is a registry."""
    return project.startswith(REGISTRY)


def registry_entity(client: Client, member: str, organization: str | None) -> str:
    """Return the entity that owns the registries of an organization (query EntityOrganizations).

    `organization` may be that entity, too; without it, `member` has to belong to one organization
    alone. Raises UsageError when there is none, or more than one.
    """
    result = client.send(calls.entity_organizations(entity=member))
    return select_owner(result, member, organization)


async def aregistry_entity(client: Client, member: str, organization: str | None) -> str:
    """Return the entity that owns an organization's registries, from a coroutine."""
    result = await client.asend(calls.entity_organizations(entity=member))
    return select_owner(result, member, organization)


def organization_of(client: Client, team: str) -> str | None:
    """Return the name of the organization that a team belongs to (query EntityOrganizations)."""
    entity = client.send(calls.entity_organizations(entity=team)).entity
    return entity.organization.name if entity and entity.organization else None


def select_owner(result: "EntityOrganizations", member: str, organization: str | None) -> str:
    """Return the owner of the registries that are meant, among those that `member` may use."""
    entity = result.entity
    listed = [entity.organization] if entity and entity.organization else []
    if entity and entity.user:
        listed += entity.user.organizations
    owners = {org.name: org.org_entity.name for org in listed if org.org_entity}
    meant = {owner for name, owner in owners.items() if organization in {None, name, owner}}
    if len(meant) == 1:
        return meant.pop()
    known = f"it belongs to {', '.join(sorted(owners))}" if owners else "it belongs to none"
    which = f"organization {organization!r}" if organization else "the organization of a registry"
    raise UsageError(
        f"{which} cannot be told for entity {member!r}: {known}; write"
        " organization/wandb-registry-name/collection, or set WANDB_ENTITY to a team of it"
    )
