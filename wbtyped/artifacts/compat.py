"""Three functions of the older official client, for scripts that call them."""

import re

from pydantic import TypeAdapter

from .. import arguments
from ..transport.client import Client
from ..user_warnings import warn_user

_versions = TypeAdapter(dict[str, object])

EDGES_SINCE = (0, 12, 11)
"""Client version for which servers began to know collections beside sequences."""


def server_supports_artifact_collections_gql_edges(client: Client, warn: bool = False) -> bool:
    """Tell whether a server knows collections beside sequences (query GetServerInfo).

    Every server since March 2022 does. With `warn`, an older one causes a warning.
    """
    arguments.instance("client", client, Client)
    arguments.check_flags(warn=warn)
    info = client.server_info()
    known = info.cli_version_info if info else None
    newest = _versions.validate_python(known or {}).get("max_cli_version")
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", newest) if isinstance(newest, str) else None
    supported = numbers is not None and tuple(map(int, numbers.groups())) >= EDGES_SINCE
    if warn and not supported:
        warn_user(
            f"{client.settings.base_url} does not know artifact collections, sequences are used"
            " instead; W&B local 0.9.50 or newer is needed"
        )
    return supported


def artifact_collection_edge_name(server_supports_artifact_collections: bool) -> str:
    """Return the name of the field with one collection."""
    return "artifactCollection" if server_supports_artifact_collections else "artifactSequence"


def artifact_collection_plural_edge_name(server_supports_artifact_collections: bool) -> str:
    """Return the name of the field with all collections."""
    return f"{artifact_collection_edge_name(server_supports_artifact_collections)}s"
