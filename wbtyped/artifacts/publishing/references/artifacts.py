"""References to files of other versions."""

import base64

from ....errors import NotFoundError, UsageError
from ....transport.client import Client
from ....transport.flow import Flow
from ...artifact import StandaloneArtifact
from ...contents.entry import (
    ARTIFACT_SCHEME,
    ArtifactManifestEntry,
    is_artifact_reference,
    parse_artifact_reference,
)
from ...contents.references import MAX_CHAIN_STEPS
from ...lookup import find_version_by_id
from .reference import UNKNOWN_SIZE, Reference


def artifact_entries(
    client: Client, reference: Reference, loaded: dict[str, StandaloneArtifact]
) -> Flow[list[ArtifactManifestEntry]]:
    """Return the entry of a file of another version; `loaded` keeps versions by id.

    A reference to a reference leads to the last version of the chain, so that readers need not
    follow it.
    """
    uri, seen = reference.uri, set[str]()
    while True:
        seen.add(uri)
        if len(seen) > MAX_CHAIN_STEPS:
            raise UsageError(f"{reference.what} ends a chain of too many references")
        artifact_id, path = parse_artifact_reference(uri)
        if artifact_id not in loaded:
            loaded[artifact_id] = yield from _load(client, reference, artifact_id)
        entry = loaded[artifact_id].contents.get_entry(path)
        ref = entry.ref
        if ref is None or not is_artifact_reference(ref):
            break
        if ref in seen:
            raise UsageError(f"{reference.what} is part of a cycle of references")
        uri = ref
    target = f"{ARTIFACT_SCHEME}{base64.b64decode(artifact_id).hex()}/{path}"
    name = reference.name or path.rpartition("/")[2]
    return [ArtifactManifestEntry(name, entry.digest, UNKNOWN_SIZE, target)]


def _load(client: Client, reference: Reference, artifact_id: str) -> Flow[StandaloneArtifact]:
    try:
        artifact = yield from find_version_by_id(client, artifact_id)
    except NotFoundError as error:
        raise NotFoundError(
            f"{reference.what} leads to a version that does not exist",
            path=reference.uri,
            missing="artifact",
        ) from error
    yield from artifact.contents.load_manifest()
    return artifact
