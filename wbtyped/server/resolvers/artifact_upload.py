"""Resolvers for uploading versions: create, announce manifests and files, commit."""

import sqlite3
from collections.abc import Mapping

from ariadne import MutationType, ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..access import Level, permission_denied
from ..context import Context, get_context
from ..drafts import FULL, VersionRequest
from ..http_errors import HttpError, not_found
from ..manifests import MD5
from ..node_ids import node_id, parse_node_id
from ..uploads import AnnouncedFile
from .artifact_mutations import (
    Input,
    input_list,
    optional_string,
    require_version,
    require_writable_version,
    ttl_columns,
)
from .artifact_nodes import artifact_node, draft_manifest_node, upload_node
from .files import require_run
from .nodes import Node
from .pagination import connection

query: QueryType = QueryType()
mutation: MutationType = MutationType()
manifest: ObjectType = ObjectType("ArtifactManifest")


@query.field("clientIDMapping")
def client_id_mapping(
    _: object,
    info: GraphQLResolveInfo,
    clientID: str,  # noqa: N803 - the schema's name
) -> Node | None:
    """Resolve the id of the version to which a client gave an id of its own."""
    context = get_context(info)
    row = context.versions.by_id(context.drafts.find_by_client_id(clientID))
    if row is None or not context.access.version(row["id"]):
        return None
    node = artifact_node(row)
    return {"clientID": clientID, "serverID": node["id"], "entry": node}


@mutation.field("createArtifact")
def create_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Create an uncommitted version, or return the existing one with this content.

    Project and sequence are created if they are new.
    """
    context = get_context(info)
    artifact_id = context.drafts.begin(version_request(context, input))
    row = context.versions.by_id(artifact_id)
    assert row is not None  # noqa: S101 - created above
    context.creators.note("version", artifact_id, context.access.viewer)
    return {"artifact": artifact_node(row), "artifactActions": []}


def version_request(context: Context, given: Input) -> VersionRequest:
    """Return the request for a version; its sequence is created if it is new."""
    region = storage_region(context, given)
    entity = str(given["entityName"])
    owner, _ = context.projects.upsert(entity, str(given["projectName"]))
    names = [given.get("artifactCollectionName"), *_list(given.get("artifactCollectionNames"))]
    name = next((str(name) for name in names if name), "")
    sequence = context.collections.ensure(
        owner["id"], str(given["artifactTypeName"]), name, "SEQUENCE"
    )
    run = require_run(context, given) if given.get("runName") else None
    columns: dict[str, object] = {
        "digest_algorithm": given.get("digestAlgorithm") or MD5,
        "storage_layout": "V2",
        "storage_region": region,
        "description": given.get("description"),
        "metadata": given.get("metadata"),
        "history_step": given.get("historyStep"),
        "run_id": run["id"] if run else None,
        **ttl_columns(given.get("ttlDurationSeconds")),
    }
    return VersionRequest(
        sequence_id=sequence["id"],
        entity=entity,
        digest=str(given["digest"]),
        columns=columns,
        aliases=[str(alias["alias"]) for alias in input_list(given.get("aliases"))],
        tags=[str(tag["tagName"]) for tag in input_list(given.get("tags"))],
        client_id=optional_string(given.get("clientID")),
        distributed_id=optional_string(given.get("distributedID")),
        deduplicate=bool(given.get("enableDigestDeduplication")),
    )


def storage_region(context: Context, given: Input) -> str | None:
    """Return the requested storage region, or raise HttpError for an unknown one."""
    region = optional_string(given.get("storageRegion"))
    if region is not None and region not in context.storage_regions:
        known = ", ".join(sorted(context.storage_regions))
        raise HttpError(f"invalid storage region {region!r}; this server has: {known}", status=400)
    return region


def _list(value: object) -> list[object]:
    return [*value] if isinstance(value, list) else []


# Manifests.


@mutation.field("createArtifactManifest")
def create_manifest(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Announce a manifest, or its digest once it is known."""
    context = get_context(info)
    version = require_writable_version(context, input["artifactID"])
    row = context.drafts.manifest(
        version["id"],
        str(input["name"]),
        str(input.get("type") or FULL),
        str(input.get("digest") or ""),
        base_artifact_id(context, input),
        str(input.get("runName") or ""),
    )
    return {"artifactManifest": draft_manifest_node(row, context)}


