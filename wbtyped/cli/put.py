"""`wbtyped put`: upload files and folders to a run."""

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from ..api import Api
from ..artifacts.lineage import Run
from ..errors import NotFoundError, UsageError, WbtypedError
from ..paths import parse_run_path
from ..runs.upload import LocalFile, upload_file
from .connection import connect
from .output import print_out
from .progress import Reporter, SilentReporter, make_reporter

DEFAULT_JOBS = 8
"""Number of parallel uploads."""
TICK_SECONDS = 0.1
"""Seconds between two reports of the progress."""


@dataclass(frozen=True, slots=True)
class PutOptions:
    """Options of an upload."""

    root: Path = Path()
    create: bool = False
    jobs: int = DEFAULT_JOBS
    as_json: bool = False
    base_url: str | None = None


def put_files(paths: Sequence[Path], run_path: str, options: PutOptions) -> int:
    """Upload files to a run and report on each; return the exit code."""
    files = find_files(paths, options.root)
    with connect(options.base_url) as api:
        run, created = find_run(api, run_path, create=options.create)
        with SilentReporter("put") if options.as_json else make_reporter("put") as reporter:
            upload(run, files, options, reporter)
        if created:
            run.finish()
    print_result(run, reporter, as_json=options.as_json)
    return 1 if reporter.failures else 0


def find_files(paths: Sequence[Path], root: Path) -> list[LocalFile]:
    """Return the files at some paths and in folders below them, named relative to `root`.

    Raises UsageError for a path that does not exist or is not below `root`.
    """
    found = {
        file.name: file
        for path in paths
        for each in (files_below(path) if path.is_dir() else [path])
        for file in [LocalFile.find(each, root)]
    }
    if not found:
        raise UsageError(f"no files in {', '.join(map(str, paths))}")
    return list(found.values())


def files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, sorted; links to folders are not followed."""
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(parent, name)


def find_run(api: Api, path: str, *, create: bool) -> tuple[Run, bool]:
    """Return the run at a path, and whether it was created now."""
    try:
        return api.run(path), False
    except NotFoundError as error:
        if not create:
            raise NotFoundError(
                f"{error}; pass --create to create the run", path=error.path, missing=error.missing
            ) from error
    parts = parse_run_path(path)
    return api.create_run(parts.run, parts.project, parts.entity), True


def upload(run: Run, files: Sequence[LocalFile], options: PutOptions, reporter: Reporter) -> None:
    """Upload files in parallel; one that fails does not stop the others."""
    sizes = {file.name: file.path.stat().st_size for file in files}
    reporter.expect(len(files), sum(sizes.values()))
    sent: dict[str, int] = {}  # of the files being uploaded
    ended: SimpleQueue[Future[str]] = SimpleQueue()
    with ThreadPoolExecutor(options.jobs) as threads:
        names: dict[Future[str], str] = {}
        try:
            for file in files:
                future = threads.submit(upload_one, run, file, options.root, sent)
                names[future] = file.name
                future.add_done_callback(ended.put)
            while names:
                future = next_ended(ended, sent, reporter)
                name = names.pop(future)
                try:
                    future.result()
                except WbtypedError as error:
                    reporter.fail(name, error)
                else:
                    reporter.finish("uploaded", name, sizes[name])
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def upload_one(run: Run, file: LocalFile, root: Path, sent: dict[str, int]) -> str:
    """Upload a file, and keep in `sent` how much of it is sent as long as it is unfinished."""
    try:
        return run.client.run(
            upload_file(
                run.client, run, file.path, root, lambda size: sent.__setitem__(file.name, size)
            )
        )
    finally:
        sent.pop(file.name, None)


def next_ended(
    ended: "SimpleQueue[Future[str]]", sent: dict[str, int], reporter: Reporter
) -> Future[str]:
    """Wait for the end of an upload, and report the progress of all meanwhile."""
    while True:
        try:
            future = ended.get(timeout=TICK_SECONDS)
        except Empty:
            future = None
        # A copy, since the threads change it.
        reporter.underway = sum(list(sent.values()))
        if future is not None:
            return future
        reporter.tick_counted()


def print_result(run: Run, reporter: Reporter, *, as_json: bool) -> None:
    """Print what was uploaded, and where it is."""
    if not as_json:
        print_out(reporter.summary())
        print_out(run.url)
        return
    failures = [{"name": name, "reason": reason} for name, reason in reporter.failures]
    facts = {"run": run.full_path, "url": run.url, "done": reporter.done, "size": reporter.size}
    print(json.dumps({**facts, "failures": failures}))
