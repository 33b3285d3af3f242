"""Three functions of earlier official clients, for scripts that call them."""

import re

from .. import arguments
from ..transport.client import Client
from ..user_warnings import warn_user

MIN_CLIENT_VERSION = (0, 12, 11)
"""Servers that support this version of the official client have artifact collections."""


def server_supports_artifact_collections_gql_edges(client: Client, warn: bool = False) -> bool:
    """Return True if a server has artifact collections (query GetServerInfo).

    Every server since March 2022 does. With `warn`, warn about an older one.
    """
    from pydantic import TypeAdapter

    arguments.instance("client", client, Client)
    arguments.check_flags(warn=warn)
    info = client.server_info()
    versions = info.cli_version_info if info else None
    # Built here: it would be a tenth of what the package takes to import.
    known = TypeAdapter(dict[str, object]).validate_python(versions or {})
    newest = known.get("max_cli_version")
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", newest) if isinstance(newest, str) else None
    supported = numbers is not None and tuple(map(int, numbers.groups())) >= MIN_CLIENT_VERSION
    if warn and not supported:
        warn_user(
            f"{client.settings.base_url} does not support artifact collections, sequences are used"
            " instead; upgrade to W&B local 0.9.50 or newer"
        )
    return supported


def artifact_collection_edge_name(server_supports_artifact_collections: bool) -> str:
    """Return the name of the GraphQL field for one collection."""
    return "artifactCollection" if server_supports_artifact_collections else "artifactSequence"


def artifact_collection_plural_edge_name(server_supports_artifact_collections: bool) -> str:
    """Return the name of the GraphQL field for all collections."""
    return f"{artifact_collection_edge_name(server_supports_artifact_collections)}s"
