"""Which page a URL path names: W&B's own paths, so that the links that clients print work."""

from collections.abc import Sequence
from urllib.parse import unquote

from starlette.datastructures import QueryParams

from ..context import Context
from ..http_errors import not_found
from ..resolvers.nodes import REGISTRY_PREFIX
from . import artifacts, projects, run_comparison, run_table, runs
from .page import Page, Redirect

MODEL_REGISTRY = "model-registry"
"""The project of an entity that W&B had before registries."""


def find_page(context: Context, path: str, query: QueryParams) -> Page | Redirect:
    """Return the page at a path as it was sent, quoted; raises HttpError if there is none."""
    match [unquote(part) for part in path.strip("/").split("/")]:
        case ["" | "home" | "login"]:
            return projects.home_page(context)
        case ["authorize" | "settings"]:
            return projects.key_page(context)
        case [entity] | [entity, "projects"]:
            return projects.entity_page(context, entity)
        case ["orgs", organization] | ["orgs", organization, "registry"]:
            return projects.entity_page(context, entity_of(context, organization))
        case [*_, "registry", _] if "selectionPath" in query:
            return selected_page(context, query)
        case ["orgs", organization, "registry", name]:
            project = f"{REGISTRY_PREFIX}{name}"
            return artifacts.types_page(
                context, entity_of(context, organization), project, None, query
            )
        case [entity, "registry", "model"]:
            return artifacts.types_page(context, entity, MODEL_REGISTRY, None, query)
        case [entity, project, "runs", *rest]:
            return run_page(context, entity, project, rest, query)
        case [entity, project, "artifacts", *rest]:
            return artifact_page(context, entity, project, rest, query)
        case [entity, project, "storage"]:
            return projects.storage_page(context, entity, project)
        case [entity, project, "charts"]:
            return run_comparison.charts_page(context, entity, project, query)
        case [entity, project, "compare"]:
            return run_comparison.comparison_page(context, entity, project, query)
        case [entity, project, "sweeps" | "groups" as kind, name, *tab] if len(tab) < 2:
            chosen = QueryParams([*query.multi_items(), (kind.removesuffix("s"), name)])
            return run_table.project_page(context, entity, project, chosen)
        case [entity, project] | [entity, project, _]:
            return run_table.project_page(context, entity, project, query)
        case _:
            raise not_found(f"page {path}")


def entity_of(context: Context, organization: str) -> str:
    """Return the entity of an organization by either of its names; raises HttpError."""
    for found in context.organizations_of_user():
        if organization in {found.name, found.entity}:
            return found.entity
    raise not_found(f"organization {organization}")


def selected_page(context: Context, query: QueryParams) -> Redirect:
    """Return where that page is which the URL of a registry selects."""
    match query["selectionPath"].strip("/").split("/"):
        case [entity, project, name]:
            return artifacts.linked_page(context, entity, project, name, query.get("version", ""))
        case _:
            raise not_found(f"collection {query['selectionPath']}")


def run_page(
    context: Context, entity: str, project: str, rest: Sequence[str], query: QueryParams
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
            return runs.run_page(context, entity, project, run, query)
        case _:
            raise not_found(f"page of run {entity}/{project}/{rest[0]}")


def artifact_page(
    context: Context, entity: str, project: str, rest: Sequence[str], query: QueryParams
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
            return artifacts.version_page(context, version, query)
        case _:
            raise not_found(f"page of artifacts in {entity}/{project}")
