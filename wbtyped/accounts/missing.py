"""The errors for entities, projects and artifact types that do not exist."""

from ..errors import UNSEEN, NotFoundError


def missing_entity(entity: str) -> NotFoundError:
    """Build the error for a user or team that does not exist."""
    return NotFoundError(
        f"entity {entity} does not exist{UNSEEN}",
        path=entity,
        missing="entity",
    )


def missing_project(entity: str, project: str) -> NotFoundError:
    """Build the error for a project that does not exist."""
    path = f"{entity}/{project}"
    return NotFoundError(
        f"project {path} does not exist{UNSEEN}",
        path=path,
        missing="project",
    )


def missing_type(
    entity: str, project: str, type_name: str, collection: str | None = None
) -> NotFoundError:
    """Build the error for an artifact type that does not exist; `collection` was requested."""
    return NotFoundError(
        f"project {entity}/{project} has no artifact type {type_name!r}{UNSEEN}",
        path=f"{entity}/{project}/{collection or type_name}",
        missing="type",
    )


def missing_organization(organization: str) -> NotFoundError:
    """Build the error for an organization that does not exist."""
    return NotFoundError(
        f"organization {organization} does not exist, or the API key may not see it",
        path=organization,
        missing="organization",
    )
