"""Read what some projects store: the versions of all collections, their contents, files of runs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wbtyped_graphql import calls
from wbtyped_graphql.stored_versions import (
    StoredVersionsProjectArtifactTypeArtifactCollectionArtifactsEdgesNode as VersionNode,
)

from .. import arguments
from ..accounts.missing import missing_project
from ..artifacts.collections import ProjectArtifactCollections
from ..artifacts.contents.version import fetch_manifest
from ..config.cache import CacheOption, cache_folder, find_cache
from ..download.cache.store import Cache
from ..download.paced_flows import paced_flows
from ..errors import AuthenticationError, NotFoundError, TransportError
from ..transport.client import Client
from ..transport.cursors import Cursors
from ..transport.flow import Flow, ask
from ..transport.parallel_flows import ParallelFlows, check_jobs
from .content_list import ContentCache, contents_of
from .inventory import Inventory, ProgressCallback, StoredRun
from .jobs import SCAN_JOBS
from .stored_version import COMMITTED, Collection, stored_version

COLLECTIONS_PER_PAGE = 1000
VERSIONS_PER_PAGE = 100
RUNS_PER_PAGE = 50
FILES_PER_RUN = 200
"""Files of a run that come with the run; further ones take requests of their own."""
FILES_PER_PAGE = 1000
ANY_STATE = "{}"


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What to read, and how."""

    metadata: bool = False
    run_files: bool = False
    cache: CacheOption = None
    jobs: int = SCAN_JOBS
    progress: ProgressCallback | None = None
    keeps_files: bool = False
    """Whether files of runs are wanted one by one."""


def checked_options(
    run_files: bool, cache: CacheOption, jobs: int, progress: ProgressCallback | None
) -> ScanOptions:
    """Return the options of a report, or raise UsageError."""
    arguments.check_flags(run_files=run_files)
    check_jobs(jobs, progress)
    if cache is not None and not isinstance(cache, bool):
        arguments.location("cache", cache)
    return ScanOptions(run_files=run_files, cache=cache, jobs=jobs, progress=progress)


def content_cache(client: Client, option: CacheOption) -> ContentCache:
    """Return the contents that are known; here the cache is on unless it is switched off."""
    settings = client.settings
    if option is None and settings.cache is None:
        folder = find_cache(None, os.environ, Path.home(), default=True)
    else:
        folder = cache_folder(option, settings.cache)
    return ContentCache(Cache(folder) if folder else None, settings.base_url)


def scan(
    client: Client, projects: Sequence[tuple[str, str]], options: ScanOptions
) -> Flow[Inventory]:
    """Read everything that is stored in some projects, given by entity and name."""
    scanner = Scanner(client, options)
    try:
        for entity, project in projects:
            yield from scanner.add_project(entity, project)
        yield scanner.work
    except BaseException:
        scanner.inventory.close()
        raise
    return scanner.inventory


