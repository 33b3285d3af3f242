"""Create a version or find the existing one, upload it, and label it."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from wbtyped_graphql import calls
from wbtyped_graphql.enums import ArtifactState
from wbtyped_graphql.input_types import (
    ArtifactAliasInput,
    ArtifactCollectionAliasInput,
    CreateArtifactInput,
    TagInput,
    UpdateArtifactInput,
)

from ..artifacts.contents.manifest import ArtifactManifest
from ..artifacts.lineage import DIGEST_ALGORITHMS, Artifact, find_artifact_by_id
from ..errors import GraphQLError, SchemaMismatchError, TransportError
from ..transport.client import Client
from ..transport.flow import Flow, ask
from .blocking import in_flow
from .facts import Target, VersionFacts
from .local_content import read_contents
from .manifest_spec import ManifestSpec, usable_spec
from .manifest_upload import version_upload

LATEST = "latest"


def publish_version(
    client: Client,
    target: Target,
    files: Mapping[str, Path],
    facts: VersionFacts,
    spec: ManifestSpec,
) -> Flow[Artifact]:
    """Publish files, and the entries that `spec` keeps, as a version; return it, committed.

    A version with the same content is not created again; it gets the aliases and tags.
    """
    spec = yield from usable_spec(client, target, spec)
    contents = yield from in_flow(lambda: read_contents(files, spec.algorithm))
    manifest = spec.build(contents)
    artifact_id, state = yield from _create(target, manifest, facts, spec)
    if state == ArtifactState.PENDING:
        try:
            yield from version_upload(client, target, facts, artifact_id, spec).run(contents)
        except (GraphQLError, TransportError):
            # Another publisher of the same content may have committed it meanwhile.
            found = yield from find_artifact_by_id(client, artifact_id)
            if found.state != ArtifactState.COMMITTED:
                raise
    return (yield from _add_labels(client, target, artifact_id, facts))


def client_id(target: Target, digest: str, facts: VersionFacts, extended: str | None = None) -> str:
    """Return the id by which the server finds an interrupted upload of the same version again.

    `extended` is the version that an incremental one extends: of another one, the same files make
    another version.
    """
    content: list[object] = [
        target, digest, facts.type, facts.run, facts.description, facts.metadata, facts.ttl_seconds,
    ]  # fmt: skip
    if extended is not None:
        content.append(extended)
    return hashlib.sha512(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _create(
    target: Target, manifest: ArtifactManifest, facts: VersionFacts, spec: ManifestSpec
) -> Flow[tuple[str, ArtifactState]]:
    """Create a version, or find the existing one; return its id and state."""
    aliases = [
        ArtifactAliasInput(alias=alias, artifact_collection_name=target.collection)
        for alias in all_aliases(facts)
    ]
    digest = manifest.digest()
    own_id = client_id(target, digest, facts, spec.base_id if spec.is_incremental else None)
    wanted = CreateArtifactInput(
        entity_name=target.entity,
        project_name=target.project,
        run_name=facts.run,
        artifact_type_name=facts.type,
        artifact_collection_name=target.collection,
        digest=digest,
        digest_algorithm=DIGEST_ALGORITHMS[manifest.digest_algorithm],
        description=facts.description,
        metadata=json.dumps(facts.metadata),
        aliases=aliases,
        tags=[TagInput(tag_name=tag) for tag in facts.tags],
        ttl_duration_seconds=facts.ttl_seconds,
        client_id=own_id,
        storage_region=spec.region,
        enable_digest_deduplication=facts.is_deduplicated,
    )
    alive = {ArtifactState.PENDING, ArtifactState.COMMITTED}
    while True:
        result = yield from ask(calls.create_artifact(input=wanted), f"version of {target.path}")
        if result.create_artifact is None:
            raise _incomplete(target, "CreateArtifact")
        found = result.create_artifact.artifact
        if found.state in alive or wanted.client_id != own_id:
            return found.id, found.state
        # It was published before, and deleted since.
        wanted = wanted.model_copy(update={"client_id": secrets.token_hex(64)})


def all_aliases(facts: VersionFacts) -> list[str]:
    """Return the aliases of a new version; the newest one is always `latest`."""
    return list(dict.fromkeys([LATEST, *facts.aliases]))


def _incomplete(target: Target, operation: str) -> SchemaMismatchError:
    return SchemaMismatchError(
        f"version of {target.path}: the response does not contain what was created",
        operation=operation,
    )


def _add_labels(
    client: Client, target: Target, artifact_id: str, facts: VersionFacts
) -> Flow[Artifact]:
    """Return a committed version, after adding the aliases and tags that it does not have yet.

    A new version has them all; one that existed may not.
    """
    artifact = yield from find_artifact_by_id(client, artifact_id)
    aliases = [alias for alias in all_aliases(facts) if alias not in artifact.aliases]
    tags = [tag for tag in facts.tags if tag not in artifact.tags]
    what = f"artifact {artifact.qualified_name}"
    if aliases:
        added = [
            ArtifactCollectionAliasInput(
                alias=alias,
                artifact_collection_name=target.collection,
                entity_name=target.entity,
                project_name=target.project,
            )
            for alias in aliases
        ]
        yield from ask(calls.add_artifact_aliases(id=artifact_id, aliases=added), what)
    if tags:
        changes = UpdateArtifactInput(
            artifact_id=artifact_id, tags_to_add=[TagInput(tag_name=tag) for tag in tags]
        )
        yield from ask(calls.update_artifact(input=changes), what)
    if aliases or tags:
        artifact = yield from find_artifact_by_id(client, artifact_id)
    return artifact
