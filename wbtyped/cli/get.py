"""`wbtyped get`: download files of a run or of a version, many at a time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..api import Api
from ..artifacts.contents.download import make_batch as make_version_batch
from ..download.batch import BatchOptions, build_options
from ..download.options import EngineName
from ..runs.download import make_batch as make_run_batch
from .connection import connect
from .output import counted, print_out
from .progress import Progress, Silent, progress


@dataclass(frozen=True, slots=True)
class GetOptions:
    """What a download is told, beside what to fetch; None where the environment decides."""

    root: Path | None = None
    base_url: str | None = None
    cache: bool | None = None
    offline: bool | None = None
    engine: EngineName | None = None
    jobs: int | None = None
    as_json: bool = False

    def connect(self) -> Api:
        """Return a client that keeps to it."""
        return connect(self.base_url, cache=self.cache, offline=self.offline)

    def options(self, api: Api, report: Progress) -> BatchOptions:
        """Return how the files are fetched: one that fails does not hold up the others."""
        options = build_options(api.settings, {"engine": self.engine, "jobs": self.jobs})
        return replace(options, on_error="collect", observer=report)


def get_files(
    path: str, names: Sequence[str], pattern: str | None, how: GetOptions, *, replace: bool
) -> int:
    """Download files of a run and report on each; returns the exit code."""
    with how.connect() as api:
        files = api.run(path).files(names, pattern)
        with follow(how) as report:
            make_run_batch(
                files.selection, how.root or Path(), replace, how.options(api, report)
            ).run()
    say_what_became(report, how, {})
    return 1 if report.failures else 0


def get_artifact(path: str, how: GetOptions) -> int:
    """Download a version and report on each file; returns the exit code."""
    with how.connect() as api:
        artifact = api.artifact(path)
        entries = list(artifact.manifest)
        with follow(how) as report:
            options = how.options(api, report)
            result = make_version_batch(artifact.contents, entries, how.root, False, options).run()
        name, folder = artifact.qualified_name, str(result.root)
    say_what_became(report, how, {"artifact": name, "folder": folder, "files": len(entries)})
    if not how.as_json and result.ok:
        print_out(f"{counted(len(entries))} of {name} in {folder}, every digest compared")
    return 1 if report.failures else 0


def follow(how: GetOptions) -> Progress:
    """Return what follows the download: on a terminal, elsewhere, or for a machine."""
    return Silent("get") if how.as_json else progress("get")


def say_what_became(report: Progress, how: GetOptions, facts: Mapping[str, object]) -> None:
    """Print how many files came from where, and for a machine all that is known."""
    if not how.as_json:
        print_out(report.summary())
        return
    failures = [{"name": name, "reason": reason} for name, reason in report.failures]
    counts = {"done": report.done, "size": report.size, "failures": failures}
    print(json.dumps({**facts, **counts}))