class Scanner:
    """The flows of a scan, which add to an inventory and to each other."""

    def __init__(self, client: Client, options: ScanOptions) -> None:
        self._client = client
        self._options = options
        self._cache = content_cache(client, options.cache)
        self.inventory: Inventory = Inventory(options.progress, keeps_files=options.keeps_files)
        self.work: ParallelFlows = paced_flows(client, options.jobs)

    def add_project(self, entity: str, project: str) -> Flow[None]:
        """List the collections of a project, and add the flows that read them."""
        self.inventory.projects.append((entity, project))
        listed = ProjectArtifactCollections(self._client, entity, project, COLLECTIONS_PER_PAGE)
        for found in (yield from listed.load_items(slice(None))):
            if found.is_sequence():
                collection = Collection(entity, project, found.name, found.type)
                self.inventory.collections.append(collection)
                seen = Cursors("StoredVersions", None, f"collection {collection.path}")
                self.work.add(self._read_versions(collection, seen))
        if self._options.run_files:
            self.add_runs(entity, project)

    def add_runs(self, entity: str, project: str) -> None:
        """Add the flows that read the runs of a project."""
        seen = Cursors("RunFileSizes", None, f"runs of {entity}/{project}")
        self.work.add(self.read_runs(entity, project, seen))

    def _read_versions(
        self, collection: Collection, seen: Cursors, cursor: str | None = None
    ) -> Flow[None]:
        """Read a page of a collection; the next one comes after what this one leaves to read."""
        result = yield from ask(
            calls.stored_versions(
                entity=collection.entity, project=collection.project,
                type_name=collection.type, collection=collection.name, cursor=cursor,
                per_page=VERSIONS_PER_PAGE, filters=ANY_STATE,
                with_metadata=self._options.metadata,
            )
        )  # fmt: skip
        kind = result.project.artifact_type if result.project else None
        found = kind.artifact_collection if kind else None
        if found is None or found.artifacts is None:
            return  # deleted meanwhile
        for edge in found.artifacts.edges:
            self._add_version(edge.node, collection)
        page = found.artifacts.page_info
        if page.has_next_page:
            following = seen.follow(page.end_cursor)
            self.work.add(self._read_versions(collection, seen, following))

    def _add_version(self, node: VersionNode, collection: Collection) -> None:
        version = stored_version(node, collection, node.metadata)
        if version.state == "PENDING":
            self.inventory.drafts.append(version)
            return
        if version.state != COMMITTED:
            return
        number = self.inventory.add_version(version)
        known = self._cache.read(version.id)
        if known is not None:
            self.inventory.add_contents(number, known, cached=True)
            return
        url = node.current_manifest.file.direct_url if node.current_manifest else None
        self.work.add(self._read_contents(number, node.digest, url), first=True)

    def _read_contents(self, number: int, digest: str, url: str | None) -> Flow[None]:
        """Fetch the manifest of a version; one that is deleted meanwhile stores nothing."""
        version = self.inventory.versions[number]
        try:
            if url is None:
                raise NotFoundError("no manifest yet")
            manifest = yield from fetch_manifest(self._client, url, version.path, digest)
        except (AuthenticationError, NotFoundError, TransportError):
            # The URL may have expired while other versions were read.
            result = yield from ask(
                calls.artifact_manifest(id=version.id), f"artifact {version.path}"
            )
            current = result.artifact.current_manifest if result.artifact else None
            if current is None:
                return
            manifest = yield from fetch_manifest(
                self._client, current.file.direct_url, version.path, digest
            )
        contents = contents_of(manifest)
        self._cache.write(version.id, contents)
        self.inventory.add_contents(number, contents, cached=False)

    # Runs.

    def add_run(self, run: StoredRun) -> None:
        """Add a run, and the flow that reads its files."""
        self.inventory.add_run(run)
        self.work.add(self._read_more_files(run, None))

    def read_runs(
        self, entity: str, project: str, seen: Cursors, cursor: str | None = None
    ) -> Flow[None]:
        """Read a page of runs with the first files of each."""
        result = yield from ask(
            calls.run_file_sizes(
                entity=entity, project=project, cursor=cursor, per_page=RUNS_PER_PAGE,
                file_limit=FILES_PER_RUN,
            )
        )  # fmt: skip
        if result.project is None or result.project.runs is None:
            raise missing_project(entity, project)
        for edge in result.project.runs.edges:
            node = edge.node
            run = StoredRun(entity, project, node.name, node.state or "", node.created_at)
            self.inventory.add_run(run)
            if node.files is not None:
                self.inventory.add_files(run, [e.node for e in node.files.edges if e.node])
                if node.files.page_info.has_next_page:
                    start = node.files.page_info.end_cursor
                    self.work.add(self._read_more_files(run, start), first=True)
        page = result.project.runs.page_info
        if page.has_next_page:
            following = seen.follow(page.end_cursor)
            self.work.add(self.read_runs(entity, project, seen, following))

    def _read_more_files(self, run: StoredRun, cursor: str | None) -> Flow[None]:
        seen = Cursors("MoreRunFileSizes", None, f"run {run.path}")
        while True:
            result = yield from ask(
                calls.more_run_file_sizes(
                    entity=run.entity, project=run.project, name=run.name, cursor=cursor,
                    file_limit=FILES_PER_PAGE,
                )
            )  # fmt: skip
            found = result.project.run if result.project else None
            if found is None or found.files is None:
                return
            self.inventory.add_files(run, [e.node for e in found.files.edges if e.node])
            if not found.files.page_info.has_next_page:
                return
            cursor = seen.follow(found.files.page_info.end_cursor)
