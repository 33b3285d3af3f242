"""`run.upload`: many files, at once, over a socket to the embedded server."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from wbtyped import Api, Run
from wbtyped.download.options import EngineName
from wbtyped.download.progress import DownloadProgress
from wbtyped.errors import (
    DiskError,
    NotFoundError,
    OfflineError,
    TransportError,
    UnsafePathError,
    UsageError,
    WbtypedError,
)
from wbtyped.runs.upload import upload_headers
from wbtyped.server import Fault, WandbServer

PATH = "crew/ship/log"
MIB = 1024 * 1024


@pytest.fixture(params=["httpx", "curl"])
def engine(request: pytest.FixtureRequest) -> EngineName:
    if request.param == "curl":
        pytest.importorskip("pycurl")
        return "curl"
    return "httpx"


@pytest.fixture
def run(wandb_server: WandbServer, api: Api) -> Run:
    wandb_server.add_run(PATH, {"old.txt": b"old"})
    return api.run(PATH)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    contents = {"a.txt": b"alpha", "deep/b.bin": os.urandom(3 * MIB + 1), "empty": b""}
    contents |= {f"many/{number:03}.txt": b"%d" % number for number in range(60)}
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def stored(run: Run, root: Path) -> dict[str, bytes]:
    run.files().download(root, replace=True)
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def test_upload_folder_sends_it_once(
    run: Run, folder: Path, wandb_server: WandbServer, engine: EngineName,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    result = run.upload(folder, folder, engine=engine)
    assert (len(result.uploaded), result.skipped, result.ok) == (63, [], True)
    found = stored(run, tmp_path_factory.mktemp("out"))
    assert found.pop("old.txt") == b"old"
    assert found == {name: (folder / name).read_bytes() for name in result.uploaded}
    wandb_server.requests.clear()
    (folder / "a.txt").write_bytes(b"ALPHA")
    again = run.upload([folder], folder, engine=engine)
    assert (again.uploaded, len(again.skipped)) == (["a.txt"], 62)
    assert (again.sent, again.size) == (5, result.size)
    puts = [r for r in wandb_server.requests if r.method == "PUT"]
    assert len(puts) == 1


async def test_aupload_does_not_block_the_loop(run: Run, folder: Path, engine: EngineName) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    began = asyncio.get_running_loop().time()
    result = await run.aupload(folder, folder, glob="*/*", engine=engine)
    seconds = asyncio.get_running_loop().time() - began
    ticking.cancel()
    assert (len(result.uploaded), result.uploaded.count("a.txt")) == (61, 0)
    assert ticks > seconds / 0.05
    await run.client.aclose()


async def test_aupload_cancelled_ends_soon(
    run: Run, folder: Path, wandb_server: WandbServer, engine: EngineName
) -> None:
    with wandb_server.fault(Fault(kind="storage-put", latency=0.3)):
        task = asyncio.create_task(run.aupload(folder, folder, engine=engine, jobs=2))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        wandb_server.requests.clear()
        await asyncio.sleep(1.0)
        assert sum(r.method == "PUT" for r in wandb_server.requests) <= 4
    await run.client.aclose()


def test_upload_reports_progress(run: Run, folder: Path, engine: EngineName) -> None:
    seen: list[DownloadProgress] = []
    result = run.upload(folder, folder, engine=engine, progress=seen.append)
    last = seen[-1]
    assert (last.files, last.files_expected, last.done) == (63, 63, True)
    assert last.size == last.size_expected == result.size
    assert last.rate > 0


def test_upload_collects_failures(
    run: Run, folder: Path, wandb_server: WandbServer, engine: EngineName
) -> None:
    with wandb_server.fault(Fault(kind="storage-put", path="b.bin", status=400)):
        result = run.upload(folder, folder, engine=engine, on_error="collect")
        with pytest.raises(TransportError, match=r"upload of 'deep/b\.bin': .*HTTP 400"):
            run.upload(folder, folder, engine=engine)
    assert [failed.name for failed in result.failed] == ["deep/b.bin"]
    assert (result.ok, len(result.uploaded)) == (False, 62)
    assert "deep/b.bin: upload of" in str(result)
    assert {str(row["outcome"]) for row in result.to_dicts()} == {"failed", "uploaded"}


@pytest.mark.parametrize("status", [429, 503, 401])
def test_upload_retries_what_storage_refused(
    run: Run, folder: Path, wandb_server: WandbServer, engine: EngineName, status: int
) -> None:
    fault = Fault(kind="storage-put", status=status, times=3, retry_after="0")
    with wandb_server.fault(fault):
        result = run.upload(folder, folder, engine=engine)
    assert (result.ok, fault.hits) == (True, 3)


def test_upload_with_wrong_arguments_sends_nothing(
    run: Run, folder: Path, wandb_server: WandbServer
) -> None:
    wandb_server.requests.clear()
    with pytest.raises(UsageError, match="paths is empty"):
        run.upload([])
    for root in ("..data", "a.txt"):
        with pytest.raises(UsageError, match="is not inside"):
            run.upload(folder / "a.txt", folder / root)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
        with pytest.raises(UsageError, match="pipe is no regular file"):
            run.upload(folder, folder)
        with pytest.raises(UsageError, match="no files that match"):
            run.upload(folder, folder, glob="*.x")
        (folder / "pipe").unlink()
        (folder / "line\nbreak").touch()
        with pytest.raises(UnsafePathError, match="control characters"):
            run.upload(folder, folder)
        (folder / "line\nbreak").unlink()
    (folder / "gone").symlink_to("absent")
    with pytest.raises(UsageError, match="gone is a link that leads nowhere"):
        run.upload(folder, folder)
    with pytest.raises(UsageError, match="does not exist"):
        run.upload(folder / "absent", folder)
    with pytest.raises(UsageError, match="is not inside"):
        run.upload(folder / "a.txt", folder / "deep")
    with pytest.raises(UsageError, match=r"no files that match '\*\.x'"):
        run.upload(folder, folder, glob="*.x")
    with pytest.raises(UsageError, match="unknown upload options"):
        run.upload(folder, folder, fsync=True)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    assert len(wandb_server.requests) == 0


def test_upload_of_names_that_begin_with_two_dots_is_inside(run: Run, folder: Path) -> None:
    (folder / "..data").mkdir()
    (folder / "..data/..x").write_bytes(b"1")
    assert run.upload(folder / "..data", folder).uploaded == ["..data/..x"]


def test_upload_of_a_folder_that_cannot_be_listed_names_it(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.scandir

    def scandir(path: str) -> object:
        if Path(path).name == "deep":
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", scandir)
        with pytest.raises(DiskError, match="deep cannot be read: Permission denied"):
            run.upload(folder, folder)


def test_headers_that_a_server_assigns_do_not_cut_off_the_body() -> None:
    lines = ["Content-Length: 5", "transfer-encoding:chunked", "Host: other", "X-A: b:c"]
    assert upload_headers(lines) == {"X-A": "b:c"}


def test_upload_to_a_run_that_is_gone_says_so(run: Run, folder: Path) -> None:
    run.delete()
    with pytest.raises(NotFoundError, match=PATH):
        run.upload(folder, folder)


def test_upload_offline_says_so(run: Run, folder: Path) -> None:
    with Api(offline=True) as api:
        run.client = api.client
        with pytest.raises(OfflineError):
            run.upload(folder, folder)


def test_upload_of_a_file_that_changes_meanwhile_fails_for_that_file(
    run: Run, folder: Path, wandb_server: WandbServer, engine: EngineName
) -> None:
    (folder / "deep/b.bin").write_bytes(bytes(64 * MIB))
    done = threading.Event()

    def append() -> None:
        while not done.wait(0.001):
            with (folder / "deep/b.bin").open("ab") as stream:
                stream.write(b"more")

    thread = threading.Thread(target=append)
    thread.start()
    try:
        result = run.upload(folder, folder, engine=engine, on_error="collect")
    finally:
        done.set()
        thread.join()
    [failed] = result.failed
    assert (failed.name, type(failed.error)) == ("deep/b.bin", DiskError)
    assert "was modified during the upload" in str(failed.error)
    assert run.file("deep/b.bin").updated_at is None, "no part of it is stored"


def test_upload_of_unreadable_files_names_them(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to("nowhere")
    (tmp_path / "good").write_text("good")
    with pytest.raises(UsageError):
        run.upload(tmp_path, tmp_path)
    (tmp_path / "pipe").unlink()
    with pytest.raises(WbtypedError, match="gone"):
        run.upload(tmp_path, tmp_path)
