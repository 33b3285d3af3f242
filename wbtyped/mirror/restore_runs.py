"""Restore the runs of a mirror: config, summary, history and files."""

import json

from wbtyped_graphql import calls
from wbtyped_graphql.input_types import UpsertBucketInput

from ..artifacts.lineage import Run, Runs
from ..errors import DiskError, SchemaMismatchError, WbtypedError
from ..row_files import read_rows
from ..runs.download import SignedUrls
from ..runs.ending import ENDED
from ..runs.ref import FileSelection
from ..runs.stream_request import StreamRequest
from ..runs.upload import LocalFile, upload_local
from ..transport.flow import Flow, ask
from .records import RunRecord
from .restoring import Restoring

RUNS_PER_PAGE = 1000
HISTORY_FILE = "wandb-history.jsonl"
LINES_PER_REQUEST = 500


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
        known = {run.id for run in listed}
        records = [run for run in self._restoring.catalog.runs if run.deleted_at is None]
        for record in sorted(records, key=lambda run: (run.created_at, run.name)):
            self._report.runs += 1
            self._report.new_runs += record.name not in known
            try:
                self._restore(record)
            except WbtypedError as error:
                self._restoring.fail(f"{self._restoring.path}/{record.name}", error)
            self._restoring.end_step()

    def _restore(self, record: RunRecord) -> None:
        if record.sweep:
            self._restoring.lost["the sweeps of {} runs"] += 1
        run = self._client.run(self._create(record))
        self._client.run(self._send_history(run, record))
        self._upload_files(run, record)
        if run.state not in ENDED:
            run.finish(0 if record.state == "finished" else 1)
        # The end of a run may change its state and its summary, so they are sent once more.
        self._client.run(self._create(record, ended=True))

    def _create(self, record: RunRecord, *, ended: bool = False) -> Flow[Run]:
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
        return Run(self._client, self._restoring.entity, self._restoring.project, node.name, node)

    def _send_history(self, run: Run, record: RunRecord) -> Flow[None]:
        """Send the steps that the run does not have yet."""
        if record.history is None:
            return
        file = record.history.file
        content = self._restoring.place.read(file)
        if content is None:
            raise DiskError(f"{file} is missing in {self._restoring.place.name}")
        rows = read_rows(content, f".{file.rpartition('.')[2]}")
        start = run.attrs.history_line_count or 0
        for offset in range(start, len(rows), LINES_PER_REQUEST):
            lines = [json.dumps(row) for row in rows[offset : offset + LINES_PER_REQUEST]]
            body = {"files": {HISTORY_FILE: {"offset": offset, "content": lines}}}
            what = f"history of run {run.full_path}"
            yield StreamRequest(self._client, run, what, json.dumps(body).encode())

    def _upload_files(self, run: Run, record: RunRecord) -> None:
        """Upload the files that the run does not have, or has with another content."""
        listed = SignedUrls(FileSelection(self._client, run, [], None), [])
        known = {file.name: file.md5 for file in listed}
        flows = self._restoring.new_flows()
        for file in record.files:
            if file.md5 is None or known.get(file.name) != file.md5:
                path = self._restoring.place.fetch(file.content)
                flows.add(self._upload(run, LocalFile(path, file.name), file.size))
        self._restoring.run_flows(flows)
        for file in record.files:
            self._restoring.place.forget(file.content)

    def _upload(self, run: Run, file: LocalFile, size: int) -> Flow[None]:
        try:
            yield from upload_local(self._client, run, file)
        except WbtypedError as error:
            self._restoring.fail(f"{run.full_path}/{file.name}", error)
            return
        self._report.contents += 1
        self._report.size += size
