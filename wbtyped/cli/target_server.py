"""The server that a project is moved to: its URL, and a key of its own."""

import os
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from ..api import Api
from ..config.base_url import checked_base_url
from ..config.settings import setting_files
from ..errors import AuthenticationError, UsageError

TARGET_KEY = "WBTYPED_TARGET_API_KEY"


class TargetProject(NamedTuple):
    """A project on a server."""

    base_url: str
    path: str
    """`entity/project`."""


def is_server_url(target: str) -> bool:
    """Return True for a URL of a server, in contrast to a folder and an object store."""
    return target.lower().startswith(("http://", "https://"))


def parse_target(url: str) -> TargetProject:
    """Split the URL of a project into the server and the path there; raises UsageError."""
    parts = urlsplit(url)
    folders = [part for part in parts.path.split("/") if part]
    if len(folders) < 2 or parts.query or parts.fragment:
        raise UsageError(f"{url} does not end with entity/project, as in https://HOST/me/mnist")
    *prefix, entity, project = folders
    base_url = checked_base_url("/".join((f"{parts.scheme}://{parts.netloc}", *prefix)))
    return TargetProject(base_url, f"{unquote(entity)}/{unquote(project)}")


def connect_target(target: TargetProject, source: Api) -> Api:
    """Return a client for the target; the key of the source is never sent to another server."""
    if target.base_url == source.settings.base_url:
        return Api(base_url=target.base_url, api_key=source.settings.api_key)
    key = os.environ.get(TARGET_KEY) or setting_files().netrc_keys(target.base_url).own
    if not key:
        host = urlsplit(target.base_url).netloc
        raise AuthenticationError(
            f"no API key for {host}: set {TARGET_KEY}, or run"
            f" `wbtyped login --base-url {target.base_url}`; WANDB_API_KEY is for the server that"
            " the project is read from"
        )
    return Api(base_url=target.base_url, api_key=key)
