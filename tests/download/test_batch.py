"""Batches of files, downloaded by each engine."""

import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.conftest import files_in
from wbtyped import Api, Run
from wbtyped.download import batch
from wbtyped.download.disk.part_files import (
    PART_NAME,
    STALE_SECONDS,
    journal_entry,
    journal_header,
    journal_name,
    new_owner_id,
    part_name,
)
from wbtyped.download.engines.choice import choose_engine, suggest_libcurl
from wbtyped.download.options import EngineName
from wbtyped.download.progress import DownloadProgress
from wbtyped.download.worker import Worker
from wbtyped.errors import (
    AuthenticationError,
    FileExistsError,
    NotFoundError,
    UnsafePathError,
    UsageError,
)
from wbtyped.server import Fault, WandbServer

FILES = {f"deep/{n:03}.txt": b"%d" % n * n for n in range(150)}
LARGE = bytes(range(256)) * 12_000


@pytest.fixture
def run(wandb_server: WandbServer, api: Api, engine: EngineName) -> Run:
    wandb_server.add_run("crew/ship/log", FILES)
    return api.run("crew/ship/log")


def unfinished(root: Path) -> list[Path]:
    """Return the part files that are not empty."""
    return [p for p in root.rglob("*.part") if PART_NAME.fullmatch(p.name) and p.stat().st_size]


def fetched(server: WandbServer) -> list[str]:
    return [r.path for r in server.requests if r.origin == "storage"]


# What is downloaded, and what is in place already.


def test_batch_second_download_fetches_nothing(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    result = run.files().download(tmp_path)
    assert result.root == tmp_path
    assert result.ok
    assert result.kept == []
    assert result.failed == []
    assert sorted(result.written) == sorted(FILES)
    assert result.size == sum(map(len, FILES.values()))
    assert files_in(tmp_path) == FILES
    assert {r.authorized for r in wandb_server.requests if r.origin == "storage"} == {False}
    wandb_server.requests.clear()
    again = run.files().download(tmp_path)
    assert again.written == []
    assert sorted(again.kept) == sorted(FILES)
    assert again.size == result.size
    assert fetched(wandb_server) == []


async def test_adownload_pattern_fetches_matching_files(run: Run, tmp_path: Path) -> None:
    result = await run.files(pattern="deep/00%").adownload(tmp_path)
    assert sorted(result.written) == [f"deep/{n:03}.txt" for n in range(10)]


def test_batch_different_content_needs_replace(run: Run, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "005.txt").write_bytes(b"other")
    with pytest.raises(FileExistsError, match="005"):
        run.files().download(tmp_path)
    result = run.files().download(tmp_path, on_error="collect")
    assert [failed.name for failed in result.failed] == ["deep/005.txt"]
    assert files_in(tmp_path) == {**FILES, "deep/005.txt": b"other"}
    assert run.files().download(tmp_path, replace=True).written == ["deep/005.txt"]
    assert files_in(tmp_path) == FILES


def test_batch_missing_names_are_reported(run: Run, tmp_path: Path) -> None:
    assert run.files(pattern="no%").download(tmp_path).ok
    with pytest.raises(NotFoundError, match="'nope'"):
        run.files(["nope"]).download(tmp_path)
    result = run.files(["nope", "deep/001.txt"]).download(tmp_path, on_error="collect")
    assert [failed.name for failed in result.failed] == ["nope"]
    assert result.written == ["deep/001.txt"]


def test_batch_first_failure_stops(wandb_server: WandbServer, run: Run, tmp_path: Path) -> None:
    with wandb_server.fault(Fault(kind="storage-get", path="003.txt", status=404)):
        with wandb_server.fault(Fault(kind="storage-get", latency=0.2)):
            with pytest.raises(NotFoundError, match="003"):
                run.files().download(tmp_path, jobs=4)
    assert len(fetched(wandb_server)) < len(FILES)
    assert all(FILES[name] == content for name, content in files_in(tmp_path).items())


def test_batch_unsafe_name_fails_alone(wandb_server: WandbServer, run: Run, tmp_path: Path) -> None:
    wandb_server.add_run("crew/ship/log", {"../evil": b"x"})
    result = run.files().download(tmp_path / "root", on_error="collect")
    assert [type(failed.error) for failed in result.failed] == [UnsafePathError]
    assert files_in(tmp_path / "root") == FILES


def test_batch_fsync_flushes_file_and_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    monkeypatch.setattr("wbtyped.download.disk.verified_writer.os.fsync", synced.append)
    run.files(["deep/001.txt"]).download(tmp_path)
    assert not synced
    run.files(["deep/002.txt"]).download(tmp_path, fsync=True)
    assert len(synced) == 2, "the file, and its name in the folder"


# Engines.


def test_choose_engine_argument_beats_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WBTYPED_ENGINE", raising=False)
    assert (choose_engine().name, choose_engine().jobs) == ("curl", 32)
    assert (choose_engine("httpx").small_jobs, choose_engine("curl").small_jobs) == (128, 128)
    given = choose_engine("curl", jobs=3)
    assert (given.jobs, given.small_jobs) == (3, 3)
    monkeypatch.setenv("WBTYPED_ENGINE", "httpx")
    assert (choose_engine().name, choose_engine("curl").name) == ("httpx", "curl")
    monkeypatch.setenv("WBTYPED_ENGINE", "carrier pigeon")
    with pytest.raises(UsageError, match="carrier pigeon"):
        choose_engine()
    for wrong in (0, 129):
        with pytest.raises(UsageError, match="jobs"):
            choose_engine("httpx", wrong)


def test_choose_engine_without_pycurl_uses_httpx(monkeypatch: pytest.MonkeyPatch) -> None:
    def find(_: str) -> None:
        return None

    monkeypatch.setattr("importlib.util.find_spec", find)
    assert choose_engine().name == "httpx"
    with pytest.raises(UsageError, match="fast"):
        choose_engine("curl")


@pytest.mark.parametrize(
    ("installed", "wanted", "said"), [(False, None, 1), (False, "httpx", 0), (True, None, 0)]
)
def test_many_files_without_libcurl_suggest_it_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    installed: bool, wanted: EngineName | None, said: int,
) -> None:  # fmt: skip
    real = importlib.util.find_spec

    def find(name: str) -> object:
        return None if name == "pycurl" and not installed else real(name)

    monkeypatch.setattr("importlib.util.find_spec", find)
    monkeypatch.delenv("WBTYPED_ENGINE", raising=False)
    monkeypatch.setattr(batch, "MANY_FILES", 3)
    suggest_libcurl.cache_clear()
    for _ in range(2):
        run.files().download(tmp_path, replace=True, engine=wanted)
        for path in files_in(tmp_path):
            (tmp_path / path).unlink()
    logged = [record.getMessage() for record in caplog.records]
    assert len([line for line in logged if "pip install 'wbtyped[fast]'" in line]) == said


