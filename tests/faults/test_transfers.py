"""Whatever goes wrong on the wire: what has a final name is right, the rest is reported."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

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


def saved(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def finals(root: Path) -> dict[str, bytes]:
    return {name: content for name, content in saved(root).items() if not name.endswith(".part")}


def check(root: Path, missing: set[str]) -> None:
    """Every file under a final name is right, and no other file is there."""
    assert finals(root) == {name: FILES[name] for name in FILES.keys() - missing}


CUTS = [0, 1, len(LARGE) // 2, len(LARGE) - 1]
PASSING = {
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
    "expired address": Fault(kind="storage-get", expired=True, times=4),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes(wandb_server: WandbServer, run: Run, tmp_path: Path, name: str) -> None:
    fault = PASSING[name]
    fault.hits = fault.seen = 0
    with wandb_server.fault(fault):
        result = run.files().download(tmp_path)
    assert fault.hits > 0
    assert (sorted(result.written), result.failed) == (sorted(FILES), [])
    assert result.size == sum(map(len, FILES.values()))
    assert saved(tmp_path) == FILES


STAYING: dict[str, tuple[Fault, type[WbtypedError]]] = {
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


@pytest.mark.parametrize("name", STAYING)
def test_what_stays_is_reported(
    wandb_server: WandbServer, run: Run, tmp_path: Path, name: str
) -> None:
    fault, error = STAYING[name]
    with wandb_server.fault(fault):
        result = run.files().download(tmp_path, on_error="collect")
        [failed] = result.failed
        assert (failed.name, type(failed.error)) == ("large.bin", error)
        assert "large.bin" in str(failed.error)
        assert sorted(result.written) == sorted(FILES.keys() - {"large.bin"})
        assert saved(tmp_path).keys() == FILES.keys() - {"large.bin"}
        with pytest.raises(error):
            run.files(["large.bin"]).download(tmp_path)
    check(tmp_path, {"large.bin"})


def test_redirects(wandb_server: WandbServer, run: Run, tmp_path: Path) -> None:
    with WandbServer() as other:
        other.add_run("crew/ship/log", FILES)
        with Api({"base_url": other.url}, api_key=other.api_key) as there:
            address = there.run("crew/ship/log").file("large.bin").direct_url
        elsewhere = Fault(kind="storage-get", path="large", redirect=address)
        with wandb_server.fault(elsewhere):
            run.files().download(tmp_path)
        assert saved(tmp_path) == FILES
        asked = [request for request in other.requests if request.origin == "storage"]
        assert [request.authorized for request in asked] == [False]
    (tmp_path / "large.bin").unlink()
    circle = Fault(kind="storage-get", path="large", redirect="/blobs/large/x")
    with wandb_server.fault(circle), pytest.raises(TransportError):
        run.files().download(tmp_path)
    check(tmp_path, {"large.bin"})


def test_a_stalled_connection_counts_as_broken(
    wandb_server: WandbServer, run: Run, tmp_path: Path, engine: EngineName
) -> None:
    with Api(timeout=1) as hasty:
        stall = Fault(kind="storage-get", path="large", stall_after=len(LARGE) // 2, times=1)
        with wandb_server.fault(stall):
            hasty.run("crew/ship/log").files().download(tmp_path)
    assert saved(tmp_path) == FILES
    last = [r for r in wandb_server.requests if "large" in r.path][-1]
    assert last.headers["range"].startswith("bytes="), "the rest is asked for, not the whole"


def test_a_full_disk(run: Run, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can make a small file system")
    try:
        result = run.files().download(small, on_error="collect")
        # While the large one has all the room, there is none for others either.
        lost = {failed.name: str(failed.error) for failed in result.failed}
        assert "large.bin" in lost
        assert all("No space left" in reason for reason in lost.values())
        assert saved(small) == {n: c for n, c in FILES.items() if n not in lost}
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_a_target_that_is_a_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "large.bin" / "inner").mkdir(parents=True)
    result = run.files().download(tmp_path, on_error="collect", replace=True)
    assert [failed.name for failed in result.failed] == ["large.bin"]
    check(tmp_path, {"large.bin"})


FORBIDDEN = """
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


def test_no_permission(run: Run, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    command = [sys.executable, "-c", FORBIDDEN, str(tmp_path / "open"), str(closed)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.strip() == str(len(FILES)), done.stderr
    assert saved(closed) == {}


DOWNLOAD = """
import sys
from wbtyped import Api
print(len(Api().run("crew/ship/log").files().download(sys.argv[1], replace=True).failed))
"""


def test_two_processes_on_the_same_target(run: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-c", DOWNLOAD, str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0].strip() for process in both] == ["0", "0"]
    assert saved(tmp_path) == FILES


def test_killed_at_any_moment(
    wandb_server: WandbServer, api: Api, tmp_path: Path, engine: EngineName
) -> None:
    """Each call comes a little further; the last one fetches only what is left."""
    huge = LARGE * 4
    step = 3 * len(LARGE) // 4
    wandb_server.add_run("crew/ship/killed", {"huge.bin": huge})
    wandb_server.faults.add(Fault(kind="storage-get", path="huge", stall_after=step))
    text = DOWNLOAD.replace("crew/ship/log", "crew/ship/killed")
    command = [sys.executable, "-c", text, str(tmp_path)]
    for killed in range(1, 4):
        process = subprocess.Popen(command)
        # Up to 1 MiB waits in memory and is lost with the process.
        while process.poll() is None and come(tmp_path) < killed * len(LARGE) // 2:
            time.sleep(0.01)
        assert process.poll() is None
        process.kill()
        process.wait()
        assert finals(tmp_path) == {}
    wandb_server.faults.clear()
    before = come(tmp_path)
    wandb_server.requests.clear()
    api.run("crew/ship/killed").files().download(tmp_path)
    [asked] = [r for r in wandb_server.requests if "huge" in r.path]
    assert asked.headers["range"] == f"bytes={before}-", "what had come is not fetched again"
    assert saved(tmp_path) == {"huge.bin": huge}


def come(root: Path) -> int:
    return max((part.stat().st_size for part in root.glob(".*.part")), default=0)
