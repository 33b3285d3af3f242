"""`wbtyped put`: upload files and folders to a run."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..api import Api
from ..artifacts.lineage import Run
from ..errors import NotFoundError
from ..paths import parse_run_path
from ..runs.many_uploads import find_files, upload_files
from ..upload.batch_options import build_options
from ..upload.options import UploadOptions
from .connection import connect
from .output import print_out
from .progress import Reporter, SilentReporter, make_reporter


@dataclass(frozen=True, slots=True)
class PutOptions:
    """Options of an upload."""

    root: Path = Path()
    create: bool = False
    glob: str | None = None
    upload: UploadOptions = field(default_factory=UploadOptions)
    as_json: bool = False
    base_url: str | None = None


def put_files(paths: Sequence[Path], run_path: str, options: PutOptions) -> int:
    """Upload files to a run and report on each; return the exit code."""
    files = find_files(paths, options.root, options.glob)
    with connect(options.base_url) as api:
        run, created = find_run(api, run_path, create=options.create)
        with SilentReporter("put") if options.as_json else make_reporter("put") as reporter:
            built = build_options(options.upload, "collect", reporter)
            run.client.run(upload_files(run.client, run, files, built))
        if created:
            run.finish()
    print_result(run, reporter, as_json=options.as_json)
    return 1 if reporter.failures else 0


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


def print_result(run: Run, reporter: Reporter, *, as_json: bool) -> None:
    """Print what was uploaded, and where it is."""
    if not as_json:
        print_out(reporter.summary())
        print_out(run.url)
        return
    failures = [{"name": name, "reason": reason} for name, reason in reporter.failures]
    facts = {"run": run.full_path, "url": run.url, "done": reporter.done, "size": reporter.size}
    print(json.dumps({**facts, "failures": failures}))
