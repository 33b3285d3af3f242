"""`wbtyped demo`: a tour on the embedded server, from upload to compared digests."""

import os
import shlex
import tempfile
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from ..artifacts.lineage import File, Run
from ..download.disk.digests import file_digest
from ..errors import WbtypedError
from ..runs.download import make_batch
from ..server import WandbServer
from .connection import connect
from .get import GetOptions
from .output import counted, human_size, print_err, print_out, show_table
from .progress import failure_line, make_reporter
from .samples import Sample, choose_samples

PROJECT = "demo"
ARTIFACT = "samples"
FILES_PER_PAGE = 50
FILES_PER_LINE = 50
"""Files between two lines of progress without a terminal."""
UPLOAD_JOBS = 8
"""Number of parallel uploads."""
KEPT_RUN = """run = api.run("{path}")"""
NEW_RUN = """run = api.create_run(project="tour")
      run.upload_file("notes.txt")  # one of your files"""
NEXT_STEPS = """
Next, start a server that keeps its data:
  wbtyped serve {data}
Export the two variables that it prints. Then, in Python:
  from wbtyped import Api
  with Api() as api:
      {run}
      for file in run.files():
          print(run.full_path, file.name, file.size, file.md5)
or on the command line:
  wbtyped ls {path}
The README has a longer example."""


def run_demo(count: int, large: int, keep: Path | None) -> int:
    """Run the demo in a folder of its own; return the exit code."""
    samples = choose_samples(count, large)
    with (
        work_folder(keep) as folder,
        WandbServer(folder / "server") as server,
        isolated_settings(folder / "settings", server.env),
    ):
        print_out(f"embedded server at {server.url}")
        path, failures = tour(folder, samples)
        collection = f"{server.entity}/{PROJECT}/{ARTIFACT}"
        server.add_artifact(
            collection, "dataset", folder / "originals", aliases=["demo"], logged_by=path
        )
        failures += artifact_tour(f"{collection}:demo", folder / "artifact")
    if failures:
        print_err(f"wbtyped: the demo failed: {', '.join(failures)}")
        return 1
    print_next_steps(path, keep)
    return 0


def print_next_steps(path: str, keep: Path | None) -> None:
    """Print what to try next: with the kept run, or with a new one."""
    if keep:
        data, run = shlex.quote(str(keep / "server")), KEPT_RUN.format(path=path)
    else:
        data, run, path = "./wandb-data", NEW_RUN, "me/tour/RUN"
    for line in NEXT_STEPS.format(data=data, run=run, path=path).splitlines():
        print_out(line)


