"""Versions, runs and projects copied chunk by chunk: to folders and to stores of fsspec."""

import hashlib
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec import AbstractFileSystem

from wbtyped import Api, DownloadProgress
from wbtyped.errors import NotFoundError, UnsupportedReferenceError, UsageError
from wbtyped.filesystem.chunks import (
    Chunk,
    CopyResult,
    FailedCopy,
    copy_chunk,
    copy_chunks,
    object_store,
    plan_chunks,
)
from wbtyped.server import Fault, Reference, WandbServer

FILES = {f"data/{n:02}.txt": b"content %d" % n for n in range(20)}
LARGE = bytes(range(256)) * 50
VERSION = "crew/ship/data:latest"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_artifact("crew/ship/data", "dataset", FILES)
    wandb_server.add_run("crew/ship/log", {"a.txt": b"a", "deep/b.txt": b"b"})
    wandb_server.requests.clear()
    return wandb_server


@pytest.fixture
def memory() -> Iterator[AbstractFileSystem]:
    fs = fsspec.filesystem("memory")
    yield fs
    fs.store.clear()


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contents of more than 1,000 bytes are large."""
    monkeypatch.setattr(object_store, "PIECE_BYTES", 1000)


def files_below(root: Path) -> dict[str, bytes]:
    paths = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in paths}


def objects_below(fs: AbstractFileSystem, root: str) -> dict[str, bytes]:
    prefix = f"{root.rstrip('/')}/"
    found: Sequence[str] = fs.find(root)
    return {path.split(prefix, 1)[1]: fs.cat_file(path) for path in found}


# The plan.


def test_plan_chunks_version_is_cut_by_files_and_bytes(server: WandbServer, api: Api) -> None:
    chunks = list(plan_chunks(api, VERSION, max_files=8))
    assert [len(chunk.names) for chunk in chunks] == [8, 8, 4]
    assert [name for chunk in chunks for name in chunk.names] == list(FILES)
    assert sum(chunk.size for chunk in chunks) == sum(map(len, FILES.values()))
    by_bytes = list(plan_chunks(api, VERSION, max_bytes=20))
    assert all(chunk.size <= 20 for chunk in by_bytes)
    assert [name for chunk in by_bytes for name in chunk.names] == list(FILES)
    tiny = list(plan_chunks(api, VERSION, max_bytes=1))
    assert [len(chunk.names) for chunk in tiny] == [1] * len(FILES)


def test_plan_chunks_chunk_is_small_and_has_no_key(server: WandbServer, api: Api) -> None:
    [chunk] = plan_chunks(api, VERSION)
    assert chunk.path == "crew/ship/data:v0"
    pickled = pickle.dumps(chunk)
    assert len(pickled) < 2_000
    assert server.api_key.encode() not in pickled


def test_plan_chunks_selects_names(server: WandbServer, api: Api) -> None:
    [chunk] = plan_chunks(api, VERSION, names=["data/03.txt"])
    assert chunk.names == ("data/03.txt",)
    [chunk] = plan_chunks(api, "crew/ship/log", names=["a.txt"])
    assert (chunk.kind, chunk.path, chunk.names) == ("run", "crew/ship/log", ("a.txt",))
    for path in (VERSION, "crew/ship/log"):
        with pytest.raises(NotFoundError, match="missing"):
            plan_chunks(api, path, names=["missing"])


def test_plan_chunks_project_has_all_runs_and_versions(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    server.add_artifact("crew/ship/data", "dataset", {"only.txt": b"second"})
    with ThreadPoolExecutor(2) as executor:
        result = copy_chunks(plan_chunks(api, "crew/ship"), str(tmp_path), executor)
    assert result.ok
    assert files_below(tmp_path) == {
        "runs/log/a.txt": b"a",
        "runs/log/deep/b.txt": b"b",
        "artifacts/data/v1/only.txt": b"second",
        **{f"artifacts/data/v0/{name}": content for name, content in FILES.items()},
    }


def test_plan_chunks_references_that_cannot_be_copied_raise(server: WandbServer, api: Api) -> None:
    references = {"r": Reference("s3://bucket/x")}
    server.add_artifact("crew/ship/mixed", "dataset", {"a": b"a"}, references)
    with pytest.raises(UnsupportedReferenceError, match="s3://bucket/x"):
        list(plan_chunks(api, "crew/ship/mixed:latest"))
    with pytest.warns(UserWarning, match="s3://bucket/x"):
        [chunk] = plan_chunks(api, "crew/ship/mixed:latest", allow_missing_references=True)
    assert chunk.names == ("a",)


def test_plan_chunks_wrong_paths_raise_usage_error(server: WandbServer, api: Api) -> None:
    with pytest.raises(UsageError, match="neither a run nor a version"):
        plan_chunks(api, "crew/ship", names=["a"])
    with pytest.raises(UsageError, match="max_files"):
        plan_chunks(api, VERSION, max_files=0)


# The results.


def test_results_add_up() -> None:
    failed = FailedCopy("x", "why")
    first = CopyResult(written=1, size=2, workers=frozenset({"a"}))
    second = CopyResult(kept=3, size=4, failed=(failed,), unverified=1, workers=frozenset({"b"}))
    expected = CopyResult(1, 3, 6, (failed,), 1, frozenset({"a", "b"}))
    assert first + second == sum([first, second]) == expected
    assert (first.ok, expected.ok) == (True, False)
    assert repr(expected) == "<CopyResult 1 written, 3 kept, 1 failed, 6 B>"
    with pytest.raises(TypeError):
        _ = first + 1


# Copying to a folder.


def test_copy_chunk_folder_takes_one_query_and_is_idempotent(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    first, second = plan_chunks(api, VERSION, max_files=10)
    copy_chunk(first.only(first.names[:1]), str(tmp_path))
    server.requests.clear()
    assert copy_chunk(second, str(tmp_path)).written == 10
    assert server.requests.operations() == ["ArtifactFileEntries"]
    again = copy_chunk(second, str(tmp_path))
    assert (again.written, again.kept, again.size) == (0, 10, second.size)
    assert files_below(tmp_path).keys() == {first.names[0], *second.names}


def test_copy_chunk_version_stays_the_same_though_latest_moves(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    chunks = list(plan_chunks(api, VERSION, max_files=10))
    server.add_artifact("crew/ship/data", "dataset", dict.fromkeys(FILES, b"newer"))
    for chunk in chunks:
        assert copy_chunk(chunk, str(tmp_path)).ok
    assert files_below(tmp_path) == FILES


def test_copy_chunk_missing_and_unsafe_names_fail_alone(
    server: WandbServer, api: Api, tmp_path: Path, memory: AbstractFileSystem
) -> None:
    server.add_artifact("crew/ship/evil", "dataset", {"good": b"good", "../evil": b"evil"})
    [chunk] = plan_chunks(api, "crew/ship/evil:latest")
    chunk = Chunk(chunk.base_url, "version", chunk.path, (*chunk.names, "missing"), 0)
    for target in (str(tmp_path / "root"), "memory://root/deep"):
        result = copy_chunk(chunk, target)
        assert result.written == 1
        assert sorted(failed.name for failed in result.failed) == ["../evil", "missing"]
        assert not any(failed.is_retryable for failed in result.failed)
    assert files_below(tmp_path) == {"root/good": b"good"}
    assert objects_below(memory, "/root") == {"deep/good": b"good"}


def test_copy_chunks_processes_copy_everything(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    progress: list[DownloadProgress] = []
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        chunks = plan_chunks(api, VERSION, max_files=4)
        result = copy_chunks(chunks, str(tmp_path), executor, progress=progress.append)
    assert (result.written, result.ok) == (20, True)
    assert files_below(tmp_path) == FILES
    last = progress[-1]
    assert (last.files, last.files_expected, last.size, last.done) == (20, 20, result.size, True)
    assert last.totals_final


def test_copy_chunks_failed_files_are_tried_again(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    with ThreadPoolExecutor(1) as executor:
        copy = partial(copy_chunks, target=str(tmp_path), executor=executor)
        # Corrupt content is fetched again once by each attempt.
        with server.fault(Fault(kind="storage-get", path="03.txt", corrupt=True, times=2)):
            assert copy(plan_chunks(api, VERSION, max_files=10)).ok
        with server.fault(Fault(kind="storage-get", path="b.txt", corrupt=True)) as fault:
            result = copy(plan_chunks(api, "crew/ship/log"), attempts=2)
    assert [failed.name for failed in result.failed] == ["deep/b.txt"]
    assert "digest" in result.failed[0].reason
    assert result.written == 1
    assert fault.hits >= 4, "twice by each attempt"


class DyingExecutor(Executor):
    """Runs the work, but loses some of the results, as if their workers had died."""

    def __init__(self, losses: int) -> None:
        self.losses = losses

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        if self.losses > 0:
            self.losses -= 1
            future.set_exception(RuntimeError("the worker died"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_copy_chunks_chunk_of_a_dead_worker_is_tried_again(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    chunks = list(plan_chunks(api, VERSION, max_files=10))
    assert copy_chunks(chunks, str(tmp_path), DyingExecutor(4)).written == 20
    lost = copy_chunks(chunks, str(tmp_path), DyingExecutor(4), attempts=2)
    assert len(lost.failed) == 20
    assert lost.failed[0].reason == "RuntimeError: the worker died"


def test_copy_chunks_wrong_executor_raises_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="executor of concurrent.futures or a client of Dask"):
        copy_chunks([], str(tmp_path), 5)  # type: ignore[arg-type]


# Copying to a store.


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("target", ["memory://copies/deep", "file://{}/copies/deep"])
def test_copy_chunk_store_contents_are_right_and_kept(
    server: WandbServer, api: Api, tmp_path: Path, memory: AbstractFileSystem, target: str
) -> None:
    files = {"small": b"small", "empty": b"", "sub/large": LARGE}
    server.add_artifact("crew/ship/mixed", "dataset", files)
    target = target.format(tmp_path)
    fs, root = fsspec.url_to_fs(target)
    for path in ("crew/ship/mixed:latest", "crew/ship/log"):
        [chunk] = plan_chunks(api, path)
        assert copy_chunk(chunk, target).written == len(chunk.names)
        assert copy_chunk(chunk, target).kept == len(chunk.names)
    assert objects_below(fs, root) == {**files, "a.txt": b"a", "deep/b.txt": b"b"}
    # What has the right size may still be wrong.
    fs.pipe_file(f"{root}/sub/large", LARGE[::-1])
    [chunk] = plan_chunks(api, "crew/ship/mixed:latest")
    result = copy_chunk(chunk, target)
    assert (result.written, result.kept) == (1, 2)
    assert objects_below(fs, root)["sub/large"] == LARGE


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("target", ["memory://copies", "file://{}/copies"])
def test_copy_chunk_store_corrupt_content_never_appears(
    server: WandbServer, api: Api, tmp_path: Path, memory: AbstractFileSystem, target: str
) -> None:
    server.add_artifact("crew/ship/mixed", "dataset", {"small": b"small", "large": LARGE})
    [chunk] = plan_chunks(api, "crew/ship/mixed:latest")
    target = target.format(tmp_path)
    with server.fault(Fault(kind="storage-get", corrupt=True)):
        result = copy_chunk(chunk, target)
    assert sorted(failed.name for failed in result.failed) == ["large", "small"]
    assert all("MD5" in failed.reason and failed.is_retryable for failed in result.failed)
    fs, root = fsspec.url_to_fs(target)
    assert objects_below(fs, root) == {}
    # It is fetched again once before it fails.
    with server.fault(Fault(kind="storage-get", corrupt=True, times=1)):
        assert copy_chunk(chunk, target, jobs=1).ok


@pytest.mark.usefixtures("small_pieces")
def test_copy_chunk_store_failed_write_leaves_nothing(
    server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add_artifact("crew/ship/mixed", "dataset", {"large": LARGE})
    [chunk] = plan_chunks(api, "crew/ship/mixed:latest")
    with server.fault(Fault(kind="storage-get", status=404, skip=3)):
        result = copy_chunk(chunk, f"file://{tmp_path}")
    assert not result.failed[0].is_retryable
    assert files_below(tmp_path) == {}


def test_copy_chunk_store_takes_one_query(
    server: WandbServer, api: Api, memory: AbstractFileSystem
) -> None:
    first, second = plan_chunks(api, VERSION, max_files=10)
    copy_chunk(first, "memory://copies")
    server.requests.clear()
    assert copy_chunk(second, "memory://copies").written == 10
    assert server.requests.operations() == ["ArtifactFileEntries"]
    assert sum(request.origin == "storage" for request in server.requests) == 10


def test_copy_chunk_unknown_protocol_fails(server: WandbServer, api: Api) -> None:
    [chunk] = plan_chunks(api, "crew/ship/log")
    result = copy_chunk(chunk, "unknown://x")
    assert "unknown" in result.failed[0].reason


def test_hex_digest_is_that_of_an_etag() -> None:
    digest = "ZE0lNw+exNL8S11p3GrnjQ=="
    assert object_store.hex_digest(digest) == hashlib.md5(b"hello a").hexdigest()


@pytest.mark.parametrize(
    "wrong",
    [{"chunk": "x"}, {"target": Path("x")}, {"jobs": 0}, {"storage_options": "key"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_copy_chunk_wrong_arguments_raise_usage_error(wrong: dict[str, Any]) -> None:
    chunk = Chunk("http://127.0.0.1:1", "run", "crew/ship/log", ("a",), 1)
    given: dict[str, Any] = {"chunk": chunk, "target": "x", **wrong}
    with pytest.raises(UsageError, match=next(iter(wrong))):
        copy_chunk(**given)
