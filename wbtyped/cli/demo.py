"""`wbtyped demo`: a cut transfer that resumes, a changed byte that is found, a free repetition.

Whatever a step prints, it has measured: at the embedded server, or on disk. If that is not as it
should be, the demo fails.
"""

import os
import shlex
import tempfile
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..api import Api
from ..artifacts.lineage import Artifact, Run
from ..download.disk.digests import file_digest
from ..download.results import DownloadResult
from ..errors import ChecksumError, WbtypedError
from ..runs.download import make_batch
from ..server import Fault, WandbServer
from .connection import connect
from .get import GetOptions
from .output import counted, human_size, on_terminal, print_err, print_out
from .progress import Reporter, SilentReporter, make_reporter
from .samples import Sample, choose_samples

PROJECT = "demo"
COLLECTION = "samples"
UPLOAD_JOBS = 8
"""Number of parallel uploads."""
NEXT_WITHOUT_DATA = """
Next, keep the data of the demo, or start a server of your own:
  wbtyped demo --keep wbtyped-demo
  wbtyped serve wandb-data"""
NEXT = """
Next, serve what the demo has kept:
  wbtyped serve {data} --port {port}
and in another terminal:
  export WANDB_BASE_URL={url} WANDB_API_KEY={key}
  wbtyped ls {artifact}
  wbtyped verify {artifact} {folder}"""


class DemoFailed(Exception):  # noqa: N818 - it is no error of the program, but its finding
    """Something is not as the demo promises."""


def check(condition: bool, problem: str) -> None:
    """Fail the demo unless something is as it should be."""
    if not condition:
        raise DemoFailed(problem)


def report(what: str, facts: str) -> None:
    """Print one fact."""
    print_out(f"{what:<12} {facts}")


@dataclass(frozen=True, slots=True)
class Stage:
    """What the demo works on."""

    server: WandbServer
    api: Api
    folder: Path
    samples: Sequence[Sample]

    @property
    def originals(self) -> Path:
        """The folder of the uploaded files."""
        return self.folder / "originals"

    def content_requests(self) -> list[str]:
        """Return the Range header, or "", of each request for content since the log was cleared."""
        storage = [request for request in self.server.requests if request.origin == "storage"]
        return [r.headers.get("range", "") for r in storage if r.method == "GET"]


def run_demo(count: int, large: int, keep: Path | None) -> int:
    """Run the demo in a folder of its own; return the exit code."""
    samples = choose_samples(count, large)
    with (
        work_folder(keep) as folder,
        WandbServer(folder / "server") as server,
        isolated_settings(folder / "settings", server.env),
        connect(cache=folder / "cache") as api,
    ):
        stage = Stage(server, api, folder, samples)
        try:
            artifact = show_everything(stage)
        except (DemoFailed, WbtypedError) as error:
            print_err(f"wbtyped: the demo failed: {error}")
            return 1
        print_next_steps(stage, artifact, keep)
    return 0


def show_everything(stage: Stage) -> Artifact:
    """Run every step; return the artifact version that is left."""
    report("server", f"{stage.server.url}, on this machine alone")
    run = show_upload(stage)
    show_resumed_download(stage, run)
    show_free_download(stage, run)
    return show_changed_byte(stage, run)


# The steps.


def show_upload(stage: Stage) -> Run:
    """Upload all samples to a new run."""
    for sample in stage.samples:
        sample.write(stage.originals)
    stage.api.create_project(PROJECT)
    run = stage.api.create_run(project=PROJECT)
    upload(run, stage)
    listed = {file.name: file.size for file in run.files(per_page=1000)}
    check(listed == {s.name: s.size for s in stage.samples}, "the list differs from the uploads")
    total = human_size(sum(listed.values()))
    report("uploaded", f"{counted(len(listed))} ({total}) to {run.full_path}")
    return run