@mutation.field("updateArtifactManifest")
def update_manifest(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Announce the digest of a manifest."""
    context = get_context(info)
    manifest_id = parse_node_id("DraftManifest", str(input["artifactManifestID"]))
    digest, base_id = optional_string(input.get("digest")), base_artifact_id(context, input)
    version = context.drafts.version_of_manifest(manifest_id)
    require_writable_version(context, node_id("Artifact", version or 0))
    row = context.drafts.update_manifest(manifest_id, digest, base_id)
    return {"artifactManifest": draft_manifest_node(row, context)}


def base_artifact_id(context: Context, given: Input) -> int | None:
    """Return the row id of the version that a manifest is based on."""
    if not given.get("baseArtifactID"):
        return None
    row = require_version(context, given["baseArtifactID"])
    if context.access.version(row["id"]) < Level.READ:
        raise permission_denied()
    return int(row["id"])


@manifest.field("artifact")
def artifact_of_manifest(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the version that a manifest belongs to."""
    return artifact_node(require_version(get_context(info), node["artifactID"]))


# Files.


@mutation.field("createArtifactFiles")
def create_files(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Resolve upload URLs for files, in the order of the request.

    A file that the server has already need not be uploaded: its URL is null.
    """
    context = get_context(info)
    algorithm = str(input.get("digestAlgorithm") or MD5)
    specs = input_list(input["artifactFiles"])
    versions = {str(spec["artifactID"]) for spec in specs}
    if len(versions) > 1:
        raise HttpError("a request must not announce files of several artifacts", status=400)
    nodes: list[Node] = []
    for opaque in versions:
        version = require_writable_version(context, opaque)
        files = [announced_file(spec, algorithm) for spec in specs]
        rows = context.uploads.announce(version["id"], files, context.access)
        nodes = [
            upload_node(row, file, spec.get("mimetype"), context)
            for row, file, spec in zip(rows, files, specs, strict=True)
        ]
    page = connection(nodes, [str(index) for index in range(len(nodes))])
    return {"files": page | {"totalCount": len(nodes), "uploadHeaders": ()}}


def announced_file(spec: Mapping[str, object], algorithm: str) -> AnnouncedFile:
    """Return a file as announced."""
    md5 = str(spec["md5"])
    parts = input_list(spec.get("uploadPartsInput"))
    return AnnouncedFile(
        path=str(spec["name"]),
        digest=str(spec.get("digest") or md5),
        md5=md5,
        algorithm=algorithm,
        parts={int(str(part["partNumber"])): str(part["hexMD5"]) for part in parts},
    )


@mutation.field("completeMultipartUploadArtifact")
def complete_upload(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Join the parts of a large file."""
    file_id = parse_node_id("Upload", str(input.get("uploadID")))
    if file_id is None:
        raise not_found("upload")
    context = get_context(info)
    file = context.uploads.file(file_id)
    if file is None:
        raise not_found("upload")
    require_writable_version(context, node_id("Artifact", file["artifact_id"]))
    parts = {
        int(str(part["partNumber"])): str(part["hexMD5"]).strip('"')
        for part in input_list(input.get("completedParts"))
    }
    return {"digest": context.uploads.assemble(file_id, parts)}


# Commit.


@mutation.field("commitArtifact")
def commit_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Commit a version with the files in its manifest: now it is visible, and immutable."""
    context = get_context(info)
    row: sqlite3.Row = require_writable_version(context, input["artifactID"])
    context.drafts.commit(row["id"], context.access)
    return {"artifact": artifact_node(require_version(context, input["artifactID"]))}


BINDABLES: list[SchemaBindable] = [query, mutation, manifest]
