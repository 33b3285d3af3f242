"""Restore the versions of a mirror, with their names, lineage and links."""

import base64
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from wbtyped_graphql import calls
from wbtyped_graphql.input_types import ArtifactCollectionAliasInput

from ..artifacts.collections import ProjectArtifactCollections
from ..artifacts.contents.entry import (
    ARTIFACT_SCHEME,
    ArtifactManifestEntry,
    is_artifact_reference,
    parse_artifact_reference,
)
from ..artifacts.lineage import (
    Artifact,
    ArtifactCollection,
    Artifacts,
    Draft,
    Run,
    find_artifact_by_id,
)
from ..artifacts.publishing.facts import BaseVersion, Target, VersionFacts
from ..errors import DiskError, NotFoundError, SchemaMismatchError, UsageError, WbtypedError
from ..runs.run_data import read_object
from ..transport.flow import ask
from .contents import check_content, entry_path
from .manifests import load_manifest
from .records import CollectionRecord, Link, VersionRecord
from .restoring import Restoring
from .sent_files import SentFiles

VERSIONS_PER_PAGE = 1000
LATEST = "latest"
COPY_TYPE = "copy"
LASTING = UsageError, DiskError, SchemaMismatchError
"""Errors that another try does not change."""
RestoredT = TypeVar("RestoredT", VersionRecord, CollectionRecord)


