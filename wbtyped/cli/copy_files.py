"""`wbtyped get --to`, `--dask`: copy files to an object store, by the workers of a cluster."""

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from pathlib import Path

from ..api import Api
from ..artifacts.contents.download import target_folder
from ..artifacts.lineage import Artifact, Run
from ..errors import UsageError
from ..extras import missing_modules, what_to_install
from ..filesystem.chunks.chunk import Chunk
from ..filesystem.chunks.outcome import CopyResult
from ..filesystem.chunks.plan import Cutter, named_files, select_all
from ..filesystem.chunks.run import Workers, copy_chunks
from ..path_lookup import PathObject
from ..projects.project import Project
from .get import GetOptions, chosen_entries, file_or_folder, print_summary
from .names import NameFilter, check_either
from .output import print_err
from .progress import Reporter, SilentReporter, make_reporter
from .targets import files_named, find_target, full_path, wrong_kind

LOCAL_CHUNKS = 2
"""Chunks at a time without a cluster, so that one begins while the last files of another come."""


@dataclass(frozen=True, slots=True)
class CopyOptions:
    """Where to copy to, and who copies."""

    to: str | None = None
    """A URL for fsspec; None for a folder."""
    dask: str | None = None
    """The address of a Dask scheduler; None to copy in this process."""


def copy_path(
    path: str,
    names: Sequence[str],
    name_filter: NameFilter,
    options: GetOptions,
    copy_options: CopyOptions,
    type_name: str | None = None,
) -> int:
    """Copy what a path names, or some files of it; return the exit code."""
    with (
        options.connect() as api,
        SilentReporter("get") if options.as_json else make_reporter("get") as reporter,
    ):
        files = files_named(api, path, names)
        check_either(files, name_filter)
        found = find_target(api, path, type_name)
        if isinstance(found, Run) and not names:
            files = [file_or_folder(found, name) for name in files]
        chunks = plan(api, path, found, files, name_filter, reporter)
        target = copy_options.to or str(default_folder(found, options.root).absolute())
        with workers(copy_options.dask) as executor:
            result = copy_chunks(
                chunks, target, executor, progress=reporter.tick, jobs=options.jobs
            )
        report(result, reporter)
    print_summary(reporter, options, {"path": full_path(found), "target": target})
    return 1 if reporter.failures else 0


def plan(
    api: Api,
    path: str,
    found: PathObject,
    names: Sequence[str],
    name_filter: NameFilter,
    reporter: Reporter,
) -> Iterable[Chunk]:
    """Return the chunks of the chosen files; report those that are missing."""
    cutter = Cutter(api.settings.base_url)
    if isinstance(found, Artifact):
        return cutter.cut_version(found, version_selection(found, names, name_filter, reporter))
    if isinstance(found, Run):
        return plan_run(cutter, found, names, name_filter, reporter)
    if isinstance(found, Project):
        if names or name_filter.selects:
            raise UsageError("NAME, --pattern and --glob select files of one run or version")
        return cutter.cut_project(found)
    raise wrong_kind(path, found, "a project, a run or an artifact version, collection:alias")


def version_selection(
    version: Artifact, names: Sequence[str], name_filter: NameFilter, reporter: Reporter
) -> Callable[[str], bool]:
    """Return a predicate for the chosen files of a version."""
    if not names:
        return name_filter.matcher() if name_filter.selects else select_all
    entries, missing = chosen_entries(version, names, name_filter)
    for error in missing:
        reporter.fail(error.path, error)
    return frozenset(entry.path for entry in entries).__contains__


def plan_run(
    cutter: Cutter, run: Run, names: Sequence[str], name_filter: NameFilter, reporter: Reporter
) -> Iterable[Chunk]:
    """Return the chunks of the chosen files of a run; `NAME/` is a folder."""
    if not names:
        return cutter.cut_run(run, name_filter.matcher())
    folders = tuple(name for name in names if name.endswith("/"))
    files, missing = named_files(run, [name for name in names if name not in folders])
    for error in missing:
        reporter.fail(error.path, error)
    chunks = cutter.cut_files(run, files) if files else iter(())
    if not folders:
        return chunks
    return chain(chunks, cutter.cut_run(run, lambda name: name.startswith(folders)))


def default_folder(found: PathObject, root: Path | None) -> Path:
    """Return the folder to copy to, as `get` chooses it."""
    if root is not None:
        return root
    return target_folder(found.contents) if isinstance(found, Artifact) else Path()


@contextmanager
def workers(dask: str | None) -> Generator[Workers]:
    """Yield what copies: threads of this process, or the workers of a Dask scheduler."""
    if dask is None:
        with ThreadPoolExecutor(LOCAL_CHUNKS) as executor:
            yield executor
        return
    if missing_modules("dask"):
        raise UsageError(f"--dask: {what_to_install('dask')}")
    try:
        client = import_module("distributed").Client(dask)
    except (OSError, ValueError) as error:
        raise UsageError(f"--dask: no scheduler responds at {dask}: {error}") from error
    with client:
        yield client


def report(result: CopyResult, reporter: Reporter) -> None:
    """Count what was copied."""
    counts = {"fetched": result.written, "kept": result.kept}
    reporter.done.update({status: files for status, files in counts.items() if files})
    reporter.size += result.size
    for failed in result.failed:
        reporter.fail(failed.name, failed.reason)
    if result.unverified:
        print_err(f"wbtyped: {result.unverified:,} files have no digest to verify them by")
