"""Read from a server which names a project has."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.project_names import (
    ProjectNames as Result,
)
from wbtyped_graphql.project_names import (
    ProjectNamesProjectArtifactCollections as Page,
)

from ..accounts.missing import missing_type
from ..accounts.registries import find_registry_owner
from ..api import Api, find_project_at
from ..artifacts.types import ArtifactTypes
from ..errors import UsageError
from ..projects.project import Project
from ..projects.registries import Registries
from ..transport.pagination import Paginator

COLLECTIONS_PER_PAGE = 100
VERSION_NUMBER = re.compile(r"v[0-9]+")


@dataclass(frozen=True)
class ProjectNames:
    """The names of what a project contains, each sorted."""

    entity: str
    project: str
    types: tuple[str, ...] = ()
    collections: Mapping[str, str] = field(default_factory=dict[str, str])
    """The type of each collection."""
    aliases: tuple[str, ...] = ()
    """Aliases with their collections, `collection:alias`, without numbers of versions."""
    organization: str | None = None
    """The organization of the registries; None unless the owner belongs to exactly one."""
    registries: tuple[str, ...] = ()


def find_names(api: Api, path: str, chosen: Collection[str] = ()) -> ProjectNames:
    """Return the names in a project, `entity/project`; raises NotFoundError.

    `chosen` limits them to some types of artifacts, which the project must have.

    Example:
        >>> from wbtyped.codegen import find_names
        >>> names = find_names(api, "my-team/mnist")
        >>> names.collections, names.aliases
        ({'digits': 'dataset', 'net': 'model'}, ('digits:latest', 'net:latest'))
    """
    project = api.client.run(find_project_at(api, path))
    types = _types(project, chosen)
    collections: dict[str, str] = {}
    aliases: set[str] = set()
    for node in _collections(project):
        if chosen and node.default_artifact_type.name not in chosen:
            continue
        collections[node.name] = node.default_artifact_type.name
        aliases |= {f"{node.name}:{alias}" for alias in _aliases(api, project, node)}
    organization = _organization(api, project.entity)
    registries = Registries(api.client, organization) if organization else ()
    return ProjectNames(
        project.entity,
        project.name,
        tuple(sorted(types | {*collections.values()})),
        dict(sorted(collections.items())),
        tuple(sorted(aliases)),
        organization,
        tuple(sorted(registry.name for registry in registries)),
    )


def _types(project: Project, chosen: Collection[str]) -> set[str]:
    types = {kind.name for kind in ArtifactTypes(project.client, project.entity, project.name, 100)}
    for name in chosen:
        if name not in types:
            raise missing_type(project.entity, project.name, name)
    return {*chosen} or types


def _organization(api: Api, entity: str) -> str | None:
    """Return the only organization of an entity, or that of the settings."""
    chosen = api.settings.organization
    try:
        return api.client.run(find_registry_owner(entity, chosen)).organization
    except UsageError:
        if chosen:
            raise
        return None


def _collections(project: Project) -> Iterable[fragments.CollectionNames]:
    operation = calls.project_names(
        entity=project.entity, project=project.name, per_page=COLLECTIONS_PER_PAGE
    )
    return Paginator.of(operation, client=project.client, connection=_page)


def _page(result: Result) -> Page | None:
    return result.project.artifact_collections if result.project else None


def _aliases(api: Api, project: Project, node: fragments.CollectionNames) -> list[str]:
    aliases = [edge.node.alias for edge in node.aliases.edges if edge.node]
    if node.aliases.page_info.has_next_page:
        path = f"{project.full_path}/{node.name}"
        aliases = api.artifact_collection(node.default_artifact_type.name, path).aliases
    return [alias for alias in aliases if not VERSION_NUMBER.fullmatch(alias)]
