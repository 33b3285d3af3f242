# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class GetServerInfo(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    server_info: Optional["GetServerInfoServerInfo"]
    "Version and features of the server."


class GetServerInfoServerInfo(BaseModel, frozen=True):
    """Version, features and settings of the server."""

    cli_version_info: object
    "Which versions of the official SDK this server expects: an object with `max_cli_version` and `min_cli_version`, both strings."
    latest_local_version_info: Optional["GetServerInfoServerInfoLatestLocalVersionInfo"]
    "Version of a self-hosted server, and whether a newer one is out. Null if the server does not provide it."


class GetServerInfoServerInfoLatestLocalVersionInfo(BaseModel, frozen=True):
    """How old a self-hosted server is."""

    out_of_date: bool
    "Whether this server is older than the newest release."
    latest_version_string: str
    "Newest released version, such as `0.70.0`."
    version_on_this_instance_string: str
    "Version that this server runs, such as `0.63.1`."
