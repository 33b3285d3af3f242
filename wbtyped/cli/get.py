"""`wbtyped get`: download files of a run, many at a time."""

import json
from collections.abc import Sequence
from pathlib import Path

from ..download.batch import Options
from ..run_download import batch_of
from .connection import connect
from .output import say
from .progress import Progress, Silent, progress


def get_files(
    path: str,
    names: Sequence[str],
    pattern: str | None,
    *,
    root: Path,
    replace: bool,
    base_url: str | None,
    as_json: bool = False,
) -> int:
    """Download files and report on each; returns the exit code."""
    with Silent("get") if as_json else progress("get") as report:
        download(path, names, pattern, root, report, replace=replace, base_url=base_url)
    if as_json:
        failures = [{"name": name, "reason": reason} for name, reason in report.failures]
        print(json.dumps({"done": report.done, "size": report.size, "failures": failures}))
    else:
        say(report.summary())
    return 1 if report.failures else 0


def download(
    path: str,
    names: Sequence[str],
    pattern: str | None,
    root: Path,
    report: Progress,
    *,
    replace: bool,
    base_url: str | None = None,
) -> None:
    """Download files of a run; what becomes of each is in the report."""
    with connect(base_url) as api:
        files = api.run(path).files(names, pattern)
        batch_of(files, root, replace, Options(on_error="collect", observer=report)).run()
