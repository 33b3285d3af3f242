"""Resolve an artifact path to a version, with a fallback for old servers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from wbtyped_graphql import calls, fragments

from ..accounts.missing import missing_project
from ..errors import UNSEEN, GraphQLError, NotFoundError
from ..transport.client import Client, is_unknown_field
from ..transport.flow import Flow, ask
from .artifact import StandaloneArtifact
from .location import ArtifactLocation

if TYPE_CHECKING:
    from .contents.manifest import ArtifactManifest

VERSION_NUMBER = re.compile(r"v0*([0-9]+)")
MAX_VERSION = 2**31 - 1
"""Version numbers are GraphQL Ints; servers fail in various ways for larger ones."""
MEMBERSHIP_FEATURE = "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP"
"""The feature of servers that return where a version is shown."""


class FoundVersion(NamedTuple):
    """A version, and where it was found."""

    location: ArtifactLocation
    node: fragments.Artifact
    manifest: ArtifactManifest | None = None
    """The manifest, if the version was found offline."""


def find_version(client: Client, entity: str, project: str, name: str) -> Flow[FoundVersion]:
    """Return the version that `collection:alias` names (query ArtifactByPath).

    Offline it is read from the cache. Raises NotFoundError, and OfflineError.
    """
    check_version_number(entity, project, name)
    if client.settings.offline:
        # Imported late: few programs are offline, and the cache is 10 modules.
        from .contents.offline_index import load_offline

        record, manifest = load_offline(client, entity, project, name)
        return FoundVersion(record.location, record.node, manifest)
    features = client.known_features
    if features is None or MEMBERSHIP_FEATURE in features:
        # Loading the features first would cost every script a request, for the sake of few servers.
        try:
            return (yield from _find_membership(entity, project, name))
        except GraphQLError as error:
            if not is_unknown_field(error):
                raise
        yield from client.load_features()
    return (yield from _find_source(entity, project, name))


def _find_membership(entity: str, project: str, name: str) -> Flow[FoundVersion]:
    result = yield from ask(calls.artifact_by_path(entity=entity, project=project, name=name))
    if result.project is None:
        raise missing_project(entity, project)
    member = result.project.artifact_collection_membership
    if member is None or member.artifact is None:
        raise missing_artifact(entity, project, name)
    location = ArtifactLocation.of_membership(member)
    if location is None:
        # The key may not see the collection's project, and the number there is unknown.
        location = ArtifactLocation(entity, project, name.partition(":")[0], "v0")
    return FoundVersion(location, member.artifact)


def _find_source(entity: str, project: str, name: str) -> Flow[FoundVersion]:
    """Find a version on a server without memberships: only where it was logged is known."""
    result = yield from ask(calls.artifact_by_name(entity=entity, project=project, name=name))
    if result.project is None:
        raise missing_project(entity, project)
    node = result.project.artifact
    if node is None:
        raise missing_artifact(entity, project, name)
    return FoundVersion(ArtifactLocation.of_source(node), node)


def find_version_by_id(client: Client, artifact_id: str) -> Flow[StandaloneArtifact]:
    """Load a version by the server's id of it (query ArtifactById); raises NotFoundError."""
    result = yield from ask(calls.artifact_by_id(id=artifact_id), "an artifact by its id")
    if result.artifact is None:
        raise NotFoundError(
            f"artifact with the id {artifact_id} does not exist{UNSEEN}",
            path=artifact_id,
            missing="artifact",
        )
    location = ArtifactLocation.of_source(result.artifact)
    return StandaloneArtifact(client, location, result.artifact)


def check_version_number(entity: str, project: str, name: str) -> None:
    """Raise NotFoundError for a version number that no collection can have."""
    number = VERSION_NUMBER.fullmatch(name.partition(":")[2])
    if number and (len(number[1]) > 10 or int(number[1]) > MAX_VERSION):
        raise missing_artifact(entity, project, name)


def missing_artifact(entity: str, project: str, name: str) -> NotFoundError:
    """Build the error for a version that does not exist."""
    path = f"{entity}/{project}/{name}"
    return NotFoundError(
        f"artifact {path} does not exist{UNSEEN}",
        path=path,
        missing="artifact",
    )
