"""Faults on the wire: every file under its final name is correct, and the rest is reported."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import files_in
from wbtyped import Api, Run
from wbtyped.download.options import EngineName
from wbtyped.errors import (
    AuthenticationError,
    ChecksumError,
    RateLimitError,
    TransportError,
    WbtypedError,
)
from wbtyped.server import Fault, WandbServer

LARGE = bytes(range(256)) * 8192
FILES = {"large.bin": LARGE, "deep/small.txt": b"small", "empty": b"", "other.txt": b"other" * 99}


@pytest.fixture
def run(wandb_server: WandbServer, api: Api, engine: EngineName) -> Run:
    wandb_server.add_run("crew/ship/log", FILES)
    return api.run("crew/ship/log")


def final_files(root: Path) -> dict[str, bytes]:
    return {name: content for name, content in files_in(root).items() if not name.endswith(".part")}


def check_files(root: Path, missing: set[str]) -> None:
    """Assert that all files but the missing ones are there, and correct."""
    assert final_files(root) == {name: FILES[name] for name in FILES.keys() - missing}


CUTS = [0, 1, len(LARGE) // 2, len(LARGE) - 1]
TRANSIENT = {
    "before the headers": Fault(kind="storage-get", cut_before_headers=True, times=2),
    "in the headers": Fault(kind="storage-get", cut_in_headers=True, times=2),
    **{f"after {n}": Fault(kind="storage-get", path="large", cut_after=n, times=2) for n in CUTS},
    "wrong bytes once": Fault(kind="storage-get", path="large", corrupt=True, times=1),
    "too short once": Fault(kind="storage-get", path="large", shorten=1, times=1),
    "too long once": Fault(kind="storage-get", path="large", lengthen=1, times=1),
    "gzip": Fault(kind="storage-get", gzip=True),
    "truncated gzip": Fault(kind="storage-get", path="large", gzip=True, shorten=5, times=2),
    "gzip cut off": Fault(kind="storage-get", path="large", gzip=True, cut_after=500, times=2),
    "429 storm": Fault(kind="storage-get", status=429, retry_after="1", times=3),
    "503 storm": Fault(kind="storage-get", status=503, times=3),
    "500 for a part": Fault(kind="storage-get", path="other", status=500, times=2),
    "expired URL": Fault(kind="storage-get", expired=True, times=4),
}


@pytest.mark.parametrize("name", TRANSIENT)
def test_download_with_transient_fault_recovers(
    wandb_server: WandbServer, run: Run, tmp_path: Path, name: str
) -> None:
    fault = replace(TRANSIENT[name])
    with wandb_server.fault(fault):
        result = run.files().download(tmp_path)
    assert fault.hits > 0
    assert sorted(result.written) == sorted(FILES)
    assert result.failed == []
    assert result.size == sum(map(len, FILES.values()))
    assert files_in(tmp_path) == FILES


PERMANENT: dict[str, tuple[Fault, type[WbtypedError]]] = {
    "wrong bytes": (Fault(kind="storage-get", path="large", corrupt=True), ChecksumError),
    "too short": (Fault(kind="storage-get", path="large", shorten=1), ChecksumError),
    "too long": (Fault(kind="storage-get", path="large", lengthen=1), ChecksumError),
    "cut at the start": (Fault(kind="storage-get", path="large", cut_after=0), TransportError),
    "truncated gzip": (
        Fault(kind="storage-get", path="large", gzip=True, shorten=5), TransportError,
    ),
    "429": (Fault(kind="storage-get", path="large", status=429), RateLimitError),
    "500": (Fault(kind="storage-get", path="large", status=500), TransportError),
    "refused": (Fault(kind="storage-get", path="large", status=403), AuthenticationError),
    "gone": (Fault(kind="storage-get", path="large", status=410), TransportError),
}  # fmt: skip


@pytest.mark.parametrize("name", PERMANENT)
def test_download_with_permanent_fault_reports_it(
    wandb_server: WandbServer, run: Run, tmp_path: Path, name: str
) -> None:
    fault, error = PERMANENT[name]
    with wandb_server.fault(replace(fault)):
        result = run.files().download(tmp_path, on_error="collect")
        [failed] = result.failed
        assert (failed.name, type(failed.error)) == ("large.bin", error)
        assert "large.bin" in str(failed.error)
        assert sorted(result.written) == sorted(FILES.keys() - {"large.bin"})
        assert files_in(tmp_path).keys() == FILES.keys() - {"large.bin"}
        with pytest.raises(error):
            run.files(["large.bin"]).download(tmp_path)
    check_files(tmp_path, {"large.bin"})


def test_download_redirected_sends_no_key(
    wandb_server: WandbServer, run: Run, tmp_path: Path
) -> None:
    with WandbServer() as other:
        other.add_run("crew/ship/log", FILES)
        with Api({"base_url": other.url}, api_key=other.api_key) as there:
            url = there.run("crew/ship/log").file("large.bin").direct_url
        with wandb_server.fault(Fault(kind="storage-get", path="large", redirect=url)):
            run.files().download(tmp_path)
        assert files_in(tmp_path) == FILES
        redirected = [request for request in other.requests if request.origin == "storage"]
        assert [request.authorized for request in redirected] == [False]
    (tmp_path / "large.bin").unlink()
    circle = Fault(kind="storage-get", path="large", redirect="/blobs/large/x")
    with wandb_server.fault(circle), pytest.raises(TransportError):
        run.files().download(tmp_path)
    check_files(tmp_path, {"large.bin"})


def test_download_stalled_connection_resumes(
    wandb_server: WandbServer, run: Run, tmp_path: Path, engine: EngineName
) -> None:
    with Api(timeout=1) as impatient:
        stall = Fault(kind="storage-get", path="large", stall_after=len(LARGE) // 2, times=1)
        with wandb_server.fault(stall):
            impatient.run("crew/ship/log").files().download(tmp_path)
    assert files_in(tmp_path) == FILES
    last = [r for r in wandb_server.requests if "large" in r.path][-1]
    assert last.headers["range"].startswith("bytes="), "only the rest is requested"


def test_download_full_disk_is_reported(run: Run, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can make a small file system")
    try:
        result = run.files().download(small, on_error="collect")
        # While the large file takes all the space, small ones may fail too.
        failures = {failed.name: str(failed.error) for failed in result.failed}
        assert "large.bin" in failures
        assert all("No space left" in reason for reason in failures.values())
        assert files_in(small) == {n: c for n, c in FILES.items() if n not in failures}
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_download_target_is_folder_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "large.bin" / "inner").mkdir(parents=True)
    result = run.files().download(tmp_path, on_error="collect", replace=True)
    assert [failed.name for failed in result.failed] == ["large.bin"]
    check_files(tmp_path, {"large.bin"})


DOWNLOAD_WITHOUT_PERMISSION = """
import os, sys
from wbtyped import Api
from wbtyped.errors import DiskError
api = Api()
files = api.run("crew/ship/log").files()
files.download(sys.argv[1])
os.chdir(sys.argv[2])
os.chmod(".", 0o555)
if os.getuid() == 0:
    os.setuid(65534)
