"""Mirror the runs of a project: config, summary, metrics, lineage and files."""

from collections.abc import Iterator, Sequence
from functools import partial

from wbtyped_graphql import calls, fragments
from wbtyped_graphql.mirrored_runs import MirroredRunsProjectRunsEdgesNode as RunNode

from ..accounts.missing import missing_project
from ..artifacts.lineage import Run
from ..download.disk.digests import file_digest
from ..download.transfer import Transfer
from ..errors import WbtypedError
from ..runs.download import SignedUrls, label_of, signed_urls
from ..runs.ref import FileSelection
from ..transport.cursors import Cursors
from ..transport.flow import Flow
from .collect_rows import RowCollector
from .contents import ContentDownload, content_path
from .lineage_pages import FIRST_LINEAGE
from .mirroring import Mirroring
from .place import UNNAMED
from .planned_run import PlannedRun
from .records import RunRecord, StoredContent

RUNS_PER_PAGE = 50
FILES_PER_RUN = 200
"""Files of a run that come with the run; further ones take requests of their own."""


class RunCollector:
    """Mirrors the runs of one project."""

    def __init__(self, mirroring: Mirroring) -> None:
        self._mirroring = mirroring
        self._client = mirroring.client
        self._catalog = mirroring.catalog
        self._report = mirroring.report
        self._rows = RowCollector(mirroring)

    def run(self) -> None:
        """Mirror all runs, page by page."""
        for nodes in self._pages():
            runs = [self._planned(node) for node in nodes]
            download = self._mirroring.new_download()
            for planned in runs:
                self._plan_files(planned, download)
            self._mirroring.transfer(download)
            if not self._mirroring.options.dry_run:
                self._read_rest(runs)
                for planned in runs:
                    self._add(planned, download)
            self._mirroring.end_page()

    def _pages(self) -> Iterator[list[RunNode]]:
        """Yield the runs page by page, oldest first."""
        entity, project = self._mirroring.entity, self._mirroring.project
        cursor: str | None = None
        seen = Cursors("MirroredRuns", None, f"runs of {entity}/{project}")
        while True:
            result = self._client.send(
                calls.mirrored_runs(
                    entity=entity, project=project, cursor=cursor, per_page=RUNS_PER_PAGE,
                    file_limit=FILES_PER_RUN,
                    version_limit=FIRST_LINEAGE,
                )
            )  # fmt: skip
            if result.project is None or result.project.runs is None:
                raise missing_project(entity, project)
            yield [edge.node for edge in result.project.runs.edges]
            page = result.project.runs.page_info
            if not page.has_next_page:
                return
            cursor = seen.follow(page.end_cursor)

    def _planned(self, node: RunNode) -> PlannedRun:
        known = self._catalog.runs.get(node.id)
        self._report.runs += 1
        self._report.new_runs += known is None
        self._catalog.runs.mark_seen(node.id)
        run = Run(self._client, self._mirroring.entity, self._mirroring.project, node.name, node)
        return PlannedRun.of(node, run, known)

    # Files.

    def list_files(self, planned: PlannedRun) -> Iterator[fragments.RunFileAddress]:
        """Yield the files of a run: those that came with it, or all of them if there are more."""
        listed = planned.node.files
        if listed is not None and not listed.page_info.has_next_page:
            yield from (edge.node for edge in listed.edges if edge.node)
        elif listed is not None:
            yield from SignedUrls(FileSelection(self._client, planned.run, [], None), [])

    def _plan_files(self, planned: PlannedRun, download: ContentDownload) -> None:
        """Add the files of a run to a download, except for contents that the mirror has."""
        known = {file.name: file for file in planned.known.files} if planned.known else {}
        try:
            for file in self.list_files(planned):
                if file.updated_at is not None:
                    self._plan_file(planned, file, known.get(file.name), download)
        except WbtypedError as error:
            self._fail(planned.run.full_path, error)

    def _plan_file(
        self,
        planned: PlannedRun,
        file: fragments.RunFileAddress,
        known: StoredContent | None,
        download: ContentDownload,
    ) -> None:
        path = content_path(file.md5, "MD5") if file.md5 else None
        if path is None and known and (known.size, known.updated_at) == (
            file.size_bytes, file.updated_at,
        ):  # fmt: skip
            path = known.content
        if path is None or download.is_missing(path, file.size_bytes):
            path = path or f"{UNNAMED}/{len(download.sizes)}"
            selection = FileSelection(self._client, planned.run, [file.name], None)
            download.add_transfer(
                Transfer(
                    url=self._client.transport.absolute(file.direct_url),
                    target=download.target(path),
                    size=file.size_bytes,
                    md5=file.md5,
                    label=label_of(file, selection),
                    name=path,
                    refresh_urls=partial(signed_urls, selection),
                    refresh_name=file.name,
                ),
                file.size_bytes,
            )
        planned.files.append(
            StoredContent(
                name=file.name, size=file.size_bytes, md5=file.md5, updated_at=file.updated_at,
                content=path,
            )
        )  # fmt: skip

    def _stored(self, file: StoredContent) -> StoredContent:
        """Name a content by its digest, if the server does not know it; return where it is."""
        if not file.content.startswith(f"{UNNAMED}/"):
            return file
        place = self._mirroring.place
        part = place.incoming / file.content
        path = content_path(file_digest(part, "MD5"), "MD5")
        assert path is not None  # noqa: S101 - it is a digest
        target = place.incoming / path
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
        place.keep([path])
        return file.model_copy(update={"content": path})

    # Metrics and lineage.

    def _read_rest(self, runs: Sequence[PlannedRun]) -> None:
        """Read what did not come with the runs."""
        flows = self._mirroring.new_flows()
        for planned in runs:
            for flow in self._rows.flows(planned):
                flows.add(flow)
            if not (planned.logged.is_complete and planned.used.is_complete):
                flows.add(self._read_lineage(planned))
        self._mirroring.run_flows(flows)

    def _read_lineage(self, planned: PlannedRun) -> Flow[None]:
        node = planned.node
        try:
            yield from planned.logged.read_rest(planned.run, node.output_artifacts)
            yield from planned.used.read_rest(planned.run, node.input_artifacts)
        except WbtypedError as error:
            self._fail(f"lineage of {planned.run.full_path}", error)

    # Lines.

    def _add(self, planned: PlannedRun, download: ContentDownload) -> None:
        """Add the line of a run, with the files whose contents are there."""
        files: list[StoredContent] = []
        for file in planned.files:
            if (reason := download.failure([file.content])) is None:
                files.append(self._stored(file))
            else:
                self._fail(f"{planned.run.full_path}/{file.name}", reason)
        self._catalog.runs.put(run_record(planned, files))

    def _fail(self, path: str, reason: object) -> None:
        self._report.failed.append((path, str(reason)))


def run_record(planned: PlannedRun, files: Sequence[StoredContent]) -> RunRecord:
    """Return the line of a run."""
    node = planned.node
    return RunRecord(
        id=node.id,
        name=node.name,
        display_name=node.display_name,
        state=node.state,
        description=node.description,
        notes=node.notes,
        tags=list(node.tags or []),
        group=node.group,
        job_type=node.job_type,
        sweep=node.sweep_name,
        commit=node.commit,
        user=node.user.username if node.user else None,
        created_at=node.created_at,
        heartbeat_at=node.heartbeat_at,
        config=node.config or "{}",
        summary=node.summary_metrics or "{}",
        logged=planned.logged.ids(),
        has_more_logged=not planned.logged.is_complete,
        used_elsewhere=planned.used.elsewhere(planned.run),
        history=planned.history,
        system_metrics=planned.system_metrics,
        files=sorted(files, key=lambda file: file.name),
    )
