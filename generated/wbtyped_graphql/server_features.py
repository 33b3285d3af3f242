# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .base_model import BaseModel


class ServerFeatures(BaseModel, frozen=True):
    """Everything that can be read. An object that is missing or not visible to the API key is null."""

    server_info: Optional["ServerFeaturesServerInfo"]
    "Version and features of the server."


class ServerFeaturesServerInfo(BaseModel, frozen=True):
    """Version, features and settings of the server."""

    features: list[Optional["ServerFeaturesServerInfoFeatures"]]
    "Features of this server by name. A feature that is not listed counts as disabled. Added after mid-2023; the server version is not known. Older servers reject a query that selects it. Entries may be null."


class ServerFeaturesServerInfoFeatures(BaseModel, frozen=True):
    """A feature that a server may have. Added after mid-2023; the server version is not known."""

    name: str
    "Name of the feature in capitals, such as `TOTAL_COUNT_IN_FILE_CONNECTION`. Clients ignore names that they do not know."
    is_enabled: bool
    "Whether it is enabled."
