"""From a path to the version that it means, on newer and older servers."""

import re
from typing import TYPE_CHECKING

from wbtyped_graphql import calls

from ..accounts.projects import missing_project
from ..errors import GraphQLError, NotFoundError
from ..transport.client import Client, is_unknown_field
from .artifact import Artifact
from .contents.offline_index import load_offline
from .facts import ArtifactLocation, location_of

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_by_name import ArtifactByName
    from wbtyped_graphql.artifact_by_path import ArtifactByPath


VERSION = re.compile(r"v0*([0-9]+)")
LARGEST_VERSION = 2**31 - 1
"""Versions are counted in GraphQL's Int; for larger numbers, servers fail in ways of their own."""
MEMBERSHIP = "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP"


def find_artifact(client: Client, entity: str, project: str, name: str) -> Artifact:
    """Return the version that `collection:alias` means; raises NotFoundError."""
    refuse_beyond(entity, project, name)
    if client.settings.offline:
        return load_offline(client, entity, project, name)
    known = client.known_features
    if known is None or MEMBERSHIP in known:
        # Asking for the features first would cost every script a request that few servers need.
        try:
            found = client.send(calls.artifact_by_path(entity=entity, project=project, name=name))
            return from_membership(client, found, entity, project, name)
        except GraphQLError as error:
            if not is_unknown_field(error):
                raise
        client.features()
    older = client.send(calls.artifact_by_name(entity=entity, project=project, name=name))
    return from_artifact(client, older, entity, project, name)


async def afind_artifact(client: Client, entity: str, project: str, name: str) -> Artifact:
    """Return the version that `collection:alias` means, from a coroutine."""
    refuse_beyond(entity, project, name)
    if client.settings.offline:
        return load_offline(client, entity, project, name)
    known = client.known_features
    if known is None or MEMBERSHIP in known:
        try:
            asked = calls.artifact_by_path(entity=entity, project=project, name=name)
            return from_membership(client, await client.asend(asked), entity, project, name)
        except GraphQLError as error:
            if not is_unknown_field(error):
                raise
        await client.afeatures()
    older = await client.asend(calls.artifact_by_name(entity=entity, project=project, name=name))
    return from_artifact(client, older, entity, project, name)


def refuse_beyond(entity: str, project: str, name: str) -> None:
    """Raise NotFoundError for the number of a version that no collection can have."""
    found = VERSION.fullmatch(name.partition(":")[2])
    if found and (len(found[1]) > 10 or int(found[1]) > LARGEST_VERSION):
        raise missing_artifact(entity, project, name)


def from_membership(
    client: Client, result: "ArtifactByPath", entity: str, project: str, name: str
) -> Artifact:
    """Return the version in the answer of a server that knows places."""
    if result.project is None:
        raise missing_project(entity, project)
    member = result.project.artifact_collection_membership
    if member is None or member.artifact is None:
        raise missing_artifact(entity, project, name)
    place = location_of(member) or ArtifactLocation(entity, project, name.partition(":")[0], "v0")
    return Artifact(client, place, member.artifact)


def from_artifact(
    client: Client, result: "ArtifactByName", entity: str, project: str, name: str
) -> Artifact:
    """Return the version in the answer of an older server, at the place where it was made."""
    if result.project is None:
        raise missing_project(entity, project)
    node = result.project.artifact
    if node is None:
        raise missing_artifact(entity, project, name)
    return Artifact(client, ArtifactLocation.of_source(node), node)


def missing_artifact(entity: str, project: str, name: str) -> NotFoundError:
    """Return the error for a version that is not there."""
    path = f"{entity}/{project}/{name}"
    return NotFoundError(
        f"artifact {path} does not exist, or the API key may not see it",
        path=path,
        missing="artifact",
    )
