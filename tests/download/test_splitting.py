"""A large file that comes slowly, over several connections."""

import asyncio
import os
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.download import range_split
from wbtyped.download.disk.part_files import JOURNAL, PART
from wbtyped.download.options import EngineName
from wbtyped.errors import TransportError
from wbtyped.server import Fault, WandbServer

CONTENT = os.urandom(10 << 20)
SLOW_BYTES_PER_SECOND = Fault(kind="storage-get", path="large", rate=8e6)


@pytest.fixture
def large(
    wandb_server: WandbServer, api: Api, engine: EngineName, monkeypatch: pytest.MonkeyPatch
) -> Artifact:
    monkeypatch.setattr(range_split, "PIECE_BYTES", 300_000)
    monkeypatch.setattr(range_split, "AFTER", 0.05)
    wandb_server.add_artifact("crew/ship/large", "model", {"large.bin": CONTENT, "small": b"s"})
    found = api.artifact("crew/ship/large")
    assert found.manifest
    wandb_server.requests.clear()
    return found


def ranges(server: WandbServer) -> list[str]:
    asked = [r for r in server.requests if r.origin == "storage" and "large" in r.path]
    return [request.headers.get("range", "all") for request in asked]


def saved(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_the_rest_comes_in_pieces(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path
) -> None:
    with wandb_server.fault(SLOW_BYTES_PER_SECOND):
        large.download(tmp_path)
    assert saved(tmp_path) == {"large.bin": CONTENT, "small": b"s"}
    first, *others = ranges(wandb_server)
    assert (first, len(others) > 8) == ("all", True)
    assert len(set(others)) == len(others), "nothing is asked for twice"


def test_what_is_fast_stays_on_one_connection(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_split, "SLOW_BYTES_PER_SECOND", 1.0)
    with wandb_server.fault(SLOW_BYTES_PER_SECOND):
        large.download(tmp_path)
    assert ranges(wandb_server) == ["all"]


def test_at_once_is_a_promise(wandb_server: WandbServer, large: Artifact, tmp_path: Path) -> None:
    with wandb_server.fault(SLOW_BYTES_PER_SECOND):
        large.download(tmp_path, jobs=1)
    assert ranges(wandb_server) == ["all"]


TROUBLE = {
    "a piece is cut off": Fault(
        kind="storage-get", path="large", cut_after=70_000, skip=3, times=4
    ),
    "a piece has wrong bytes": Fault(
        kind="storage-get", path="large", corrupt=True, skip=4, times=1
    ),
    "a piece is too short": Fault(kind="storage-get", path="large", shorten=9, skip=4, times=1),
    "storage has too much": Fault(kind="storage-get", path="large", status=503, skip=2, times=5),
    "addresses expire": Fault(kind="storage-get", path="large", expired=True, skip=3, times=6),
    "no parts after all": Fault(
        kind="storage-get", path="large", status=200, body=b"all", skip=5, times=1
    ),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_trouble_with_pieces(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path, name: str
) -> None:
    fault = TROUBLE[name]
    fault.hits = fault.seen = 0
    # The first fault that fits strikes, so trouble comes before slowness.
    with wandb_server.fault(fault), wandb_server.fault(SLOW_BYTES_PER_SECOND):
        large.download(tmp_path)
    assert fault.hits > 0
    assert saved(tmp_path) == {"large.bin": CONTENT, "small": b"s"}


def test_trouble_that_stays_is_reported(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_split, "AFTER", 0.5)
    broken = Fault(kind="storage-get", path="large", status=500, skip=4)
    with wandb_server.fault(broken), wandb_server.fault(SLOW_BYTES_PER_SECOND):
        result = large.files().download(tmp_path, on_error="collect")
        assert [failed.name for failed in result.failed] == ["large.bin"]
        assert isinstance(result.failed[0].error, TransportError)
    left = {name for name in saved(tmp_path) if name != "small"}
    assert len(parts_in(left)) <= 1, "no pieces, and what came may go on"
    assert all(JOURNAL.fullmatch(name) for name in left - parts_in(left)), left
    wandb_server.requests.clear()
    large.download(tmp_path)
    assert ranges(wandb_server)[0] != "all", "what came is not fetched again"
    assert saved(tmp_path) == {"large.bin": CONTENT, "small": b"s"}


def parts_in(names: set[str]) -> set[str]:
    return {name for name in names if PART.fullmatch(name)}


async def test_cancelled_in_the_middle(
    wandb_server: WandbServer, large: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is in memory is not kept, so more than that has to come before.
    monkeypatch.setattr(range_split, "AFTER", 0.5)
    with wandb_server.fault(SLOW_BYTES_PER_SECOND):
        task = asyncio.create_task(large.adownload(tmp_path))
        while len(ranges(wandb_server)) < 5:
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    left = saved(tmp_path)
    [name] = parts_in({*left})
    content = left[name]
    assert CONTENT.startswith(content), "it is the beginning of the content"
    wandb_server.requests.clear()
    large.download(tmp_path)
    assert ranges(wandb_server)[0] == f"bytes={len(content)}-"
    assert saved(tmp_path) == {"large.bin": CONTENT, "small": b"s"}
