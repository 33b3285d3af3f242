"""Chunks copied by the workers of a Dask cluster, some of which are killed, and to S3."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from wbtyped import Api
from wbtyped.filesystem.chunks import copy_chunk, copy_chunks, object_store, plan_chunks
from wbtyped.server import Fault, WandbServer

fsspec = pytest.importorskip("fsspec")
FILES = {f"data/{n:03}.bin": bytes([n]) * 2_000 for n in range(120)}
VERSION = "crew/ship/data:latest"
MIB = 1024 * 1024
BUCKET = "copies"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_artifact("crew/ship/data", "dataset", FILES)
    return wandb_server


# Dask.


@pytest.fixture
def dask_client(server: WandbServer) -> Iterator[Any]:
    """A client of a cluster of two processes, which find the server in their environment."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
    ) as cluster:
        with distributed.Client(cluster) as client:
            yield client


def paths_of(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file() and ".wbtyped" not in path.name)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_copy_chunks_dask_worker_killed_everything_is_there(
    server: WandbServer, api: Api, tmp_path: Path, dask_client: Any
) -> None:
    killed: list[int] = []
    workers = [worker["pid"] for worker in dask_client.run(worker_facts).values()]

    def kill_one() -> None:
        while len(list(tmp_path.rglob("*.bin"))) < 20:
            time.sleep(0.01)
        killed.append(workers[0])
        os.kill(workers[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    with server.fault(Fault(kind="storage-get", latency=0.05)):
        chunks = plan_chunks(api, VERSION, max_files=5)
        result = copy_chunks(chunks, str(tmp_path), dask_client, jobs=1)
    killer.join()
    assert killed
    assert result.ok, result.failed[:3]
    # What the killed worker had copied is kept by the one that ran its chunk again.
    assert result.written + result.kept == len(FILES)
    assert len(result.workers) >= 2
    assert paths_of(tmp_path) == FILES


def worker_facts() -> dict[str, int]:
    return {"pid": os.getpid()}


# S3.


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    pytest.importorskip("s3fs")
    moto_server = pytest.importorskip("moto.server")
    running = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def s3_options(s3_url: str) -> dict[str, object]:
    return {"key": "x", "secret": "x", "client_kwargs": {"endpoint_url": s3_url}}


@pytest.fixture
def s3(s3_options: dict[str, object]) -> Iterator[Any]:
    fs = fsspec.filesystem("s3", **s3_options)
    fs.mkdir(BUCKET)
    yield fs
    fs.invalidate_cache()
    fs.rm(BUCKET, recursive=True)


def objects(s3: Any) -> dict[str, bytes]:
    s3.invalidate_cache()
    return {path.removeprefix(f"{BUCKET}/"): s3.cat_file(path) for path in s3.find(BUCKET)}


def uploads_left(s3: Any) -> list[object]:
    found: dict[str, list[object]] = s3.call_s3("list_multipart_uploads", Bucket=BUCKET)
    return found.get("Uploads", [])


@pytest.mark.filterwarnings("ignore")
def test_copy_chunks_s3_objects_are_right_and_kept(
    server: WandbServer, api: Api, s3: Any, s3_options: dict[str, object]
) -> None:
    def copy() -> Any:
        with ThreadPoolExecutor(2) as executor:
            chunks = plan_chunks(api, VERSION, max_files=40)
            return copy_chunks(chunks, f"s3://{BUCKET}/deep", executor, storage_options=s3_options)

    result = copy()
    assert result.ok, result.failed[:3]
    assert result.written == len(FILES)
    assert objects(s3) == {f"deep/{name}": content for name, content in FILES.items()}
    assert copy().kept == len(FILES)
    s3.pipe_file(f"{BUCKET}/deep/data/003.bin", b"\0" * 2_000)
    again = copy()
    assert (again.written, again.kept) == (1, len(FILES) - 1)


@pytest.mark.filterwarnings("ignore")
def test_copy_chunk_s3_large_file_is_uploaded_in_parts_and_appears_when_it_is_right(
    wandb_server: WandbServer,
    api: Api,
    s3: Any,
    s3_options: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(object_store, "PIECE_BYTES", 5 * MIB)
    large = os.urandom(12 * MIB)
    wandb_server.add_artifact("crew/ship/model", "model", {"weights.bin": large})
    [chunk] = plan_chunks(api, "crew/ship/model:latest")

    def copy() -> Any:
        return copy_chunk(chunk, f"s3://{BUCKET}", storage_options=s3_options)

    with wandb_server.fault(Fault(kind="storage-get", corrupt=True)):
        result = copy()
    assert "MD5" in result.failed[0].reason
    assert (objects(s3), uploads_left(s3)) == ({}, [])
    with wandb_server.fault(Fault(kind="storage-get", skip=1, status=404)):
        assert not copy().ok
    assert (objects(s3), uploads_left(s3)) == ({}, [])
    assert copy().written == 1
    assert objects(s3) == {"weights.bin": large}
    assert s3.info(f"{BUCKET}/weights.bin")["ETag"].endswith('-3"'), "three parts"
    assert (copy().kept, uploads_left(s3)) == (1, [])