@contextmanager
def work_folder(keep: Path | None) -> Generator[Path]:
    """Yield the folder `keep`, or a temporary one that is removed at the end."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="wbtyped-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def isolated_settings(missing: Path, env: Mapping[str, str]) -> Generator[None]:
    """Set the environment to `env`, without any other W&B settings and without proxies.

    The folder `missing` does not exist, so that neither netrc nor settings files are found.
    """
    before = dict(os.environ)
    for name in before:
        if name.startswith("WANDB_"):
            del os.environ[name]
    hidden = dict.fromkeys(("WANDB_DIR", "WANDB_CONFIG_DIR", "NETRC"), str(missing))
    os.environ.update({**hidden, **env, "NO_PROXY": "*", "no_proxy": "*"})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def tour(folder: Path, samples: Sequence[Sample]) -> tuple[str, list[str]]:
    """Upload, list and download files on the server of the environment.

    Return the path of the run, and the names of the files that failed.
    """
    originals, downloads = folder / "originals", folder / "downloads"
    for sample in samples:
        sample.write(originals)
    total = human_size(sum(sample.size for sample in samples))
    print_out(f"made {counted(len(samples))} ({total}) in {originals}")
    with connect() as api:
        api.create_project(PROJECT)
        run = api.create_run(project=PROJECT)
        print_out(f"created run {run.full_path}")
        failures = upload(run, originals, samples)
        listed = list_pages(run)
    failures |= download(run.full_path, downloads)
    wrong = find_differences(samples, listed, originals, downloads)
    for name, reason in wrong.items():
        if name not in failures:
            print_err(failure_line(name, reason))
    print_folders(samples, wrong)
    equal = len(samples) - len(wrong.keys() & {sample.name for sample in samples})
    print_out(f"compared the digests of {counted(len(samples))}: {equal:,} equal")
    return run.full_path, sorted(failures | wrong.keys())


def artifact_tour(path: str, root: Path) -> list[str]:
    """Show, download and verify an artifact; return its name if something failed."""
    with connect() as api:
        artifact = api.artifact(path)
        creator = artifact.logged_by()
        print_out(
            f"artifact {artifact.qualified_name}: {counted(artifact.file_count)}"
            f" ({human_size(artifact.size)}), logged by {creator.full_path if creator else '-'}"
        )
        try:
            artifact.download(root)
            artifact.verify(root)
        except WbtypedError as error:
            print_err(failure_line(artifact.qualified_name, str(error)))
            return [artifact.qualified_name]
    print_out(f"downloaded it and verified every digest: {counted(artifact.file_count)} OK")
    return []


def upload(run: Run, originals: Path, samples: Sequence[Sample]) -> set[str]:
    """Upload files in parallel; return the names of those that failed."""
    with (
        make_reporter("upload", every=FILES_PER_LINE) as reporter,
        ThreadPoolExecutor(UPLOAD_JOBS) as threads,
    ):
        reporter.expect(len(samples), sum(sample.size for sample in samples))
        uploads = {
            threads.submit(run.upload_file, originals / sample.name, originals): sample
            for sample in samples
        }
        try:
            for future in as_completed(uploads):
                sample = uploads[future]
                try:
                    future.result()
                except WbtypedError as error:
                    reporter.fail(sample.name, error)
                else:
                    reporter.finish("uploaded", sample.name, sample.size)
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
    print_out(reporter.summary())
    return {name for name, _ in reporter.failures}


def list_pages(run: Run) -> dict[str, File]:
    """List the run page by page; return its files by name."""
    listed: dict[str, File] = {}
    for number, page in enumerate(run.files(per_page=FILES_PER_PAGE).pages(), start=1):
        listed.update((file.name, file) for file in page)
        print_out(
            f"page {number}: {counted(len(page))}, the last is {page[-1].name if page else '-'}"
        )
    return listed


def download(path: str, downloads: Path) -> set[str]:
    """Download the run; return the names of the files that failed."""
    with make_reporter("download", every=FILES_PER_LINE) as reporter, connect() as api:
        options = GetOptions().batch_options(api, reporter)
        make_batch(api.run(path).files().selection, downloads, False, options).run()
    print_out(reporter.summary())
    return {name for name, _ in reporter.failures}


def find_differences(
    samples: Sequence[Sample], listed: Mapping[str, File], originals: Path, downloads: Path
) -> dict[str, str]:
    """Compare originals, list and downloads; return a reason for each name that differs."""
    wrong = dict.fromkeys(listed, "listed, but never uploaded")
    for sample in samples:
        wrong.pop(sample.name, None)
        digest = file_digest(originals / sample.name, "MD5")
        file, copy = listed.get(sample.name), downloads / sample.name
        if file is None:
            wrong[sample.name] = "not in the list"
        elif (file.size, file.md5) != (sample.size, digest):
            wrong[sample.name] = f"listed with MD5 {file.md5}, but has {digest}"
        elif not copy.is_file():
            wrong[sample.name] = "not downloaded"
        elif (actual := file_digest(copy, "MD5")) != digest:
            wrong[sample.name] = f"downloaded with MD5 {actual}, but has {digest}"
    return wrong


def print_folders(samples: Sequence[Sample], wrong: Mapping[str, str]) -> None:
    """Print the number of files, their size, and how many came back equal, by folder."""
    files = Counter(sample.folder for sample in samples)
    equal = Counter(sample.folder for sample in samples if sample.name not in wrong)
    size: Counter[str] = Counter()
    for sample in samples:
        size[sample.folder] += sample.size
    rows = [
        (folder, str(files[folder]), human_size(size[folder]), str(equal[folder]))
        for folder in sorted(files)
    ]
    show_table(("folder", "files", "size", "equal"), rows)