result = files.download(".", on_error="collect")
assert not result.written, result
assert all(isinstance(failed.error, DiskError) for failed in result.failed), result
print(len(result.failed))
"""


def test_download_without_permission_is_reported(run: Run, tmp_path: Path) -> None:
    read_only = tmp_path / "read-only"
    read_only.mkdir()
    command = [
        sys.executable,
        "-c",
        DOWNLOAD_WITHOUT_PERMISSION,
        str(tmp_path / "writable"),
        str(read_only),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == str(len(FILES)), done.stderr
    assert files_in(read_only) == {}


DOWNLOAD = """
import sys
from wbtyped import Api
print(len(Api().run("crew/ship/log").files().download(sys.argv[1], replace=True).failed))
"""


def test_download_two_processes_share_target(run: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-c", DOWNLOAD, str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0].strip() for process in both] == ["0", "0"]
    assert files_in(tmp_path) == FILES


def test_download_killed_resumes_without_loss(
    wandb_server: WandbServer, api: Api, tmp_path: Path, engine: EngineName
) -> None:
    """Each call gets a little further; the last one downloads only the rest."""
    huge = LARGE * 4
    step = 3 * len(LARGE) // 4
    wandb_server.add_run("crew/ship/killed", {"huge.bin": huge})
    wandb_server.faults.add(Fault(kind="storage-get", path="huge", stall_after=step))
    script = DOWNLOAD.replace("crew/ship/log", "crew/ship/killed")
    command = [sys.executable, "-c", script, str(tmp_path)]
    for killed in range(1, 4):
        process = subprocess.Popen(command)
        # Up to 1 MiB waits in memory and is lost with the process.
        while process.poll() is None and partial_size(tmp_path) < killed * len(LARGE) // 2:
            time.sleep(0.01)
        assert process.poll() is None
        process.kill()
        process.wait()
        assert final_files(tmp_path) == {}
    wandb_server.faults.clear()
    before = partial_size(tmp_path)
    wandb_server.requests.clear()
    api.run("crew/ship/killed").files().download(tmp_path)
    [request] = [r for r in wandb_server.requests if "huge" in r.path]
    assert request.headers["range"] == f"bytes={before}-", "only the rest is requested"
    assert files_in(tmp_path) == {"huge.bin": huge}


def partial_size(root: Path) -> int:
    return max((part.stat().st_size for part in root.glob(".*.part")), default=0)
