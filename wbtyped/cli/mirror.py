"""`wbtyped mirror`: keep a project in a folder or an object store."""

import json
from dataclasses import dataclass

from ..api import Api
from ..extras import require
from ..mirror.report import MirrorProgress, MirrorReport
from .connection import connect
from .output import counted, human_size, print_err, print_out
from .scan_line import ScanLine

SHOWN_PATHS = 10
"""Deleted objects that are named."""


@dataclass(frozen=True, slots=True)
class MirrorChoice:
    """What to mirror, and how."""

    runs: bool
    artifacts: bool
    verify: bool
    delete: bool
    dry_run: bool
    jobs: int


def mirror_to(
    project: str, target: str, choice: MirrorChoice, base_url: str | None, *, as_json: bool
) -> int:
    """Mirror a project, and return the exit code."""
    require_for(target)
    with connect(base_url) as api:
        report = mirror_with(api, project, target, choice)
    print_report(report, as_json=as_json)
    if not as_json:
        print_deleted(report, removed=choice.delete)
    return 0 if report.ok else 1


def require_for(place: str) -> None:
    """Exit and say what to install, if a URL needs what is not installed."""
    if "://" in place:
        require("fsspec")


def mirror_with(api: Api, project: str, target: str, choice: MirrorChoice) -> MirrorReport:
    """Mirror a project, showing the progress."""
    with ScanLine() as line:
        return api.mirror(
            project, target, runs=choice.runs, artifacts=choice.artifacts, verify=choice.verify,
            delete=choice.delete, dry_run=choice.dry_run, jobs=choice.jobs,
            progress=lambda progress: line.show_text(progress_text(progress)),
        )  # fmt: skip


def progress_text(progress: MirrorProgress) -> str:
    """Return one line about the progress."""
    return (
        f"{counted(progress.runs, 'run')}, {counted(progress.versions, 'version')} read,"
        f" {counted(progress.contents, 'content')} ({human_size(progress.size)}) transferred"
    )


def print_report(report: MirrorReport, *, as_json: bool) -> None:
    """Print what was done; failures on stderr."""
    if as_json:
        print(json.dumps(report.to_dict()))
        return
    for path, reason in report.failed:
        print_err(f"wbtyped: {path}: {reason}")
    done = "to transfer" if report.is_dry_run else "transferred"
    print_out(
        f"{report.source} to {report.target}: {counted(report.runs, 'run')}"
        f" ({report.new_runs:,} new), {counted(report.versions, 'version')}"
        f" ({report.new_versions:,} new), {counted(report.contents, 'content')}"
        f" ({human_size(report.size)}) {done}"
    )
    for line in report.left_out:
        print_out(f"not kept: {line}")


def print_deleted(report: MirrorReport, *, removed: bool) -> None:
    """Print what the server no longer has."""
    if report.deleted:
        what = "removed" if removed else "kept, and marked"
        more = len(report.deleted) - SHOWN_PATHS
        shown = ", ".join(report.deleted[:SHOWN_PATHS]) + (
            f" and {more:,} more" if more > 0 else ""
        )
        print_out(f"no longer on the server, {what}: {shown}")
