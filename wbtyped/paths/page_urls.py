"""Read pasted URLs: the pages of the web app, `wandb://` and `wandb-artifact://`."""

import base64
import re
from collections.abc import Sequence
from typing import NoReturn, Protocol
from urllib.parse import parse_qs, unquote

from ..errors import UsageError
from ..urls import shown_url
from .parts import (
    ArtifactIdPath,
    ArtifactPath,
    CollectionPath,
    NamePath,
    ObjectPath,
    ProjectPath,
    RunPath,
    TypePath,
)

# One slash is enough: `Path("https://host/a")` is `https:/host/a`.
URL = re.compile(r"(?i)(https?|wandb|wandb-artifact):/+(.*)", re.DOTALL)
OTHER_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
HOST_AND_PATH = re.compile(r"(?:[\w-]+\.)+[\w-]+(?::\d+)?/|localhost(?::\d+)?/|[\d.]+:\d+/")
HEX_ID = re.compile(r"(?i)(?:[0-9a-f]{2})+")
REGISTRY = "wandb-registry-"
PROJECT_PAGES = {
    "artifacts", "automations", "groups", "jobs", "logs", "overview", "reports", "runs", "sweeps",
    "table", "traces", "weave", "workspace",
}  # fmt: skip
"""The third part in the URL of a page of a project."""
OTHER_PAGES = {"authorize", "home", "login", "profile", "settings", "signup", "site"}
"""The first part in the URL of a page that belongs to no project."""


class PageServer(Protocol):
    """The server whose pages may be named; its URLs are known to the settings."""

    def page_path(self, url: str) -> str:
        """Return path and query of a page; raises UsageError for a page of another server."""
        ...

    def has_host(self, host: str) -> bool:
        """Return True if the host, perhaps with a port, is one of this server."""
        ...


def read_url(text: str, server: PageServer | None) -> ObjectPath | str:
    """Return what a URL names; what is not a URL, or one of an ordinary path, as that path.

    Without a server, pages of any server are read. Raises UsageError for a page of another server
    than `server`, and for a URL that names nothing.
    """
    stripped = text.strip()
    found = URL.match(stripped)
    if found is None:
        if other := OTHER_URL.match(stripped):
            raise UsageError(
                f"invalid path {shown_url(text)!r}: {other[1]}:// is no URL of a run or artifact;"
                " write entity/project/run or entity/project/name:alias"
            )
        if not _starts_with_host(stripped, server):
            return text
        return _read_page(text, f"https://{stripped}", server)
    scheme, rest = found[1].lower(), found[2]
    if scheme.startswith("http"):
        return _read_page(text, f"{scheme}://{rest}", server)
    # Names are not encoded in these, as in other URLs of fsspec and in manifests.
    parts = rest.strip("/").split("/")
    if scheme == "wandb":
        return _read_wandb(parts)
    return _read_artifact(text, parts)


def _starts_with_host(text: str, server: PageServer | None) -> bool:
    """Return True for a URL without its scheme, as browsers show it."""
    return bool(server and HOST_AND_PATH.match(text) and server.has_host(text.partition("/")[0]))


# Pages of the web app.


def _read_page(text: str, url: str, server: PageServer | None) -> ObjectPath | str:
    local = server.page_path(url) if server else _path_on_any_server(url)
    path, _, query = local.partition("#")[0].partition("?")
    parts = [unquote(part) for part in path.split("/") if part]
    if ("registry" in parts[:3] and parts[0] in {"orgs", "registry"}) or parts[1:2] == ["registry"]:
        return _read_registry(text, parts, query)
    if len(parts) < 2 or parts[0] in OTHER_PAGES or parts[0] == "orgs":
        _refuse(text, "it is the page of no project, run or artifact")
    entity, project, *tail = parts
    if not tail:
        return ProjectPath(entity, project)
    if tail[0] not in PROJECT_PAGES:
        return "/".join(parts)
    return _read_tail(text, entity, project, tail)


