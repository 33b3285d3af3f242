"""Mirror the artifacts of a project: types, collections, versions and their contents."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Literal

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.mirrored_versions import (
    MirroredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNode as VersionNode,
)

from ..artifacts.collections import ProjectArtifactCollections
from ..artifacts.contents.version import VersionContents
from ..artifacts.lineage import ArtifactCollection
from ..artifacts.location import ArtifactLocation
from ..artifacts.types import ArtifactTypes
from ..artifacts.validation import VERSION_PATTERN
from ..errors import WbtypedError
from ..storage.stored_version import run_path
from ..transport.cursors import Cursors
from ..transport.flow import Flow, ask
from .contents import ContentDownload, entry_path
from .lineage_pages import FIRST_LINEAGE, VersionUsers
from .manifests import store_manifest
from .mirroring import Mirroring
from .records import CollectionRecord, Link, TypeRecord, VersionRecord

COLLECTIONS_PER_PAGE = 1000
COLLECTIONS_AT_ONCE = 32
"""Collections whose versions are listed, before their contents are transferred."""
VERSIONS_PER_PAGE = 100
VERSIONS_AT_ONCE = 100
"""Versions whose contents are downloaded in one batch: what a killed process may do again."""
COMMITTED = "COMMITTED"


class VersionCollector:
    """Mirrors the artifacts of one project."""

    def __init__(self, mirroring: Mirroring) -> None:
        self._mirroring = mirroring
        self._catalog = mirroring.catalog
        self._report = mirroring.report
        self._users: dict[str, VersionUsers] = {}
        """Users of versions that have more than one page of them, by id."""

    def run(self) -> None:
        """Mirror all artifacts."""
        mirroring = self._mirroring
        owner = (mirroring.client, mirroring.entity, mirroring.project)
        for found in ArtifactTypes(*owner):
            self._catalog.types.put(type_record(found.attrs))
        listed = iter(ProjectArtifactCollections(*owner, COLLECTIONS_PER_PAGE))
        while some := list(islice(listed, COLLECTIONS_AT_ONCE)):
            for collection in some:
                self._catalog.collections.put(collection_record(collection))
            versions = self._list_versions([found for found in some if found.is_sequence()])
            while group := list(islice(versions, VERSIONS_AT_ONCE)):
                self._mirror_group(group)

    def _list_versions(
        self, collections: Sequence[ArtifactCollection]
    ) -> Iterator[tuple[VersionNode, ArtifactCollection]]:
        """Yield the committed versions of some collections, oldest first."""
        found: list[list[VersionNode]] = [[] for _ in collections]
        flows = self._mirroring.new_flows()
        for collection, versions in zip(collections, found, strict=True):
            flows.add(self._read_versions(collection, versions))
        self._mirroring.run_flows(flows)
        for collection, versions in zip(collections, found, strict=True):
            for node in sorted(versions, key=lambda node: node.version_index or 0):
                yield node, collection

    def _read_versions(
        self, collection: ArtifactCollection, versions: list[VersionNode]
    ) -> Flow[None]:
        """Add the versions of a collection to a list."""
        cursor: str | None = None
        seen = Cursors("MirroredVersions", None, f"collection {collection.full_path}")
        while True:
            result = yield from ask(
                calls.mirrored_versions(
                    entity=collection.entity, project=collection.project,
                    type_name=collection.type, collection=collection.name, cursor=cursor,
                    per_page=VERSIONS_PER_PAGE, user_limit=FIRST_LINEAGE,
                )
            )  # fmt: skip
            kind = result.project.artifact_type if result.project else None
            found = kind.artifact_collection if kind else None
            if found is None or found.artifacts is None:
                return  # deleted meanwhile
            nodes = [edge.node for edge in found.artifacts.edges]
            nodes = [node for node in nodes if node.state.value == COMMITTED]
            versions += nodes
            yield from self._read_users(nodes)
            page = found.artifacts.page_info
            if not page.has_next_page:
                return
            cursor = seen.follow(page.end_cursor)

    def _read_users(self, nodes: Sequence[VersionNode]) -> Flow[None]:
        """Read the users of versions that are not all on the first page."""
        for node in () if self._mirroring.options.dry_run else nodes:
            if not node.used_by.page_info.has_next_page:
                continue
            users = self._users[node.id] = VersionUsers.of(node.used_by)
            try:
                yield from users.read_rest(node.id, node.used_by)
            except WbtypedError as error:
                path = ArtifactLocation.of_source(node).path
                self._report.failed.append((f"users of {path}", str(error)))

    def _record(
        self, node: VersionNode, collection: ArtifactCollection, manifest: str
    ) -> VersionRecord:
        users = self._users.pop(node.id, None) or VersionUsers.of(node.used_by)
        return version_record(node, collection, users, manifest)

    def _mirror_group(self, group: Sequence[tuple[VersionNode, ArtifactCollection]]) -> None:
        """Transfer the contents of some versions, and add their lines."""
        new: list[tuple[VersionNode, ArtifactCollection]] = []
        for node, collection in group:
            self._report.versions += 1
            self._catalog.versions.mark_seen(node.id)
            known = self._catalog.versions.get(node.id)
            if known is None or self._mirroring.options.verify:
                self._report.new_versions += known is None
                new.append((node, collection))
            elif not self._mirroring.options.dry_run:
                self._catalog.versions.put(self._record(node, collection, known.manifest))
        loaded = self._load_manifests(new)
        download = self._mirroring.new_download()
        for _, _, version in loaded:
            download.add_version(version)
        self._mirroring.transfer(download)
        if not self._mirroring.options.dry_run:
            for node, collection, version in loaded:
                self._add(node, collection, version, download)
        self._mirroring.end_page()

    def _load_manifests(
        self, versions: Sequence[tuple[VersionNode, ArtifactCollection]]
    ) -> list[tuple[VersionNode, ArtifactCollection, VersionContents]]:
        """Return versions with their manifests; one that cannot be read is a failure of its own."""
        client = self._mirroring.client
        loaded = [
            (node, collection, VersionContents(client, ArtifactLocation.of_source(node), node))
            for node, collection in versions
        ]
        flows = self._mirroring.new_flows()
        for _, _, version in loaded:
            flows.add(self._load_manifest(version))
        self._mirroring.run_flows(flows)
        return [found for found in loaded if found[2].known_manifest is not None]

    def _load_manifest(self, version: VersionContents) -> Flow[None]:
        try:
            yield from version.load_manifest()
        except WbtypedError as error:
            self._report.failed.append((version.qualified_name, str(error)))

    def _add(
        self,
        node: VersionNode,
        collection: ArtifactCollection,
        version: VersionContents,
        download: ContentDownload,
    ) -> None:
        """Add the line of a version whose contents are all there; anything else is a failure."""
        manifest = version.manifest
        fault = next((f"{e.path}: {e.fault}" for e in manifest if e.fault), None)
        paths = (path for entry in manifest if (path := entry_path(entry)) is not None)
        reason = fault or download.failure(paths)
        if reason is not None:
            self._report.failed.append((version.qualified_name, reason))
            return
        stored = store_manifest(self._mirroring.place, manifest)
        self._catalog.versions.put(self._record(node, collection, stored))


def type_record(node: fragments.ArtifactType) -> TypeRecord:
    """Return the line of a type."""
    return TypeRecord(
        id=node.id, name=node.name, description=node.description, created_at=node.created_at
    )


def collection_record(collection: ArtifactCollection) -> CollectionRecord:
    """Return the line of a collection."""
    node = collection.attrs
    kind: Literal["sequence", "portfolio"] = "sequence" if collection.is_sequence() else "portfolio"
    return CollectionRecord(
        id=node.id,
        kind=kind,
        name=node.name,
        type=collection.type,
        description=node.description,
        tags=sorted(collection.tags),
        created_at=node.created_at,
        updated_at=node.updated_at,
    )


def version_record(
    node: VersionNode, collection: ArtifactCollection, users: VersionUsers, manifest: str
) -> VersionRecord:
    """Return the line of a version."""
    location = ArtifactLocation.of_source(node)
    creator = node.created_by
    logged_by = None
    if creator is not None and creator.typename__ == "Run":
        logged_by = run_path(creator.project, creator.name)
    return VersionRecord(
        id=node.id,
        collection=collection.name,
        type=collection.type,
        index=node.version_index or 0,
        aliases=sorted(location.aliases(node)),
        tags=sorted(tag.name for tag in node.tags),
        description=node.description,
        metadata=node.metadata or "{}",
        digest=node.digest,
        commit_hash=node.commit_hash,
        size=node.size,
        file_count=node.file_count,
        ttl_seconds=node.ttl_duration_seconds,
        ttl_is_inherited=node.ttl_is_inherited,
        history_step=node.history_step,
        created_at=node.created_at,
        updated_at=node.updated_at,
        logged_by=logged_by,
        used_by=sorted(users.paths),
        has_more_users=not users.is_complete,
        links=links_of(node),
        manifest=manifest,
    )


def links_of(node: VersionNode) -> list[Link]:
    """Return the collections that a version was linked into, as far as the API key may see them."""
    links: list[Link] = []
    for edge in node.artifact_memberships.edges:
        location = ArtifactLocation.of_membership(edge.node) if edge.node else None
        if edge.node is None or location is None:
            continue
        if location.collection_path == ArtifactLocation.of_source(node).collection_path:
            continue
        aliases = [alias.alias for alias in edge.node.aliases]
        links.append(
            Link(
                entity=location.entity,
                project=location.project,
                collection=location.collection,
                index=edge.node.version_index or 0,
                aliases=sorted(a for a in aliases if not VERSION_PATTERN.fullmatch(a)),
                created_at=edge.node.created_at,
            )
        )
    return sorted(links, key=lambda link: (link.entity, link.project, link.collection))
