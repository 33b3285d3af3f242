"""A large file that arrives slowly is fetched over several connections."""

import asyncio
import dataclasses
import os
from pathlib import Path

import pytest

from tests.conftest import files_in
from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.download import range_split
from wbtyped.download.disk.part_files import JOURNAL_NAME, PART_NAME
from wbtyped.download.options import EngineName
from wbtyped.errors import TransportError
from wbtyped.server import Fault, WandbServer

CONTENT = os.urandom(10 << 20)
SLOW = Fault(kind="storage-get", path="large", rate=8e6)


@pytest.fixture
def large(
    wandb_server: WandbServer, api: Api, engine: EngineName, monkeypatch: pytest.MonkeyPatch
) -> Artifact:
    monkeypatch.setattr(range_split, "PIECE_BYTES", 300_000)
    monkeypatch.setattr(range_split, "MIN_OBSERVED_SECONDS", 0.05)
    wandb_server.add_artifact("crew/ship/large", "model", {"large.bin": CONTENT, "small": b"s"})
    found = api.artifact("crew/ship/large")
    assert found.manifest
    wandb_server.requests.clear()
    return found


def ranges(server: WandbServer) -> list[str]:
    requests = [r for r in server.requests if r.origin == "storage" and "large" in r.path]
    return [request.headers.get("range", "all") for request in requests]


def test_split_slow_file_is_fetched_in_pieces(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path
) -> None:
    with wandb_server.fault(SLOW):
        large.download(tmp_path)
    assert files_in(tmp_path) == {"large.bin": CONTENT, "small": b"s"}
    first, *others = ranges(wandb_server)
    assert first == "all"
    assert len(others) > 8
    assert len(set(others)) == len(others), "nothing is requested twice"


def test_split_fast_file_is_not_split(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_split, "SLOW_BYTES_PER_SECOND", 1.0)
    with wandb_server.fault(SLOW):
        large.download(tmp_path)
    assert ranges(wandb_server) == ["all"]


def test_split_one_job_is_not_split(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path
) -> None:
    with wandb_server.fault(SLOW):
        large.download(tmp_path, jobs=1)
    assert ranges(wandb_server) == ["all"]


PIECE_FAULTS = {
    "a piece is cut off": Fault(
        kind="storage-get", path="large", cut_after=70_000, skip=3, times=4
    ),
    "a piece has wrong bytes": Fault(
        kind="storage-get", path="large", corrupt=True, skip=4, times=1
    ),
    "a piece is too short": Fault(kind="storage-get", path="large", shorten=9, skip=4, times=1),
    "storage is overloaded": Fault(kind="storage-get", path="large", status=503, skip=2, times=5),
    "storage limits requests": Fault(
        kind="storage-get", path="large", status=429, skip=1, times=10
    ),
    "URLs expire": Fault(kind="storage-get", path="large", expired=True, skip=3, times=6),
    "ranges are ignored after all": Fault(
        kind="storage-get", path="large", status=200, body=b"all", skip=5, times=1
    ),
}


@pytest.mark.parametrize("name", PIECE_FAULTS)
def test_split_piece_fails_file_is_complete(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path, name: str
) -> None:
    fault = dataclasses.replace(PIECE_FAULTS[name])
    # The first fault that matches is used, so this one comes before slowness.
    with wandb_server.fault(fault), wandb_server.fault(SLOW):
        large.download(tmp_path)
    assert fault.hits > 0
    assert files_in(tmp_path) == {"large.bin": CONTENT, "small": b"s"}


def test_split_lasting_failure_is_reported_and_resumable(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_split, "MIN_OBSERVED_SECONDS", 0.5)
    broken = Fault(kind="storage-get", path="large", status=500, skip=4)
    with wandb_server.fault(broken), wandb_server.fault(SLOW):
        result = large.files().download(tmp_path, on_error="collect")
        assert [failed.name for failed in result.failed] == ["large.bin"]
        assert isinstance(result.failed[0].error, TransportError)
    left = {name for name in files_in(tmp_path) if name != "small"}
    assert len(parts_in(left)) <= 1, "no pieces, and the part file can be resumed"
    assert all(JOURNAL_NAME.fullmatch(name) for name in left - parts_in(left)), left
    wandb_server.requests.clear()
    large.download(tmp_path)
    assert ranges(wandb_server)[0] != "all", "it is resumed"
    assert files_in(tmp_path) == {"large.bin": CONTENT, "small": b"s"}


def parts_in(names: set[str]) -> set[str]:
    return {name for name in names if PART_NAME.fullmatch(name)}


async def test_split_cancelled_is_resumable(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is in memory is not kept, so more than that has to arrive before.
    monkeypatch.setattr(range_split, "MIN_OBSERVED_SECONDS", 0.5)
    with wandb_server.fault(SLOW):
        task = asyncio.create_task(large.adownload(tmp_path))
        while len(ranges(wandb_server)) < 5:
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    left = files_in(tmp_path)
    [name] = parts_in({*left})
    content = left[name]
    assert CONTENT.startswith(content), "it is the beginning of the file"
    wandb_server.requests.clear()
    large.download(tmp_path)
    assert ranges(wandb_server)[0] == f"bytes={len(content)}-"
    assert files_in(tmp_path) == {"large.bin": CONTENT, "small": b"s"}
