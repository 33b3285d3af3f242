"""Two mirrorings into one target at once, and what a killed one leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import pytest

from tests.mirror.projects import PROJECT, fill, lines
from wbtyped import Api
from wbtyped.errors import DiskError
from wbtyped.mirror import folder_lock
from wbtyped.mirror.folder_lock import LOCK_FILE, locked
from wbtyped.server import Fault, WandbServer

SLOW = Fault(kind="storage-get", path="/z.txt", stall_after=0)


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    fill(wandb_server)
    return wandb_server


@contextmanager
def mirroring(server: WandbServer, target: Path) -> Generator["subprocess.Popen[bytes]"]:
    """Mirror in a process that waits for contents, and kill it."""
    command = [sys.executable, "-m", "wbtyped", "mirror", PROJECT, str(target)]
    with server.fault(SLOW):
        process = subprocess.Popen(command, env={**os.environ, **server.env})
        try:
            while not list(target.glob("mirror.json")):
                assert process.poll() is None
                time.sleep(0.02)
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            assert process.wait(10) == -signal.SIGKILL


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_second_process_is_told_who_holds_the_folder_and_a_killed_one_holds_nothing(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    target = tmp_path / "mirror"
    with mirroring(server, target) as process:
        holder = rf"{target} is being mirrored into by process {process.pid} on .+, since 2.+ UTC;"
        with pytest.raises(DiskError, match=holder):
            api.mirror(PROJECT, target)
        before = (target / LOCK_FILE).read_bytes()
        assert api.mirror(PROJECT, target, dry_run=True).versions == 3
        assert (target / LOCK_FILE).read_bytes() == before
    report = api.mirror(PROJECT, target)
    assert (report.ok, report.versions) == (True, 3)
    assert len(lines(target, "versions.jsonl")) == 3


def test_lock_is_held_within_a_process_and_released_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        with pytest.raises(DiskError, match=f"by process {os.getpid()} on"), locked(tmp_path):
            pass
        _ = 1 / 0
    with locked(tmp_path):
        (tmp_path / LOCK_FILE).write_bytes(b"")
        with pytest.raises(DiskError, match="by another process; wait"), locked(tmp_path):
            pass


def unknown(_: FileIO) -> None:
    """Lock nothing, as file systems do that cannot."""


def test_file_system_without_locks_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_lock, "try_lock", unknown)
    with pytest.warns(UserWarning, match="without locks: let one process at a time"):
        with locked(tmp_path):
            pass


def test_folder_that_cannot_be_created_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DiskError, match="cannot be written"), locked(tmp_path / "file" / "deep"):
        pass


def test_bucket_keeps_the_lines_of_the_process_that_started_last(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    url = f"memory://{tmp_path.name}/shared"
    others: list[str] = []

    def mirror_meanwhile(_: object) -> None:
        if not others:
            others.append("started")
            others[0] = str(api.mirror(PROJECT, url).ok)

    with pytest.raises(DiskError, match=f"{url} is being mirrored into by another process, which"):
        api.mirror(PROJECT, url, progress=mirror_meanwhile)
    assert others == ["True"]
    again = api.mirror(PROJECT, url)
    assert (again.contents, again.new_versions, again.new_runs) == (0, 0, 0)