# Expired URLs, and overloaded servers.


def test_batch_expired_urls_are_refreshed_in_batches(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    wandb_server.requests.clear()
    # As often as there are files, so that every URL that was listed has expired.
    with wandb_server.fault(Fault(kind="storage-get", expired=True, times=len(FILES))):
        assert run.files().download(tmp_path).ok
    sent = [op for op in wandb_server.requests.operations() if op == "RunFileAddresses"]
    assert 2 <= len(sent) < 60
    assert files_in(tmp_path) == FILES


def test_batch_urls_always_expired_fail(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", path="003.txt", expired=True)):
        result = run.files().download(tmp_path, on_error="collect")
    assert [type(failed.error) for failed in result.failed] == [AuthenticationError]


def test_batch_file_deleted_meanwhile_fails(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    files = run.files(["deep/003.txt"])
    gone = files[0]

    def delete(_: DownloadProgress) -> None:
        if gone.run is not None and "deep/003.txt" not in deleted:
            deleted.append("deep/003.txt")
            gone.delete()

    deleted: list[str] = []
    with wandb_server.fault(Fault(kind="storage-get", expired=True, latency=0.5, times=1)):
        result = files.download(tmp_path, on_error="collect", progress=delete)
    assert [type(failed.error) for failed in result.failed] == [NotFoundError]


def test_batch_429_recovers(wandb_server: WandbServer, run: Run, tmp_path: Path) -> None:
    with wandb_server.fault(Fault(kind="storage-get", status=429, times=3)):
        assert run.files().download(tmp_path).ok
    assert files_in(tmp_path) == FILES


# Progress.


def test_progress_callback_reports_until_done(
    run: Run, wandb_server: WandbServer, tmp_path: Path
) -> None:
    events: list[DownloadProgress] = []
    with wandb_server.fault(Fault(kind="storage-get", latency=0.05)):
        run.files().download(tmp_path, progress=events.append, jobs=4)
    sizes = [event.size for event in events]
    assert len(events) > 2
    assert sizes == sorted(sizes)
    assert [event.done for event in events] == [False] * (len(events) - 1) + [True]
    last = events[-1]
    assert (last.files, last.failed, last.size) == (len(FILES), 0, sum(map(len, FILES.values())))
    assert last.rate > 0


def test_progress_artifact_has_expected_totals(
    wandb_server: WandbServer, api: Api, engine: EngineName, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", FILES)
    events: list[DownloadProgress] = []
    api.artifact("crew/ship/data").download(tmp_path, progress=events.append)
    last = events[-1]
    assert (last.files, last.files_expected) == (len(FILES), len(FILES))
    assert last.size == last.size_expected


def test_progress_without_terminal_prints_lines(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run.files().download(tmp_path, progress=True)
    assert capsys.readouterr().err.startswith("150 of 150 files, 27.9 KiB of ")


# Stopping early.


def test_batch_callback_raises_stops(run: Run, wandb_server: WandbServer, tmp_path: Path) -> None:
    def stop(_: DownloadProgress) -> None:
        raise KeyboardInterrupt

    with wandb_server.fault(Fault(kind="storage-get", latency=30)):
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            run.files().download(tmp_path, progress=stop)
        assert time.monotonic() - began < 3
    assert files_in(tmp_path) == {}


async def test_adownload_cancelled_stops(
    run: Run, wandb_server: WandbServer, tmp_path: Path
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", latency=30)):
        task = asyncio.create_task(run.files().adownload(tmp_path))
        while not fetched(wandb_server):
            await asyncio.sleep(0.01)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 3
    assert files_in(tmp_path) == {}


INTERRUPTED = """
import sys
from wbtyped import Api
try:
    Api().run("crew/ship/log").files().download(sys.argv[1])
except KeyboardInterrupt:
    print("stopped")
"""


def names_in(folder: Path) -> set[str]:
    """Return the paths below a folder, while files in it come and go."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such timer")
def test_worker_is_not_taken_for_ended_after_an_interrupted_wait() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    release = threading.Event()
    worker = Worker(release.wait)
    worker.start()
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            worker.ended.wait(10)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert not worker.ended.is_set()
    release.set()
    assert worker.ended.wait(10)


def test_batch_interrupted_is_resumed_by_next_call(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    wandb_server.add_run("crew/ship/log", {"large.bin": LARGE})
    stall = Fault(kind="storage-get", path="large", stall_after=len(LARGE) * 3 // 4)
    with wandb_server.fault(stall):
        command = [sys.executable, "-c", INTERRUPTED, str(tmp_path)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        while not {*FILES} < names_in(tmp_path) or not unfinished(tmp_path):
            time.sleep(0.01)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        assert process.communicate()[0].strip() == "stopped"
        assert time.monotonic() - began < 3
    [part] = unfinished(tmp_path)
    kept = part.read_bytes()
    assert LARGE.startswith(kept)
    wandb_server.requests.clear()
    assert run.files().download(tmp_path).written == ["large.bin"]
    [request] = [r for r in wandb_server.requests if r.origin == "storage"]
    assert request.headers["range"] == f"bytes={len(kept)}-"
    assert files_in(tmp_path) == {**FILES, "large.bin": LARGE}


# Part files of earlier downloads.


def leave(target: Path, digest: str, content: bytes) -> Path:
    """Leave a journal and a part file, as a killed download would."""
    owner = new_owner_id()
    (target.parent / journal_name(owner)).write_bytes(journal_header(owner) + journal_entry(""))
    part = target.with_name(part_name(owner, 0, target.name, digest))
    part.write_bytes(content)
    return part


@pytest.mark.parametrize(
    ("content", "resumed"),
    [(LARGE[:2_000_000], True), (LARGE, True), (b"wrong" * 300_000, True), (LARGE + b"x", False)],
    ids=["a part", "all of it", "other bytes", "too much"],
)
def test_part_file_of_same_content_is_resumed(
    wandb_server: WandbServer, run: Run, tmp_path: Path, content: bytes, resumed: bool
) -> None:
    wandb_server.add_run("crew/ship/log", {"large.bin": LARGE})
    file = run.file("large.bin")
    leave(tmp_path / "large.bin", file.md5 or "", content)
    stale = leave(tmp_path / "large.bin", "another digest", LARGE[:1000])
    wandb_server.requests.clear()
    run.files(["large.bin"]).download(tmp_path)
    first = [r for r in wandb_server.requests if r.origin == "storage"][:1]
    assert ["range" in request.headers for request in first] == [resumed][: len(first)]
    assert files_in(tmp_path) == {"large.bin": LARGE}
    assert not stale.exists()


def test_part_file_stale_is_removed(run: Run, wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.add_run("crew/ship/log", {"large.bin": LARGE})
    old, new = leave(tmp_path / "gone.bin", "d", b"x"), leave(tmp_path / "other.bin", "d", b"x")
    long_ago = time.time() - STALE_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    run.files(["large.bin"]).download(tmp_path)
    assert not old.exists()
    assert new.exists()


def test_resume_server_ignores_range_restarts(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    wandb_server.add_run("crew/ship/log", {"large.bin": LARGE})
    leave(tmp_path / "large.bin", run.file("large.bin").md5 or "", LARGE[:1_500_000])
    # A compressed response has no ranges.
    with wandb_server.fault(Fault(kind="storage-get", gzip=True)):
        run.files(["large.bin"]).download(tmp_path)
    assert files_in(tmp_path) == {"large.bin": LARGE}


def test_batch_concurrent_in_one_folder_succeeds(run: Run, tmp_path: Path) -> None:
    def work() -> None:
        results.append(run.files().download(tmp_path, replace=True).ok)

    results: list[bool] = []
    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 3
    assert files_in(tmp_path) == FILES