def _read_tail(text: str, entity: str, project: str, tail: Sequence[str]) -> ObjectPath:
    kind, *rest = tail
    if kind == "runs" and rest:
        return RunPath(entity, project, rest[0], _file(rest[1:]))
    if kind == "artifacts" and rest:
        type_name, *names = rest
        if not names:
            return TypePath(entity, project, type_name)
        if len(names) == 1:
            return CollectionPath(entity, project, names[0], type_name)
        name = f"{names[0]}:{names[1]}"
        return ArtifactPath(entity, project, name, type_name, _file(names[2:]))
    if kind in {"sweeps", "reports"} and rest:
        _refuse(text, f"it is the page of a {kind[:-1]}, which wbtyped does not load")
    return ProjectPath(entity, project)


def _file(tail: Sequence[str]) -> str | None:
    """Return the path in `files/PATH`; other tabs of a page name nothing more."""
    return "/".join(tail[1:]) or None if tail and tail[0] == "files" else None


def _read_registry(text: str, parts: Sequence[str], query: str) -> ObjectPath:
    """Read `orgs/ORG/registry/NAME`, `ENTITY/registry/NAME` or `registry/NAME`.

    `selectionPath` in the query is the path of a collection, `version` its version.
    """
    at = parts.index("registry")
    fields = parse_qs(query)
    selected = fields.get("selectionPath", [""])[0].strip("/").split("/")
    if len(selected) == 3:
        entity, project, collection = selected
        version = fields.get("version", [""])[0]
        if version:
            return ArtifactPath(entity, project, f"{collection}:{version}")
        return NamePath(entity, project, collection, may_be_run=False)
    name = parts[at + 1] if len(parts) > at + 1 else ""
    if not name:
        _refuse(text, "it is the page of all registries, and none is selected")
    owner = parts[at - 1] if at else None
    return ProjectPath(owner, name if name.startswith(REGISTRY) else f"{REGISTRY}{name}")


def _path_on_any_server(url: str) -> str:
    host, _, path = url.partition("://")[2].partition("/")
    # On this host, the URLs of pages start with a part that is not an entity.
    return path.removeprefix("wandb/") if host.endswith("forge.coreweave.com") else path


# Other schemes.


def _read_wandb(parts: Sequence[str]) -> ObjectPath | str:
    """Read `wandb://entity/project[/runs/RUN[/FILE]]` or `…/COLLECTION:ALIAS[/FILE]`.

    The forms of the file system; a third part without a colon is a collection or a type.
    """
    if len(parts) < 3:
        return "/".join(parts)
    entity, project, name, *tail = parts
    if name == "runs":
        if not tail:
            return ProjectPath(entity, project)
        return RunPath(entity, project, tail[0], "/".join(tail[1:]) or None)
    if ":" in name:
        return ArtifactPath(entity, project, name, None, "/".join(tail) or None)
    return "/".join(parts) if tail else NamePath(entity, project, name, may_be_run=False)


def _read_artifact(text: str, parts: Sequence[str]) -> ObjectPath:
    """Read `wandb-artifact://HEX/FILE` or `wandb-artifact://entity/project/name:alias/FILE`."""
    if HEX_ID.fullmatch(parts[0]):
        raw = bytes.fromhex(parts[0])
        # An entity may consist of hex digits; ids of artifacts start with their kind.
        if len(parts) < 3 or raw.startswith(b"Artifact"):
            return ArtifactIdPath(base64.b64encode(raw).decode(), "/".join(parts[1:]) or None)
    if len(parts) < 3:
        _refuse(text, "a part is missing")
    entity, project, name, *tail = parts
    return ArtifactPath(entity, project, name, None, "/".join(tail) or None)


def is_url(text: str, server: PageServer | None = None) -> bool:
    """Return True for a URL of a page or of an own scheme; without `http://`, of this server."""
    stripped = text.strip()
    return URL.match(stripped) is not None or _starts_with_host(stripped, server)


def shown_path(text: str) -> str:
    """Format a path for a message; of a URL without what may be secret."""
    return repr(shown_url(text) if is_url(text) else text)


def _refuse(text: str, reason: str) -> NoReturn:
    raise UsageError(
        f"invalid path {shown_path(text)}: {reason}; write entity/project, entity/project/run or"
        " entity/project/name:alias"
    )
