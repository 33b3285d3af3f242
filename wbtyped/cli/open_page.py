"""`wbtyped open`: show the page of an object in a browser."""

import webbrowser

from ..api import Api
from ..artifacts.lineage import ArtifactCollection
from ..artifacts.types import ArtifactType
from ..paths import quoted_parts
from .connection import connect
from .output import print_err, print_out
from .targets import find_target


def open_page(
    path: str | None, type_name: str | None, base_url: str | None, *, only_print: bool
) -> int:
    """Print the URL of a page, and open it in a browser; return the exit code."""
    with connect(base_url) as api:
        url = page_url(api, path, type_name)
    print_out(url)
    if only_print or webbrowser.open(url):
        return 0
    print_err("wbtyped: no browser could be started; open the URL yourself")
    return 1


def page_url(api: Api, path: str | None, type_name: str | None) -> str:
    """Return the URL of the page of an object; without a path, of the server's web application."""
    if path is None:
        return api.client.app_url
    target = find_target(api, path, type_name)
    if isinstance(target, ArtifactType):
        return artifacts_url(api, target.entity, target.project, target.type)
    if isinstance(target, ArtifactCollection):
        return artifacts_url(api, target.entity, target.project, target.type, target.name)
    return target.url


def artifacts_url(api: Api, entity: str, project: str, *parts: str) -> str:
    """Return the URL of a page below the artifacts of a project."""
    owner = quoted_parts(entity, project)
    return api.client.app_url + "/".join([*owner, "artifacts", *quoted_parts(*parts)])
