"""`wbtyped get`: download files of a run or of an artifact version in parallel."""

import json
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from glob import escape as glob_escape
from pathlib import Path
from typing import Self

from ..api import Api
from ..artifacts.contents.download import make_batch as make_version_batch
from ..artifacts.contents.download import only_entry
from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.lineage import Artifact, Run
from ..download.batch import BatchOptions, build_options
from ..download.options import EngineName
from ..download.progress import BarReporter
from ..errors import NotFoundError, UsageError
from ..runs.download import make_batch as make_run_batch
from ..runs.ref import FileSelection
from .connection import connect
from .fetch_one import STDOUT, MakeBatch, run_file, save_file, version_file
from .names import NameFilter, check_either
from .output import counted, print_out
from .progress import LineReporter, Reporter, SilentReporter, TerminalReporter, make_reporter
from .targets import files_named, find_target, wrong_kind


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
    output: Path | None = None
    """Where to save a single file; `-` for stdout."""
    replace: bool = False
    """Whether files of a run may replace others."""

    def connect(self) -> Api:
        """Return a client with these options."""
        return connect(self.base_url, cache=self.cache, offline=self.offline)

    def batch_options(self, api: Api, reporter: Reporter) -> BatchOptions:
        """Return options for a batch that continues when a file fails."""
        options = build_options(api.settings, {"engine": self.engine, "jobs": self.jobs})
        return options._replace(on_error="collect", observer=reporter)


def get_path(
    path: str,
    names: Sequence[str],
    name_filter: NameFilter,
    options: GetOptions,
    type_name: str | None = None,
) -> int:
    """Download what a path names, or some files of it; return the exit code."""
    with options.connect() as api:
        files = files_named(api, path, names)
        check_either(files, name_filter)
        target = find_target(api, path, type_name)
        if isinstance(target, Run):
            if options.output is not None:
                return get_one(api, run_file(target, the_name(files)), options)
            if not names:
                files = [file_or_folder(target, name) for name in files]
            return get_files(api, target, files, name_filter, options)
        if isinstance(target, Artifact):
            if options.output is not None:
                return get_one(api, version_file(target, one_entry(target, files)), options)
            return get_version(api, target, files, name_filter, options)
    raise wrong_kind(path, target, "a run or an artifact version, collection:alias")


# Single files.


def the_name(names: Sequence[str]) -> str:
    """Return the only name; raises UsageError for none and for several."""
    if len(names) != 1:
        raise UsageError("--output takes one file; name it after the path")
    return names[0]


def one_entry(artifact: Artifact, names: Sequence[str]) -> ArtifactManifestEntry:
    """Return the named file of a version, or its only file."""
    return artifact.get_entry(the_name(names)) if names else only_entry(artifact.contents)


def get_one(api: Api, make: MakeBatch, options: GetOptions) -> int:
    """Save a file where the user wants it; return the exit code."""
    output = options.output or STDOUT
    with reporter_for(options) as reporter:
        save_file(make, output, options.batch_options(api, reporter))
    if output != STDOUT:
        print_summary(reporter, options, {"file": str(output)})
    return 1 if reporter.failures else 0


# Many files.


def file_or_folder(run: Run, name: str) -> str:
    """Return a name, with a slash if it is that of a folder, which the URL of its page omits."""
    return name if any(file.updated_at for file in run.files([name])) else f"{name}/"


def get_files(
    api: Api, run: Run, names: Sequence[str], name_filter: NameFilter, options: GetOptions
) -> int:
    """Download files of a run and report on each; return the exit code."""
    folders = [name for name in names if name.endswith("/")]
    exact = [name for name in names if not name.endswith("/")]
    with reporter_for(options) as reporter:
        download = partial(download_selection, api, options, reporter)
        if exact or not folders:
            selected = (exact, name_filter.pattern, name_filter.glob)
            name_filter.check_matches(download(FileSelection(run.client, run, *selected)))
        for folder in folders:
            selection = FileSelection(run.client, run, [], None, glob_escape(folder))
            if not download(selection):
                reporter.fail(folder, f"run {run.full_path} has no files in this folder")
    print_summary(reporter, options, {})
    return 1 if reporter.failures else 0


def download_selection(
    api: Api, options: GetOptions, reporter: Reporter, selection: FileSelection
) -> int:
    """Download some files of a run; return how many were listed."""
    root = options.root or Path()
    batch_options = options.batch_options(api, reporter)
    result = make_run_batch(selection, root, options.replace, batch_options).run()
    done = len(result.written) + len(result.cached) + len(result.kept)
    return done + len(result.failed)


def get_version(
    api: Api, artifact: Artifact, names: Sequence[str], name_filter: NameFilter, options: GetOptions
) -> int:
    """Download files of a version and report on each; return the exit code."""
    entries, missing = chosen_entries(artifact, names, name_filter)
    with reporter_for(options) as reporter:
        for error in missing:
            reporter.fail(error.path, error)
        batch_options = options.batch_options(api, reporter)
        batch = make_version_batch(artifact.contents, entries, options.root, False, batch_options)
        result = batch.run()
    name_filter.check_matches(len(entries))
    name, folder = artifact.qualified_name, str(result.root)
    print_summary(reporter, options, {"artifact": name, "folder": folder, "files": len(entries)})
    if entries and not options.as_json and not reporter.failures:
        unverified = len(result.unverified)
        checked = f"{unverified:,} could not be verified" if unverified else "all verified"
        print_out(f"{counted(len(entries))} of {name} in {folder}, {checked}")
    return 1 if reporter.failures else 0


def chosen_entries(
    artifact: Artifact, names: Collection[str], name_filter: NameFilter
) -> tuple[list[ArtifactManifestEntry], list[NotFoundError]]:
    """Return the files with these names, or in folders of these names, and what is missing.

    Without names it is every file that the filter selects.
    """
    found: list[ArtifactManifestEntry] = []
    missing: list[NotFoundError] = []
    manifest = artifact.manifest
    if not names:
        matches = name_filter.matcher()
        return [entry for entry in manifest if matches(entry.path)], missing
    for name in names:
        entries = manifest.get_entries_in_directory(name.strip("/"))
        try:
            found += entries or [artifact.get_entry(name)]
        except NotFoundError as error:
            missing.append(error)
    return found, missing


# Reports.


class RawLineReporter(LineReporter):
    """Leaves stdout to the bytes of a file: prints failures, and progress if it takes long."""

    def show(self, status: str, name: str, size: int) -> None:
        """Show nothing."""


class RawBarReporter(TerminalReporter):
    """Draws the bar on stderr, while stdout takes the bytes of a file."""

    def __enter__(self) -> Self:
        self._bar = BarReporter(self.action)
        return self


def reporter_for(options: GetOptions) -> Reporter:
    """Return a reporter that fits the output: a bar or lines, less for JSON and raw bytes."""
    if options.output == STDOUT:
        draws = sys.stderr.isatty() and not sys.stdout.isatty()
        return RawBarReporter("get") if draws else RawLineReporter("get")
    return SilentReporter("get") if options.as_json else make_reporter("get")


def print_summary(reporter: Reporter, options: GetOptions, facts: Mapping[str, object]) -> None:
    """Print the counts in one line, or everything that is known as JSON."""
    if not options.as_json:
        print_out(reporter.summary())
        return
    failures = [{"name": name, "reason": reason} for name, reason in reporter.failures]
    counts = {"done": reporter.done, "size": reporter.size, "failures": failures}
    print(json.dumps({**facts, **counts}))
