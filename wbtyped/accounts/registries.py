"""Registries: projects of an organization, whose paths start with its name."""

from typing import NamedTuple

from wbtyped_graphql import calls

from ..errors import UsageError
from ..transport.flow import Flow, ask

REGISTRY = "wandb-registry-"
"""Prefix of the project name of every registry."""


def is_registry(project: str) -> bool:
    """Return True if a project is a registry."""
    return project.startswith(REGISTRY)


class RegistryOwner(NamedTuple):
    """An organization, and the entity that owns its registries."""

    organization: str
    entity: str


def full_registry_name(name: str) -> str:
    """Return the name of a registry's project; `name` is with or without the prefix."""
    return REGISTRY + name.removeprefix(REGISTRY)


def find_registry_owner(member: str, organization: str | None) -> Flow[RegistryOwner]:
    """Return who owns an organization's registries (query EntityOrganizations).

    `organization` may also be the entity that owns them. Without it, `member` must belong to
    exactly one organization. Raises UsageError if there is none, or more than one.
    """
    result = yield from ask(calls.entity_organizations(entity=member))
    entity = result.entity
    listed = [entity.organization] if entity and entity.organization else []
    if entity and entity.user:
        listed += entity.user.organizations
    owners = {RegistryOwner(org.name, org.org_entity.name) for org in listed if org.org_entity}
    matching = {owner for owner in owners if organization in {None, *owner}}
    if len(matching) == 1:
        return matching.pop()
    names = sorted({owner.organization for owner in owners})
    known = f"it belongs to {', '.join(names) or 'none'}"
    which = f"organization {organization!r}" if organization else "the organization of a registry"
    raise UsageError(
        f"{which} cannot be determined for entity {member!r}: {known}; write"
        " organization/wandb-registry-name/collection, or set WANDB_ENTITY to one of its teams"
    )


def find_organization(team: str) -> Flow[str | None]:
    """Return the name of the organization that a team belongs to (query EntityOrganizations)."""
    result = yield from ask(calls.entity_organizations(entity=team))
    entity = result.entity
    return entity.organization.name if entity and entity.organization else None
