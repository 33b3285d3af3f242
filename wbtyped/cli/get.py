"""`wbtyped get`: download the files of a run or of an artifact version in parallel."""

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
from .progress import Reporter, SilentReporter, make_reporter


@dataclass(frozen=True, slots=True)
class GetOptions:
    """Options of a download; None leaves the choice to the environment or a default."""

    root: Path | None = None
    base_url: str | None = None
    cache: bool | None = None
    offline: bool | None = None
    engine: EngineName | None = None
    jobs: int | None = None
    as_json: bool = False

    def connect(self) -> Api:
        """Return a client with these options."""
        return connect(self.base_url, cache=self.cache, offline=self.offline)

    def batch_options(self, api: Api, reporter: Reporter) -> BatchOptions:
        """Return options for a batch that continues when a file fails."""
        options = build_options(api.settings, {"engine": self.engine, "jobs": self.jobs})
        return replace(options, on_error="collect", observer=reporter)


def get_files(
    path: str, names: Sequence[str], pattern: str | None, options: GetOptions, *, replace: bool
) -> int:
    """Download files of a run and report on each; return the exit code."""
    with options.connect() as api:
        files = api.run(path).files(names, pattern)
        with reporter_for(options) as reporter:
            batch_options = options.batch_options(api, reporter)
            root = options.root or Path()
            make_run_batch(files.selection, root, replace, batch_options).run()
    print_summary(reporter, options, {})
    return 1 if reporter.failures else 0


def get_artifact(path: str, options: GetOptions) -> int:
    """Download an artifact version and report on each file; return the exit code."""
    with options.connect() as api:
        artifact = api.artifact(path)
        entries = list(artifact.manifest)
        with reporter_for(options) as reporter:
            batch_options = options.batch_options(api, reporter)
            batch = make_version_batch(
                artifact.contents, entries, options.root, False, batch_options
            )
            result = batch.run()
        name, folder = artifact.qualified_name, str(result.root)
    print_summary(reporter, options, {"artifact": name, "folder": folder, "files": len(entries)})
    if not options.as_json and result.ok:
        unverified = len(result.unverified)
        checked = f"{unverified:,} could not be verified" if unverified else "all verified"
        print_out(f"{counted(len(entries))} of {name} in {folder}, {checked}")
    return 1 if reporter.failures else 0


def reporter_for(options: GetOptions) -> Reporter:
    """Return a reporter that fits the output: silent for JSON, else a bar or lines."""
    return SilentReporter("get") if options.as_json else make_reporter("get")


def print_summary(reporter: Reporter, options: GetOptions, facts: Mapping[str, object]) -> None:
    """Print the counts in one line, or everything that is known as JSON."""
    if not options.as_json:
        print_out(reporter.summary())
        return
    failures = [{"name": name, "reason": reason} for name, reason in reporter.failures]
    counts = {"done": reporter.done, "size": reporter.size, "failures": failures}
    print(json.dumps({**facts, **counts}))
