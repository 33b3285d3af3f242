"""Create a version or find the existing one, upload it, and label it."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
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

from ...errors import GraphQLError, NotFoundError, SchemaMismatchError, TransportError
from ...transport.blocking import in_flow
from ...transport.client import Client
from ...transport.flow import Flow, ask
from ...upload.batch_options import BatchOptions
from ...upload.local_digest import DigestRun
from ..artifact import StandaloneArtifact
from ..lookup import find_version_by_id
from .facts import Target, VersionFacts
from .local_content import LocalContent, read_contents
from .manifest_spec import ManifestSpec, usable_spec
from .own_run import needs_run, with_own_run
from .upload import VersionUpload

LATEST = "latest"


def publish_version(
    client: Client,
    target: Target,
    files: Mapping[str, Path],
    facts: VersionFacts,
    spec: ManifestSpec,
    options: BatchOptions,
) -> Flow[StandaloneArtifact]:
    """Publish files, and the entries that `spec` keeps, as a version; return it, committed.

    If the server accepts no version without a run, one is created and finished, with a warning.

    A version with the same content is not created again; it gets the aliases and tags.
    """
    spec = yield from usable_spec(client, target, spec)
    digests = DigestRun(xxh128=spec.algorithm == "XXH128")
    contents = yield from in_flow(lambda: read_contents(files, digests), digests.cancel)

    def publish(facts: VersionFacts) -> Flow[StandaloneArtifact]:
        return publish_contents(client, target, contents, facts, spec, options)

    try:
        return (yield from publish(facts))
    except GraphQLError as error:
        if not needs_run(error, facts):
            raise
    run_id = f"publish-{client_id(target, spec.digest(contents), facts)[:8]}"
    return (yield from with_own_run(client, target, facts, run_id, publish))


def publish_contents(
    client: Client,
    target: Target,
    contents: Mapping[str, LocalContent],
    facts: VersionFacts,
    spec: ManifestSpec,
    options: BatchOptions,
) -> Flow[StandaloneArtifact]:
    """Publish files whose digests are known."""
    artifact_id, state = yield from _create(target, spec.digest(contents), facts, spec)
    aliases = all_aliases(facts)
    if state == ArtifactState.PENDING:
        try:
            upload = VersionUpload(client, target, facts, artifact_id, options, spec)
            yield from upload.run(contents)
            # It was the newest when it was committed; another publisher may have been faster since.
            aliases.remove(LATEST)
        except (GraphQLError, TransportError):
            # Another publisher of the same content may have committed it meanwhile.
            if not (yield from _is_committed(client, artifact_id)):
                raise
    return (yield from _add_labels(client, target, artifact_id, aliases, facts.tags))


def _is_committed(client: Client, artifact_id: str) -> Flow[bool]:
    try:
        found = yield from find_version_by_id(client, artifact_id)
    except NotFoundError:
        return False
    return found.state == ArtifactState.COMMITTED


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
    if facts.origin is not None:
        content.append(["copy of", facts.origin])
    return hashlib.sha512(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _create(
    target: Target, digest: str, facts: VersionFacts, spec: ManifestSpec
) -> Flow[tuple[str, ArtifactState]]:
    """Create a version, or find the existing one; return its id and state."""
    aliases = [
        ArtifactAliasInput(alias=alias, artifact_collection_name=target.collection)
        for alias in all_aliases(facts)
    ]
    own_id = client_id(target, digest, facts, spec.base_id if spec.is_incremental else None)
    wanted = CreateArtifactInput(
        entity_name=target.entity,
        project_name=target.project,
        run_name=facts.run,
        artifact_type_name=facts.type,
        artifact_collection_name=target.collection,
        digest=digest,
        digest_algorithm=spec.digest_algorithm,
        description=facts.description,
        metadata=json.dumps(facts.metadata),
        aliases=aliases,
        tags=[TagInput(tag_name=tag) for tag in facts.tags],
        ttl_duration_seconds=facts.ttl_seconds,
        client_id=own_id,
        storage_region=spec.region,
        enable_digest_deduplication=facts.origin is None,
    )
    while True:
        result = yield from ask(calls.create_artifact(input=wanted), f"version of {target.path}")
        if result.create_artifact is None:
            raise _incomplete(target, "CreateArtifact")
        found = result.create_artifact.artifact
        latest = found.artifact_sequence.latest_artifact
        is_newest = latest is not None and latest.id == found.id
        is_open = found.state == ArtifactState.PENDING
        is_settled = is_open or (found.state == ArtifactState.COMMITTED and is_newest)
        if is_settled or wanted.client_id != own_id:
            return found.id, found.state
        # The id is that of a version that was deleted, or is not the newest any more. Whether that
        # one or a new one gets the aliases is for the server to decide.
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
    client: Client, target: Target, artifact_id: str, aliases: Sequence[str], tags: Sequence[str]
) -> Flow[StandaloneArtifact]:
    """Return a committed version, after adding the aliases and tags that it does not have yet.

    A new version has them all; one that existed may not.
    """
    artifact = yield from find_version_by_id(client, artifact_id)
    aliases = [alias for alias in aliases if alias not in artifact.aliases]
    tags = [tag for tag in tags if tag not in artifact.tags]
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
        artifact = yield from find_version_by_id(client, artifact_id)
    return artifact
