"""Which page a URL path names: W&B's own paths, so that the links that clients print work."""

from collections.abc import Mapping, Sequence

from ..context import Context
from ..http_errors import not_found
from ..resolvers.nodes import REGISTRY_PREFIX
from . import artifacts, projects, run_table, runs
from .page import Page

Query = Mapping[str, str]


def find_page(context: Context, path: str, query: Query) -> Page:
    """Return the page at a path; raises HttpError if there is none."""
    match path.strip("/").split("/"):
        case [""]:
            return projects.home_page(context)
        case [entity] | [entity, "projects"]:
            return projects.entity_page(context, entity)
        case ["orgs", organization, "registry", name]:
            return registry_page(context, organization, name, query)
        case [entity, project, "runs", *rest]:
            return run_page(context, entity, project, rest, query)
        case [entity, project, "artifacts", *rest]:
            return artifact_page(context, entity, project, rest, query)
        case [entity, project, "storage"]:
            return projects.storage_page(context, entity, project)
        case [entity, project] | [entity, project, _]:
            return run_table.project_page(context, entity, project, query)
        case _:
            raise not_found(f"page {path}")


def registry_page(context: Context, organization: str, name: str, query: Query) -> Page:
    """Return the page of a registry, by the names of an organization and its registry."""
    for found in context.organizations_of_user():
        if organization in {found.name, found.entity}:
            project = f"{REGISTRY_PREFIX}{name}"
            return artifacts.types_page(context, found.entity, project, None, query)
    raise not_found(f"organization {organization}")


def run_page(
    context: Context, entity: str, project: str, rest: Sequence[str], query: Query
) -> Page:
    """Return the page of a run, of one of its files, or further rows of its files."""
    match rest:
        case [] | [""]:
            return run_table.project_page(context, entity, project, query)
        case [run, "files"] if "after" in query:
            return runs.more_files(context, entity, project, run, query["after"])
        case [run, "files", *name] if any(name):
            return runs.file_page(context, entity, project, run, "/".join(name))
        case [run] | [run, _]:
            return runs.run_page(context, entity, project, run)
        case _:
            raise not_found(f"page of run {entity}/{project}/{rest[0]}")


def artifact_page(
    context: Context, entity: str, project: str, rest: Sequence[str], query: Query
) -> Page:
    """Return the page of a type, of a collection, of a version or of one of its files."""
    match rest:
        case []:
            return artifacts.types_page(context, entity, project, None, query)
        case [kind]:
            return artifacts.types_page(context, entity, project, kind or None, query)
        case [kind, name]:
            return artifacts.collection_page(context, entity, project, kind, name, query)
        case [kind, name, alias, "files"] if "after" in query:
            version = artifacts.VersionPath(entity, project, kind, name, alias)
            return artifacts.more_files(context, version, query["after"])
        case [kind, name, alias, "files", *file] if any(file):
            version = artifacts.VersionPath(entity, project, kind, name, alias)
            return artifacts.file_page(context, version, "/".join(file))
        case [kind, name, alias, *tab] if len(tab) < 2:
            version = artifacts.VersionPath(entity, project, kind, name, alias)
            return artifacts.version_page(context, version, query.get("compare") or None)
        case _:
            raise not_found(f"page of artifacts in {entity}/{project}")
