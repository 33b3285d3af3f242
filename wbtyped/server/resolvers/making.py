"""Making versions of artifacts: create, send manifests and files, commit."""

import sqlite3
from collections.abc import Mapping

from ariadne import MutationType, ObjectType, QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import Context, context_of
from ..drafts import FULL, Wish
from ..manifests import MD5
from ..refusals import Refusal, missing
from ..relay import connection, node_id, number_of
from ..uploads import Announced
from .artifact_nodes import artifact_node, draft_manifest_node, upload_node
from .editing import Input, columns_of_ttl, inputs, optional_text, version_of
from .files import run_of_input
from .nodes import Node

query: QueryType = QueryType()
mutation: MutationType = MutationType()
manifest: ObjectType = ObjectType("ArtifactManifest")


@query.field("clientIDMapping")
def client_id_mapping(
    _: object,
    info: GraphQLResolveInfo,
    clientID: str,  # noqa: N803 - the schema's name
) -> Node | None:
    """Resolve the id of the version that a client knows by an id of its own."""
    number = context_of(info).drafts.by_client_id(clientID)
    return None if number is None else {"serverID": node_id("Artifact", number)}


@mutation.field("createArtifact")
def create_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Begin a version, or find the one that has this content; its project and sequence may be new.

    Nothing shows it before it is committed.
    """
    context = context_of(info)
    number = context.drafts.begin(wish_of(context, input))
    row = context.versions.by_id(number)
    assert row is not None  # noqa: S101 - it was made above
    return {"artifact": artifact_node(row), "artifactActions": []}


def wish_of(context: Context, given: Input) -> Wish:
    """Return what a client wants to make, with its sequence."""
    region = region_of(context, given)
    entity = str(given["entityName"])
    owner, _ = context.projects.upsert(entity, str(given["projectName"]))
    names = [given.get("artifactCollectionName"), *_list(given.get("artifactCollectionNames"))]
    name = next((str(name) for name in names if name), "")
    home = context.collections.ensure(owner["id"], str(given["artifactTypeName"]), name, "SEQUENCE")
    run = run_of_input(context, given) if given.get("runName") else None
    facts: dict[str, object] = {
        "digest_algorithm": given.get("digestAlgorithm") or MD5,
        "storage_layout": "V2",
        "storage_region": region,
        "description": given.get("description"),
        "metadata": given.get("metadata"),
        "history_step": given.get("historyStep"),
        "run_id": run["id"] if run else None,
        **columns_of_ttl(given.get("ttlDurationSeconds")),
    }
    return Wish(
        sequence_id=home["id"],
        entity=entity,
        digest=str(given["digest"]),
        facts=facts,
        aliases=[str(alias["alias"]) for alias in inputs(given.get("aliases"))],
        tags=[str(tag["tagName"]) for tag in inputs(given.get("tags"))],
        client_id=optional_text(given.get("clientID")),
        distributed_id=optional_text(given.get("distributedID")),
        deduplicate=bool(given.get("enableDigestDeduplication")),
    )


def region_of(context: Context, given: Input) -> str | None:
    """Return the storage region that a version asks for, or refuse one that is unknown."""
    region = optional_text(given.get("storageRegion"))
    if region is not None and region not in context.storage_regions:
        known = ", ".join(sorted(context.storage_regions))
        raise Refusal(f"invalid storage region {region!r}; this server has: {known}", status=400)
    return region


def _list(value: object) -> list[object]:
    return [*value] if isinstance(value, list) else []


# Manifests.


@mutation.field("createArtifactManifest")
def create_manifest(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Announce a manifest, or its digest once it is known."""
    context = context_of(info)
    version = version_of(context, input["artifactID"])
    row = context.drafts.manifest(
        version["id"],
        str(input["name"]),
        str(input.get("type") or FULL),
        str(input.get("digest") or ""),
        base_of(context, input),
        str(input.get("runName") or ""),
    )
    return {"artifactManifest": draft_manifest_node(row, context)}


@mutation.field("updateArtifactManifest")
def update_manifest(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Announce the digest of a manifest."""
    context = context_of(info)
    number = number_of("DraftManifest", str(input["artifactManifestID"]))
    digest, base_id = optional_text(input.get("digest")), base_of(context, input)
    row = context.drafts.update_manifest(number, digest, base_id)
    return {"artifactManifest": draft_manifest_node(row, context)}


def base_of(context: Context, given: Input) -> int | None:
    """Return the number of the version that a manifest is based on."""
    if not given.get("baseArtifactID"):
        return None
    return int(version_of(context, given["baseArtifactID"])["id"])


@manifest.field("artifact")
def artifact_of_manifest(node: Node, info: GraphQLResolveInfo) -> Node:
    """Resolve the version that a manifest belongs to."""
    return artifact_node(version_of(context_of(info), node["artifactID"]))


# Files.


@mutation.field("createArtifactFiles")
def create_files(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Resolve where to send files, in the order in which they were asked for.

    A content that the server has already needs no sending: its file has no address to send it to.
    """
    context = context_of(info)
    algorithm = str(input.get("digestAlgorithm") or MD5)
    specs = inputs(input["artifactFiles"])
    versions = {str(spec["artifactID"]) for spec in specs}
    if len(versions) > 1:
        raise Refusal("files of several artifacts in one request", status=400)
    nodes: list[Node] = []
    for opaque in versions:
        version = version_of(context, opaque)
        files = [announced(spec, algorithm) for spec in specs]
        rows = context.uploads.expect(version["id"], files)
        nodes = [
            upload_node(row, file, spec.get("mimetype"), context)
            for row, file, spec in zip(rows, files, specs, strict=True)
        ]
    page = connection(nodes, [str(number) for number in range(len(nodes))], more=False)
    return {"files": page | {"totalCount": len(nodes), "uploadHeaders": ()}}


def announced(spec: Mapping[str, object], algorithm: str) -> Announced:
    """Return a file as it was announced."""
    md5 = str(spec["md5"])
    parts = inputs(spec.get("uploadPartsInput"))
    return Announced(
        path=str(spec["name"]),
        digest=str(spec.get("digest") or md5),
        md5=md5,
        algorithm=algorithm,
        parts={int(str(part["partNumber"])): str(part["hexMD5"]) for part in parts},
    )


@mutation.field("completeMultipartUploadArtifact")
def complete_upload(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Put the parts of a large file together."""
    number = number_of("Upload", str(input.get("uploadID")))
    if number is None:
        raise missing("upload")
    parts = {
        int(str(part["partNumber"])): str(part["hexMD5"]).strip('"')
        for part in inputs(input.get("completedParts"))
    }
    return {"digest": context_of(info).uploads.assemble(number, parts)}


# Commit.


@mutation.field("commitArtifact")
def commit_artifact(_: object, info: GraphQLResolveInfo, input: Input) -> Node:  # noqa: A002
    """Make a version what its manifest says: from now on it shows, and never changes."""
    context = context_of(info)
    row: sqlite3.Row = version_of(context, input["artifactID"])
    context.drafts.commit(row["id"])
    return {"artifact": artifact_node(version_of(context, input["artifactID"]))}


BINDABLES: list[SchemaBindable] = [query, mutation, manifest]
