"""Mirror what runs log step by step: their history, and their system metrics."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from wbtyped_graphql import calls
from wbtyped_graphql.mirrored_runs import MirroredRunsProjectRunsEdgesNode as RunNode

from ..artifacts.lineage import Run
from ..errors import WbtypedError
from ..row_files import write_rows
from ..runs.history import Row
from ..runs.history_scan import HistoryScan
from ..runs.ref import require_run
from ..runs.run_data import read_object
from ..transport.flow import Flow, ask
from .contents import md5_text
from .mirroring import Mirroring
from .place import HISTORY, SYSTEM_METRICS
from .planned_run import PlannedRun
from .records import StoredRows

STEPS_PER_REQUEST = 1000
MOST_WINDOWS = 2000
"""Requests for the history of one run, if the server seems to leave steps out."""
LOGGED_MEANWHILE = 10_000
"""Entries of system metrics that a run may add until they are read; all come in one response."""
PLAIN_NAME = re.compile(r"[a-z0-9_-]{1,100}")


class RowCollector:
    """Mirrors histories and system metrics."""

    def __init__(self, mirroring: Mirroring) -> None:
        self._mirroring = mirroring
        self._owners: dict[str, str] = {}
        """Ids of the runs whose files have the plain names of runs, by name."""
        for run in mirroring.catalog.runs:
            self._owners.setdefault(run.name, run.id)

    def flows(self, planned: PlannedRun) -> Iterator[Flow[None]]:
        """Yield the flows that read what a run has logged since it was mirrored."""
        node, known = planned.node, planned.known
        history = known.history if known else None
        if history and self._is_current(history, planned, node.history_line_count):
            planned.history = history
        elif node.history_line_count != 0:
            yield self._read_history(planned)
        metrics = known.system_metrics if known else None
        if metrics and self._is_current(metrics, planned, node.events_line_count):
            planned.system_metrics = metrics
        elif node.events_line_count != 0:
            yield self._read_system_metrics(planned)

    def _is_current(self, stored: StoredRows, planned: PlannedRun, count: int | None) -> bool:
        """Return True if a run has logged nothing since, as far as the server tells."""
        return (
            not self._mirroring.options.verify
            and (stored.line_count, stored.heartbeat_at) == (count, planned.node.heartbeat_at)
            and self._mirroring.place.has(stored.file)
        )

    def _read_history(self, planned: PlannedRun) -> Flow[None]:
        try:
            rows = yield from load_all_steps(planned.run, planned.node.history_line_count)
        except WbtypedError as error:
            self._fail(f"history of {planned.run.full_path}", error)
            planned.history = planned.known.history if planned.known else None
            return
        planned.history = self._store(HISTORY, planned, rows, planned.node.history_line_count)

    def _read_system_metrics(self, planned: PlannedRun) -> Flow[None]:
        try:
            rows = yield from load_events(planned.run, planned.node.events_line_count)
        except WbtypedError as error:
            self._fail(f"system metrics of {planned.run.full_path}", error)
            planned.system_metrics = planned.known.system_metrics if planned.known else None
            return
        count = planned.node.events_line_count
        planned.system_metrics = self._store(SYSTEM_METRICS, planned, rows, count)

    def _store(
        self, folder: str, planned: PlannedRun, rows: Sequence[Row], line_count: int | None
    ) -> StoredRows | None:
        """Write rows to a file of their own."""
        if (missing := (line_count or 0) - len(rows)) > 0:
            what = folder.replace("_", " ")
            self._mirroring.lost[f"{{}} lines of {what}, which the server does not send"] += missing
        if not rows:
            return None
        content, suffix = write_rows(rows)
        file = f"{folder}/{self._file_name(planned.node)}{suffix}"
        self._mirroring.place.write(file, content)
        return StoredRows(
            file=file, md5=md5_text(content), rows=len(rows), line_count=line_count,
            heartbeat_at=planned.node.heartbeat_at,
        )  # fmt: skip

    def _file_name(self, node: RunNode) -> str:
        """Return a name for the files of a run; a deleted run may have had the same name."""
        name = file_name(node.name)
        if self._owners.setdefault(node.name, node.id) == node.id:
            return name
        return f"{name}.{sha256(node.id.encode()).hexdigest()[:16]}"

    def _fail(self, path: str, reason: object) -> None:
        self._mirroring.report.failed.append((path, str(reason)))


def load_all_steps(run: Run, count: int | None) -> Flow[list[Row]]:
    """Return all steps of a run.

    If steps are missing in the end, windows are read that cannot have more than a response has.
    """
    scan = HistoryScan.of(run, None, STEPS_PER_REQUEST, None, None)
    rows = yield from (yield from scan.start()).all_rows()
    if len(rows) >= (count or 0):
        return rows
    pages = yield from replace(scan, only_narrow=True).start()
    if pages.narrow_windows > MOST_WINDOWS:
        return rows
    return max(rows, (yield from pages.all_rows()), key=len)


def load_events(run: Run, count: int | None) -> Flow[list[Row]]:
    """Return the system metrics of a run."""
    result = yield from ask(
        calls.run_events(
            entity=run.entity, project=run.project, name=run.id,
            samples=(count or 0) + LOGGED_MEANWHILE,
        )
    )  # fmt: skip
    found = require_run(run, result.project)
    return [read_object(line, f"system metrics of run {run.full_path}") for line in found.events]


def file_name(run: str) -> str:
    """Return a name for the files of a run that every file system can hold."""
    if PLAIN_NAME.fullmatch(run):
        return run
    plain = re.sub(r"[^a-z0-9_-]", "_", run.lower())[:50]
    return f"{plain}.{sha256(run.encode(errors='surrogatepass')).hexdigest()[:16]}"