class VersionRestorer:
    """Restores the versions of one mirror."""

    def __init__(self, restoring: Restoring) -> None:
        self._restoring = restoring
        self._client = restoring.client
        self._catalog = restoring.catalog
        self._report = restoring.report
        self._ids: dict[str, str] = {}
        """Ids of versions on the target, by those on the source."""
        self._known: dict[str, defaultdict[str, list[tuple[int, str]]]] = {}
        """Numbers and ids of the versions that the target has of a collection, by digest."""
        self._newest: dict[str, int] = {}
        """The highest number that a version on the target has so far, by collection."""
        self._deleted: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        """Numbers of versions that were deleted on the source, by collection and digest."""
        self._stopped_at: dict[str, str] = {}
        """Paths of versions that failed, and may succeed another time, by collection."""
        self._holders: dict[tuple[str, str], str] = {}
        """Ids of the versions that have an alias, by collection and alias, of the same project."""
        self._held: dict[str, VersionRecord] = {}
        """A restored version of each collection of the same project."""
        self._portfolios: set[str] = set()
        """Collections that the same project has: links would take their aliases."""

    def run(self) -> None:
        """Restore all versions, in the order in which they were made."""
        versions = sorted(
            self._catalog.versions,
            key=lambda version: (version.created_at, version.collection, version.index),
        )
        records = [version for version in versions if version.deleted_at is None]
        for version in versions:
            # What the mirrored project has is what the mirror has, by the same numbers.
            if version.deleted_at is not None and not self._restoring.is_same_project:
                self._deleted[version.collection, version.digest].append(version.index)
        for record in records:
            self._report.versions += 1
            self._restore_or_fail(record)
            self._restoring.end_step()
        self._guarded(self._restore_names, [r for r in records if r.id in self._ids])
        self._guarded(self._give_back_latest, self._held.values())
        self._restore_links()
        self._restore_outputs(records)
        collections = [found for found in self._catalog.collections if found.deleted_at is None]
        self._guarded(self._describe, collections)

    def _guarded(self, restore: Callable[[RestoredT], None], records: Iterable[RestoredT]) -> None:
        """Restore some records, each of which may fail."""
        for record in records:
            try:
                restore(record)
            except WbtypedError as error:
                name = record.name if isinstance(record, CollectionRecord) else record.collection
                self._restoring.fail(f"{self._restoring.path}/{name}", error)

    # Versions.

    def _restore_or_fail(self, record: VersionRecord) -> None:
        """Restore a version; if it may succeed another time, those after it wait for it."""
        path = f"{self._restoring.path}/{record.collection}:v{record.index}"
        if record.collection in self._stopped_at:
            reason = f"{self._stopped_at[record.collection]} comes before it, and failed"
            self._restoring.fail(path, f"{reason}; restore again")
            return
        try:
            self._restore(record)
        except (WbtypedError, OSError) as error:
            self._restoring.fail(path, error)
            if not isinstance(error, LASTING):
                self._stopped_at[record.collection] = path

    def _restore(self, record: VersionRecord) -> None:
        """Publish a version, unless the target has it; remember its id there."""
        known = self._known_version(record)
        if known is not None:
            self._found(record, *known)
            return
        artifact = self._publish(record)
        if artifact.id in self._ids.values():
            self._restoring.lost["{} versions whose content another one has"] += 1
        else:
            self._report.new_versions += 1
        if self._restoring.is_same_project:
            self._held[record.collection] = record
        self._found(record, number_of(artifact), artifact.id)
        if artifact.version != f"v{record.index}":
            self._restoring.lost["the numbers of {} versions, after others were deleted"] += 1

    def _found(self, record: VersionRecord, number: int, artifact_id: str) -> None:
        """Remember which version of the target is that of a record."""
        self._ids[record.id] = artifact_id
        self._newest[record.collection] = max(number, self._newest.get(record.collection, number))

    def _known_version(self, record: VersionRecord) -> tuple[int, str] | None:
        """Return number and id of the version that the target has already."""
        known = self._known_versions(record)[record.digest]
        deleted = self._deleted[record.collection, record.digest]
        newest = self._newest.get(record.collection, -1)
        while known and known[0][0] < newest and deleted and deleted[0] < record.index:
            # A version that comes before those that this one follows: its content was deleted on
            # the source after it was restored, and logged again.
            known.pop(0)
            deleted.pop(0)
        return known.pop(0) if known else None

    def _known_versions(self, record: VersionRecord) -> defaultdict[str, list[tuple[int, str]]]:
        """Return the versions that the target has of a collection; requested once."""
        if record.collection not in self._known:
            found = defaultdict[str, list[tuple[int, str]]](list)
            self._known[record.collection] = found
            target = Target(self._restoring.entity, self._restoring.project, record.collection)
            listed = Artifacts(self._client, *target, record.type, per_page=VERSIONS_PER_PAGE)
            try:
                versions = list(listed)
            except NotFoundError:
                return found
            for version in sorted(versions, key=number_of):
                found[version.digest].append((number_of(version), version.id))
                if self._restoring.is_same_project:
                    names = {(record.collection, alias): version.id for alias in version.aliases}
                    self._holders |= names
        return self._known[record.collection]

    def _publish(self, record: VersionRecord) -> Artifact:
        """Publish a version with the contents of the mirror."""
        manifest = load_manifest(self._restoring.place, record.manifest)
        # The type of a copy is among the facts: of drafts, the types of what W&B logs itself, such
        # as tables of runs, are refused.
        draft = Draft(record.collection, COPY_TYPE, digest_algorithm=manifest.digest_algorithm)
        kept: dict[str, ArtifactManifestEntry] = {}
        for entry in manifest:
            path = entry_path(entry)
            if path is None:
                kept[entry.path] = self._moved_reference(entry)
            else:
                local = self._restoring.place.fetch(path)
                check_content(local, path, self._restoring.place)
                draft.add_file(local, entry.path)
        target = Target(self._restoring.entity, self._restoring.project, record.collection)
        draft.start_from(BaseVersion("", target, None), kept)
        run = self._creator(record)
        facts = VersionFacts(
            type=record.type,
            description=record.description,
            metadata=read_object(record.metadata, f"the metadata of {record.collection}"),
            tags=record.tags,
            ttl_seconds=record.ttl_seconds if record.ttl_seconds > 0 else None,
            origin=f"{self._catalog.header.server} {record.id}",
        )
        sent = SentFiles(self._restoring, f"{self._restoring.path}/{record.collection}")
        options = sent.options()._replace(on_error="raise")
        artifact = self._client.run(draft.publish_to(self._client, target, facts, run, options))
        if manifest.storage_layout == "V1":
            self._restoring.lost["the storage layout V1 of {} versions, which is V2 now"] += 1
        return artifact

    def _moved_reference(self, entry: ArtifactManifestEntry) -> ArtifactManifestEntry:
        """Return a reference; one to a version that was restored before leads to the new one."""
        entry = replace(entry, artifact=None)
        if entry.ref is None or not is_artifact_reference(entry.ref):
            return entry
        former, path = parse_artifact_reference(entry.ref)
        if former not in self._ids:
            self._restoring.lost["the targets of {} references to versions of other projects"] += 1
            return entry
        new_id = base64.b64decode(self._ids[former]).hex()
        return replace(entry, ref=f"{ARTIFACT_SCHEME}{new_id}/{path}")

    def _creator(self, record: VersionRecord) -> Run | None:
        """Return the run that logged a version, if it was restored."""
        path = self._restoring.moved(record.logged_by) if record.logged_by else None
        if path is None:
            if record.logged_by:
                self._restoring.lost["the runs that logged {} versions, of other projects"] += 1
            return None
        return self._find_run(path)

    def _find_run(self, path: str) -> Run | None:
        entity, project, name = path.split("/")
        try:
            return self._client.run(Run.find(self._client, entity, project, name))
        except NotFoundError:
            self._restoring.lost["the lineage with {} runs that were not restored"] += 1
            return None

    # Names, lineage and links.

    def _restore_names(self, record: VersionRecord) -> None:
        """Give a version its aliases and users."""
        artifact = self._artifact(record)
        self._move_aliases(artifact, record)
        if not self._restoring.is_same_project:
            update(artifact, record)
        known = {run.full_path for run in artifact.used_by()} if record.used_by else set[str]()
        for user in record.used_by:
            path = self._restoring.moved(user)
            if path is None:
                self._restoring.lost["the lineage with {} runs of other projects"] += 1
            elif path not in known and (run := self._find_run(path)) is not None:
                run.use_artifact(artifact)
        if record.has_more_users:
            self._restoring.lost["further users of {} versions, which the server did not list"] += 1

    def _artifact(self, record: VersionRecord) -> Artifact:
        return self._client.run(find_artifact_by_id(self._client, self._ids[record.id]))

    def _restore_links(self) -> None:
        """Link versions into portfolios of the project, in the order that they have there."""
        if self._restoring.is_same_project:
            owner = (self._restoring.entity, self._restoring.project)
            listed = ProjectArtifactCollections(self._client, *owner, VERSIONS_PER_PAGE)
            self._portfolios = {found.name for found in listed}
        header = self._catalog.header
        links: list[tuple[Link, VersionRecord]] = []
        for record in self._catalog.versions:
            for link in record.links if record.id in self._ids else ():
                if (link.entity, link.project) == (header.entity, header.project):
                    links.append((link, record))
                else:
                    self._restoring.lost["{} links into other projects and registries"] += 1
        links.sort(key=lambda found: (found[0].collection, found[0].index))
        # The newest link is `latest`, unless another is.
        if not self._restoring.is_same_project:
            links += [found for found in links if LATEST in found[0].aliases]
        for link, record in links:
            try:
                self._link(record, link)
            except WbtypedError as error:
                self._restoring.fail(f"{self._restoring.path}/{link.collection}", error)

    def _link(self, record: VersionRecord, link: Link) -> None:
        """Link a version, unless it is linked with its aliases already."""
        owner, artifact = (self._restoring.entity, self._restoring.project), self._artifact(record)
        known = {found.location.collection_path: found for found in artifact.linked_artifacts}
        found = known.get((*owner, link.collection))
        if link.collection in self._portfolios:
            if found is None:
                self._restoring.lost["{} links into portfolios, which stay as they are"] += 1
            return
        if found is None or not set(link.aliases) <= set(found.aliases):
            aliases = [alias for alias in link.aliases if alias != LATEST]
            artifact.link("/".join((*owner, link.collection)), aliases)

    def _restore_outputs(self, records: Sequence[VersionRecord]) -> None:
        """Log versions once more for runs that logged what another run had logged before."""
        creators = {record.id: record for record in records}
        for run in self._catalog.runs:
            path = f"{self._restoring.path}/{run.name}"
            again = [
                creators[logged]
                for logged in run.logged
                if logged in self._ids
                and self._restoring.moved(creators[logged].logged_by or "") != path
            ]
            if run.has_more_logged:
                self._restoring.lost["further outputs of {} runs, which were not listed"] += 1
            try:
                self._log_again(path, again)
            except WbtypedError as error:
                self._restoring.fail(path, error)

    def _log_again(self, path: str, records: Sequence[VersionRecord]) -> None:
        """Log versions for a run that has not logged them yet."""
        run = self._find_run(path) if records else None
        if run is None:
            return
        known = {version.id for version in run.logged_artifacts()}
        for record in records:
            if self._ids[record.id] not in known:
                run.log_artifact(self._artifact(record))

    def _move_aliases(self, artifact: Artifact, record: VersionRecord) -> None:
        """Add the aliases that a version does not have; another version loses them.

        In the project that was mirrored, those that another version has now stay there.
        """
        holders = ((alias, (record.collection, alias)) for alias in record.aliases)
        mine = [a for a, key in holders if self._holders.get(key, artifact.id) == artifact.id]
        self._add_aliases(artifact, record, mine)

    def _give_back_latest(self, record: VersionRecord) -> None:
        """Give `latest` back to the version that had it before others were published."""
        holder = self._holders.get((record.collection, LATEST))
        if holder is not None:
            artifact = self._client.run(find_artifact_by_id(self._client, holder))
            self._add_aliases(artifact, record, [LATEST])

    def _add_aliases(
        self, artifact: Artifact, record: VersionRecord, aliases: Sequence[str]
    ) -> None:
        wanted = [alias for alias in aliases if alias not in artifact.aliases]
        if not wanted:
            return
        added = [
            ArtifactCollectionAliasInput(
                alias=alias,
                artifact_collection_name=record.collection,
                entity_name=self._restoring.entity,
                project_name=self._restoring.project,
            )
            for alias in wanted
        ]
        what = f"artifact {artifact.qualified_name}"
        self._client.run(ask(calls.add_artifact_aliases(id=artifact.id, aliases=added), what))

    def _describe(self, record: CollectionRecord) -> None:
        """Give a collection its description and tags."""
        try:
            collection = ArtifactCollection(
                self._client,
                self._restoring.entity,
                self._restoring.project,
                record.name,
                record.type,
            )
        except NotFoundError:
            self._restoring.lost["{} collections without a version"] += 1
            return
        if self._restoring.is_same_project and (collection.description or collection.tags):
            return
        if record.description is not None:
            collection.description = record.description
        collection.tags = sorted({*collection.tags, *record.tags})
        collection.save()


def number_of(artifact: Artifact) -> int:
    """Return N of `vN`."""
    return int(artifact.version[1:])


def update(artifact: Artifact, record: VersionRecord) -> None:
    """Bring what has changed since a version was restored."""
    metadata = read_object(record.metadata, f"the metadata of {record.collection}")
    # Compared as text, since NaN is not equal to itself.
    if json.dumps(artifact.metadata, sort_keys=True) != json.dumps(metadata, sort_keys=True):
        artifact.metadata = metadata
    if (artifact.description or "") != (record.description or ""):
        artifact.description = record.description
    if sorted(artifact.tags) != sorted(record.tags):
        artifact.tags = record.tags
    artifact.save()