def show_resumed_download(stage: Stage, run: Run) -> None:
    """Download the run while the server cuts the transfer of the largest file once."""
    largest = max(stage.samples, key=lambda sample: sample.size)
    cut = Fault(
        kind="storage-get", path=largest.name.rpartition("/")[2],
        cut_after=max(1, largest.size // 2), times=1,
    )  # fmt: skip
    stage.server.requests.clear()
    with stage.server.fault(cut):
        result = download(stage, run, "downloads")
    resumed = [range_ for range_ in stage.content_requests() if range_]
    check(cut.hits == 1 and len(resumed) == 1, "the cut transfer did not resume")
    start = int(resumed[0].removeprefix("bytes=").removesuffix("-"))
    report("cut", f"the connection, in the middle of {largest.name} ({human_size(largest.size)})")
    report("resumed", f"at byte {start:,}: {human_size(largest.size - start)} were left to fetch")
    check_equal(stage, "downloads")
    report("verified", f"{counted(len(result.written))}, each equal to its original")


def show_free_download(stage: Stage, run: Run) -> None:
    """Download the run again, into another folder."""
    stage.server.requests.clear()
    result = download(stage, run, "again")
    requests = stage.content_requests()
    check(not requests and len(result.cached) == len(stage.samples), "the cache was not used")
    check_equal(stage, "again")
    report(
        "repeated",
        f"{counted(len(result.cached))} into another folder: from the cache,"
        f" {len(requests)} requests for content",
    )


def show_changed_byte(stage: Stage, run: Run) -> Artifact:
    """Change a byte of a downloaded artifact version, find the file, and repair it."""
    name = stage.server.add_artifact(
        f"{run.entity}/{PROJECT}/{COLLECTION}", "dataset", stage.originals, logged_by=run.full_path
    )
    artifact = stage.api.artifact(f"{run.entity}/{PROJECT}/{name}")
    root = stage.folder / "artifact"
    artifact.download(root)
    victim = max(stage.samples, key=lambda sample: sample.size).name
    flip_byte(root / victim)
    report("changed", f"1 byte of {victim} in artifact {artifact.qualified_name}")
    try:
        artifact.verify(root)
    except ChecksumError as error:
        check(error.args[0].endswith(f"; modified: {victim}"), str(error))
        report("detected", f"modified: {victim}")
    else:
        raise DemoFailed("the changed byte was not detected")
    result = artifact.files().download(root)
    artifact.verify(root)
    repaired, kept = len(result.written) + len(result.cached), len(result.kept)
    report("repaired", f"{counted(repaired)}, {kept:,} kept; the folder matches the version again")
    return artifact


def upload(run: Run, stage: Stage) -> None:
    """Upload the samples in parallel; raise for one that failed."""
    with (
        reporter_of("upload") as reporter,
        ThreadPoolExecutor(UPLOAD_JOBS) as threads,
    ):
        reporter.expect(len(stage.samples), sum(sample.size for sample in stage.samples))
        uploads = {
            threads.submit(run.upload_file, stage.originals / sample.name, stage.originals): sample
            for sample in stage.samples
        }
        try:
            for future in as_completed(uploads):
                future.result()
                reporter.finish("uploaded", uploads[future].name, uploads[future].size)
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise


def download(stage: Stage, run: Run, folder: str) -> DownloadResult:
    """Download the run into a folder; raise for the first file that failed."""
    with reporter_of("download") as reporter:
        options = GetOptions().batch_options(stage.api, reporter)
        batch = make_batch(run.files().selection, stage.folder / folder, False, options)
        result = batch.run()
    for failed in result.failed:
        raise failed.error
    return result


def reporter_of(action: str) -> Reporter:
    """Return a bar on a terminal, and nothing elsewhere: each step says what it did."""
    reporter = make_reporter(action) if on_terminal() else SilentReporter(action)
    reporter.how_to_resume = ""
    return reporter


def check_equal(stage: Stage, folder: str) -> None:
    """Fail the demo unless a folder has the same files as the originals."""
    for sample in stage.samples:
        copy = stage.folder / folder / sample.name
        check(copy.is_file(), f"{sample.name} is missing in {folder}")
        digests = (file_digest(path, "MD5") for path in (copy, stage.originals / sample.name))
        check(len(set(digests)) == 1, f"{sample.name} differs in {folder}")


def flip_byte(path: Path) -> None:
    """Change the byte in the middle of a file, but neither its size nor its time."""
    status = path.stat()
    with path.open("r+b") as stream:
        stream.seek(status.st_size // 2)
        byte = stream.read(1)
        stream.seek(status.st_size // 2)
        stream.write(bytes(value ^ 1 for value in byte))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def print_next_steps(stage: Stage, artifact: Artifact, keep: Path | None) -> None:
    """Print what to type next: with the kept data if there are any."""
    text = NEXT_WITHOUT_DATA
    if keep is not None:
        text = NEXT.format(
            data=shlex.quote(str(keep.absolute() / "server")),
            folder=shlex.quote(str(keep.absolute() / "artifact")),
            port=stage.server.url.rpartition(":")[2],
            url=stage.server.url,
            key=shlex.quote(stage.server.api_key),
            artifact=shlex.quote(artifact.qualified_name),
        )
    for line in text.splitlines():
        print_out(line)


# Surroundings.


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
