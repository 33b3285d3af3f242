"""Restore the runs of a mirror: config, summary, metrics and files."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from wbtyped_graphql import calls
from wbtyped_graphql.input_types import UpsertBucketInput

from ..artifacts.lineage import Run, Runs
from ..errors import DiskError, SchemaMismatchError, UsageError, WbtypedError
from ..row_files import read_rows
from ..runs.download import SignedUrls
from ..runs.ending import ENDED, FinishRequest
from ..runs.many_uploads import upload_files
from ..runs.ref import FileSelection
from ..runs.stream_request import StreamRequest
from ..runs.upload import LocalFile
from ..transport.blocking import in_flow
from ..transport.flow import Flow, ask
from .contents import check_content, damaged_content, md5_text
from .place import Place
from .records import RunRecord, StoredContent, StoredRows
from .restoring import Restoring
from .sent_files import SentFiles

RUNS_PER_PAGE = 1000
RUNS_AT_ONCE = 4
"""Runs whose metrics and files are sent at the same time; each has several uploads at a time."""
HISTORY_FILE = "wandb-history.jsonl"
EVENTS_FILE = "wandb-events.jsonl"
LINES_PER_REQUEST = 500


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that the server has, and how many lines of system metrics."""

    run: Run
    event_count: int


class RunRestorer:
    """Restores the runs of one mirror."""

    def __init__(self, restoring: Restoring) -> None:
        self._restoring = restoring
        self._client = restoring.client
        self._report = restoring.report

    def run(self) -> None:
        """Restore all runs, oldest first, since the server numbers them by when it got them."""
        entity, project = self._restoring.entity, self._restoring.project
        listed = Runs(self._client, entity, project, per_page=RUNS_PER_PAGE)
        known = {run.id: run for run in listed}
        found = [run for run in self._restoring.catalog.runs if run.deleted_at is None]
        records = iter(sorted(found, key=lambda run: (run.created_at, run.name)))
        while group := list(islice(records, RUNS_AT_ONCE)):
            self._report.runs += len(group)
            self._report.new_runs += sum(record.name not in known for record in group)
            self._restore_group([r for r in group if not self._stays(known.get(r.name), r)])
            self._restoring.end_step()

    def _stays(self, known: Run | None, record: RunRecord) -> bool:
        """Return True if the mirror must not replace what the target has of a run."""
        if known is None:
            return False
        if self._restoring.is_same_project and known.attrs.created_at == record.created_at:
            return True  # It is the one that was mirrored.
        count = record.history.rows if record.history else 0
        if (known.attrs.history_line_count or 0) <= count:
            return False
        self._restoring.lost["{} runs, which have logged more since: they stay as they are"] += 1
        return True

    def _restore_group(self, records: Sequence[RunRecord]) -> None:
        """Create runs one after another, and send what they have at the same time."""
        flows = self._restoring.new_flows()
        for record in records:
            self._count_lost(record)
            try:
                started = self._client.run(self._create(record))
            except WbtypedError as error:
                self._restoring.fail(f"{self._restoring.path}/{record.name}", error)
            else:
                flows.add(self._send(started, record))
        self._restoring.run_flows(flows)
        # Not before: several of the runs may have the same content.
        for content in {file.content for record in records for file in record.files}:
            self._restoring.place.forget(content)

    def _count_lost(self, record: RunRecord) -> None:
        lost = self._restoring.lost
        if record.sweep:
            lost["the sweeps of {} runs"] += 1
        if record.used_elsewhere:
            lost["that runs used {} versions of other projects"] += len(record.used_elsewhere)

    def _send(self, started: StartedRun, record: RunRecord) -> Flow[None]:
        """Send what a run has, and end it."""
        run = started.run
        try:
            start = run.attrs.history_line_count or 0
            yield from self._send_rows(run, HISTORY_FILE, record.history, start)
            yield from self._send_rows(run, EVENTS_FILE, record.system_metrics, started.event_count)
            yield from self._upload_files(run, record)
            if run.state not in ENDED:
                yield FinishRequest(self._client, run, 0 if record.state == "finished" else 1)
            # The end of a run may change its state and its summary, so they are sent once more.
            yield from self._create(record, ended=True)
        except WbtypedError as error:
            self._restoring.fail(run.full_path, error)

    def _create(self, record: RunRecord, *, ended: bool = False) -> Flow[StartedRun]:
        """Create a run, or change it to what the mirror says about it."""
        state = None
        if ended:
            state = record.state if record.state in ENDED else "crashed"
        wanted = UpsertBucketInput(
            entity_name=self._restoring.entity,
            model_name=self._restoring.project,
            name=record.name,
            display_name=record.display_name,
            description=record.description,
            notes=record.notes,
            tags=list(record.tags),
            group_name=record.group,
            job_type=record.job_type,
            commit=record.commit,
            config=record.config,
            summary_metrics=record.summary,
            state=state,
        )
        path = f"{self._restoring.path}/{record.name}"
        result = yield from ask(calls.restore_run(input=wanted), f"run {path}")
        node = result.upsert_bucket.bucket if result.upsert_bucket else None
        if node is None:
            raise SchemaMismatchError(
                f"run {path}: the response does not contain it", operation="RestoreRun"
            )
        run = Run(self._client, self._restoring.entity, self._restoring.project, node.name, node)
        return StartedRun(run, node.events_line_count or 0)

    # Metrics.

    def _send_rows(
        self, run: Run, stream: str, stored: StoredRows | None, start: int
    ) -> Flow[None]:
        """Send the lines that the run does not have yet."""
        if stored is None:
            return
        rows = yield from in_flow(lambda: load_rows(self._restoring.place, stored))
        for offset in range(start, len(rows), LINES_PER_REQUEST):
            lines = [json.dumps(row) for row in rows[offset : offset + LINES_PER_REQUEST]]
            body = {"files": {stream: {"offset": offset, "content": lines}}}
            what = f"{stream} of run {run.full_path}"
            yield StreamRequest(self._client, run, what, json.dumps(body).encode())

    # Files.

    def _upload_files(self, run: Run, record: RunRecord) -> Flow[None]:
        """Upload the files that the run does not have, or has with another content."""
        if not record.files:
            return
        listed = SignedUrls(FileSelection(self._client, run, [], None), [])
        files = yield from listed.load_items(slice(None))
        known = {file.name: file.md5 for file in files if file.updated_at is not None}
        wanted = [f for f in record.files if f.md5 is None or known.get(f.name) != f.md5]
        if not wanted:
            return
        local = yield from in_flow(lambda: list(self._fetch(run, wanted)))
        sent = SentFiles(self._restoring, run.full_path)
        yield from upload_files(self._client, run, local, sent.options())

    def _fetch(self, run: Run, files: Sequence[StoredContent]) -> Iterator[LocalFile]:
        """Yield the local files with the contents of some files; those that are damaged fail."""
        place = self._restoring.place
        for file in files:
            try:
                local = place.fetch(file.content)
                check_content(local, file.content, place)
            except DiskError as error:
                self._restoring.fail(f"{run.full_path}/{file.name}", error)
            else:
                yield LocalFile(local, file.name)


def load_rows(place: Place, stored: StoredRows) -> list[dict[str, object]]:
    """Return the rows in a file of a mirror; raises DiskError if it is missing or damaged."""
    content = place.read(stored.file)
    if content is None:
        raise DiskError(f"{stored.file} is missing in {place.name}; mirror again")
    if stored.md5 not in {None, md5_text(content)}:
        raise damaged_content(stored.file, place)
    try:
        return read_rows(content, f".{stored.file.rpartition('.')[2]}")
    except ImportError as error:
        raise UsageError(str(error)) from error
    except ValueError as error:
        raise damaged_content(stored.file, place) from error
