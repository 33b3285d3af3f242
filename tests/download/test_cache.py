"""The cache: used by the library, by many processes, and offline."""

import asyncio
import base64
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import xxhash

from tests.conftest import files_in, md5
from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.download.cache import maintenance
from wbtyped.download.cache.store import Cache
from wbtyped.errors import DiskError, OfflineError, UsageError
from wbtyped.server import Fault, Reference, WandbServer

FILES = {"a.txt": b"alpha", "sub/b.bin": bytes(range(256)) * 9000, "sub/empty": b""}
PATH = "crew/ship/data"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def data(wandb_server: WandbServer, api: Api) -> Artifact:
    wandb_server.add_artifact(PATH, "dataset", FILES, aliases=["best"])
    return api.artifact(PATH)


def fetched(server: WandbServer) -> list[str]:
    return [r.path for r in server.requests if r.origin == "storage" and "manifest" not in r.path]


def cached_path(cache: Path, content: bytes) -> Path:
    path = Cache(cache).path_of(md5(content), "MD5")
    assert path is not None
    return path


# Downloaded once.


def test_cache_second_folder_fetches_nothing(
    wandb_server: WandbServer, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    first = data.files().download(tmp_path / "one", cache=cache)
    assert sorted(first.written) == sorted(FILES)
    assert first.cached == []
    wandb_server.requests.clear()
    second = data.files().download(tmp_path / "two", cache=cache)
    assert second.written == []
    assert sorted(second.cached) == sorted(FILES)
    assert second.kept == []
    assert second.size == first.size == sum(map(len, FILES.values()))
    assert list(wandb_server.requests) == [], "not even URLs are requested"
    third = data.files().download(tmp_path / "two", cache=cache)
    assert sorted(third.kept) == sorted(FILES)
    assert files_in(tmp_path / "one") == files_in(tmp_path / "two") == FILES


def test_cache_is_shared_by_versions_and_runs(
    wandb_server: WandbServer, api: Api, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    data.download(tmp_path / "one", cache=cache)
    wandb_server.add_artifact("crew/other/set", "dataset", {**FILES, "new": b"new"})
    wandb_server.add_run("crew/ship/log", {"renamed": FILES["sub/b.bin"], "own": b"own"})
    wandb_server.requests.clear()
    result = api.artifact("crew/other/set").files().download(tmp_path / "two", cache=cache)
    assert (result.written, sorted(result.cached)) == (["new"], sorted(FILES))
    result = api.run("crew/ship/log").files().download(tmp_path / "three", cache=cache)
    assert (result.written, result.cached) == (["own"], ["renamed"])
    assert len(fetched(wandb_server)) == 2
    assert files_in(tmp_path / "three") == {"renamed": FILES["sub/b.bin"], "own": b"own"}


async def test_cache_adownload_uses_it(
    api: Api, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    await data.adownload(tmp_path / "one", cache=cache)
    result = await data.files().adownload(tmp_path / "two", cache=cache)
    await api.aclose()
    assert sorted(result.cached) == sorted(FILES)
    assert files_in(tmp_path / "two") == FILES


def test_cache_option_defaults_to_off(
    data: Artifact, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.download(tmp_path / "one")
    assert not cache.exists()
    monkeypatch.setenv("WBTYPED_CACHE", str(cache))
    data.download(tmp_path / "two")
    assert not cache.exists(), "the client was created before"
    with Api() as configured:
        configured.artifact(PATH).download(tmp_path / "three", cache=False)
        assert not cache.exists()
        configured.artifact(PATH).download(tmp_path / "four")
    assert maintenance.info(Cache(cache)).files == len(FILES)
    monkeypatch.setenv("WBTYPED_CACHE", "1")
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "common"))
    with Api() as configured:
        assert configured.settings.cache == tmp_path / "common" / "wbtyped"
    monkeypatch.setenv("WBTYPED_CACHE", "no")
    with Api() as configured:
        assert configured.settings.cache is None
    with Api(cache=True) as configured:
        assert configured.settings.cache == tmp_path / "common" / "wbtyped"
    monkeypatch.setenv("WBTYPED_OFFLINE", "perhaps")
    with pytest.raises(UsageError, match="WBTYPED_OFFLINE must be 1 or 0"):
        Api()


# Integrity.


def test_cache_corrupt_file_is_fetched_again(
    wandb_server: WandbServer, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    data.download(tmp_path / "one", cache=cache)
    path = cached_path(cache, FILES["a.txt"])
    before = path.stat().st_mtime_ns
    path.unlink()
    path.write_bytes(b"alphA")
    while path.stat().st_mtime_ns == before:  # the clock of a file system ticks every 4 ms
        path.write_bytes(b"alphA")
    cached_path(cache, FILES["sub/b.bin"]).unlink()
    cached_path(cache, FILES["sub/b.bin"]).write_bytes(b"short")
    result = data.files().download(tmp_path / "two", cache=cache)
    assert (sorted(result.written), result.cached) == (["a.txt", "sub/b.bin"], ["sub/empty"])
    assert files_in(tmp_path / "two") == FILES
    assert path.read_bytes() == b"alpha"


def test_cache_shared_inodes_are_read_only(data: Artifact, cache: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        data.download(tmp_path / folder, cache=cache)
    one, two = ((tmp_path / folder / "a.txt").stat() for folder in ("one", "two"))
    if one.st_nlink == 1:
        assert one.st_mode & 0o200, "a file that shares no inode is writable"
        (tmp_path / "one" / "a.txt").write_bytes(b"mine")
    else:
        assert (one.st_ino, one.st_nlink, one.st_mode & 0o222) == (two.st_ino, 3, 0)
    assert (tmp_path / "two" / "a.txt").read_bytes() == b"alpha"


def test_cache_different_target_is_replaced(data: Artifact, cache: Path, tmp_path: Path) -> None:
    data.download(tmp_path / "one", cache=cache)
    target = tmp_path / "one" / "a.txt"
    target.chmod(0o600)
    target.write_bytes(b"mine!")
    data.download(tmp_path / "one", cache=cache)
    assert target.read_bytes() == b"alpha"
    data.download(tmp_path / "two", cache=cache)
    assert files_in(tmp_path / "two") == FILES


def test_cache_run_file_different_target_needs_replace(
    wandb_server: WandbServer, api: Api, cache: Path, tmp_path: Path
) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"alpha"})
    files = api.run("crew/ship/log").files()
    files.download(tmp_path / "one", cache=cache)
    target = tmp_path / "two" / "a.txt"
    target.parent.mkdir()
    target.write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        files.download(tmp_path / "two", cache=cache)
    assert target.read_bytes() == b"mine"
    assert files.download(tmp_path / "two", cache=cache, replace=True).cached == ["a.txt"]
    assert target.read_bytes() == b"alpha"


def test_cache_target_is_folder_fails_alone(data: Artifact, cache: Path, tmp_path: Path) -> None:
    data.download(tmp_path / "one", cache=cache)
    (tmp_path / "two" / "a.txt" / "x").mkdir(parents=True)
    with pytest.raises(DiskError, match=r"a\.txt cannot be written"):
        data.download(tmp_path / "two", cache=cache)
    result = data.files().download(tmp_path / "two", cache=cache, on_error="collect")
    assert ([failed.name for failed in result.failed], len(result.cached)) == (["a.txt"], 2)
    assert not [p for p in (tmp_path / "two").rglob("*") if p.suffix == ".part"]


def test_cache_restore_needs_matching_algorithm(cache: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"content")
    digest = base64.b64encode(xxhash.xxh3_128_digest(b"content")).decode()
    store = Cache(cache)
    store.add(source, digest, "XXH128")
    assert not store.restore(tmp_path / "no", 7, digest, "MD5")
    assert not store.restore(tmp_path / "no", 7, "../../etc", "MD5")
    assert not store.restore(tmp_path / "no", 7, "YQ==", "MD5")
    assert store.restore(tmp_path / "deep" / "yes", 7, digest, "XXH128", fsync=True)
    assert (tmp_path / "deep" / "yes").read_bytes() == b"content"
    assert not (tmp_path / "no").exists()


def test_cache_unwritable_fails_or_warns(data: Artifact, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DiskError, match="file.* cannot be written"):
        data.download(tmp_path / "one", cache=tmp_path / "file" / "cache")
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "objects").write_bytes(b"")
    with pytest.warns(UserWarning, match="cannot add every file to the cache"):
        data.download(tmp_path / "two", cache=cache)
    assert files_in(tmp_path / "two") == FILES


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_cache_other_file_system_copies(data: Artifact, cache: Path, elsewhere: Path) -> None:
    data.download(elsewhere / "one", cache=cache)
    result = data.files().download(elsewhere / "two", cache=cache)
    assert sorted(result.cached) == sorted(FILES)
    assert files_in(elsewhere / "one") == files_in(elsewhere / "two") == FILES
    status = (elsewhere / "two" / "a.txt").stat()
    assert (status.st_nlink, bool(status.st_mode & 0o200)) == (1, True)


def test_cache_reflinks_share_data(data: Artifact, tmp_path: Path) -> None:
    image, mount = tmp_path / "image", tmp_path / "mount"
    mount.mkdir()
    with image.open("wb") as stream:
        stream.truncate(400 << 20)
    tools = [["mkfs.xfs", "-q", str(image)], ["mount", "-o", "loop", str(image), str(mount)]]
    if not shutil.which("mkfs.xfs") or any(
        subprocess.run(tool, capture_output=True).returncode for tool in tools
    ):
        pytest.skip("no file system of this kind can be made here")
    try:
        data.download(mount / "one", cache=mount / "cache")
        assert sorted(data.files().download(mount / "two", cache=mount / "cache").cached) == sorted(
            FILES
        )
        status = (mount / "two" / "a.txt").stat()
        assert (status.st_nlink, bool(status.st_mode & 0o200)) == (1, True)
        (mount / "two" / "a.txt").write_bytes(b"mine")
        assert files_in(mount / "one") == FILES
        assert cached_path(mount / "cache", b"alpha").read_bytes() == b"alpha"
    finally:
        subprocess.run(["umount", str(mount)], check=True)


# Many processes.

SCRIPT = """
import sys
from wbtyped import Api
root, cache = sys.argv[1:]
with Api() as api:
    result = api.artifact("crew/ship/many").files().download(root, cache=cache)
assert result.ok
"""


def start(root: Path, cache: Path, server: WandbServer) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(root), str(cache)],
        env={**os.environ, **server.env},
        stderr=subprocess.PIPE,
    )


def many(server: WandbServer) -> dict[str, bytes]:
    files = {f"{n % 7}/{n}": b"%d" % n * (n % 50 * 900) for n in range(200)}
    server.add_artifact("crew/ship/many", "dataset", files)
    return files


@pytest.mark.slow
def test_cache_many_processes_share_it(
    wandb_server: WandbServer, cache: Path, tmp_path: Path
) -> None:
    files = many(wandb_server)
    roots = [tmp_path / name for name in ("a", "b", "c", "c")]
    processes = [start(root, cache, wandb_server) for root in roots]
    for process in processes:
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stderr.decode()
    assert all(files_in(root) == files for root in roots)
    assert maintenance.verify(Cache(cache)) == []
    assert maintenance.info(Cache(cache)).files == len(set(files.values()))
    assert not list(cache.rglob("*.part"))


def test_cache_process_killed_leaves_no_corrupt_file(
    wandb_server: WandbServer, api: Api, cache: Path, tmp_path: Path
) -> None:
    files = many(wandb_server)
    root = tmp_path / "root"
    for pause in (0.35, 0.45, 0.5, 0.55, 0.6, 0.7):
        process = start(root, cache, wandb_server)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        complete = {name: data for name, data in files_in(root).items() if ".part" not in name}
        assert complete.items() <= files.items()
    assert maintenance.verify(Cache(cache)) == [], "no partial file is in the cache under a digest"
    api.artifact("crew/ship/many").download(root, cache=cache)
    assert {name: data for name, data in files_in(root).items() if ".part" not in name} == files


@pytest.mark.slow
def test_prune_during_downloads_is_safe(
    wandb_server: WandbServer, api: Api, cache: Path, tmp_path: Path
) -> None:
    files = many(wandb_server)
    api.artifact("crew/ship/many").download(tmp_path / "first", cache=cache)
    processes = [start(tmp_path / str(n), cache, wandb_server) for n in range(3)]
    while any(process.poll() is None for process in processes):
        maintenance.prune(Cache(cache), max_size=0)
    assert [process.communicate()[1] for process in processes] == [b"", b"", b""]
    assert all(files_in(tmp_path / str(n)) == files for n in range(3))


# Maintenance.


def test_maintenance_info_prune_and_verify_agree(
    data: Artifact, cache: Path, tmp_path: Path
) -> None:
    store = Cache(cache)
    assert maintenance.info(store).files == 0
    data.download(tmp_path / "one", cache=cache)
    size = sum(map(len, FILES.values()))
    info = maintenance.info(store)
    assert (info.folder, info.files, info.size, info.versions) == (cache, 3, size, 3)
    assert info.linked in {0, size}
    shutil.rmtree(tmp_path / "one")
    assert maintenance.info(store).linked == 0
    old = cached_path(cache, b"alpha")
    os.utime(old, (1, 1))
    pruned = maintenance.prune(store, unused_for=3600)
    assert (pruned.files, pruned.size, pruned.versions) == (1, 5, 0)
    assert maintenance.prune(store, max_size=size).files == 0
    pruned = maintenance.prune(store, max_size=5)
    assert pruned.size == len(FILES["sub/b.bin"])
    left = maintenance.info(store).files
    assert maintenance.verify(store) == []
    for path in [p for p in cache.rglob("objects/*/*/*") if p.is_file()]:
        path.chmod(0o600)
        path.write_bytes(b"changed")
    assert len(maintenance.verify(store)) == left
    assert maintenance.info(store).files == 0


def test_prune_recently_used_file_stays(
    wandb_server: WandbServer, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    data.download(tmp_path / "one", cache=cache)
    for content in FILES.values():
        os.utime(cached_path(cache, content), (1, 1))
    data.files(["a.txt"]).download(tmp_path / "two", cache=cache)
    maintenance.prune(Cache(cache), unused_for=3600)
    assert cached_path(cache, b"alpha").exists()
    assert maintenance.info(Cache(cache)).files == 1


# Offline.


def offline(server: WandbServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Api:
    """Stop the server, take the key away, and return a client that is offline."""
    server.close()
    monkeypatch.delenv("WANDB_API_KEY")
    return Api(cache=cache, offline=True)


def test_offline_cached_version_is_complete(
    wandb_server: WandbServer,
    data: Artifact,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data.download(tmp_path / "one", cache=cache)
    online = (data.digest, data.metadata, data.created_at, data.aliases, data.manifest)
    api = offline(wandb_server, cache, monkeypatch)
    for name in (PATH, f"{PATH}:latest", f"{PATH}:best", f"{PATH}:v0"):
        found = api.artifact(name)
        facts = (found.digest, found.metadata, found.created_at, found.aliases, found.manifest)
        assert (facts, found.qualified_name) == (online, f"{PATH}:v0")
    found.download(tmp_path / "two")
    found.verify(tmp_path / "two")
    assert files_in(tmp_path / "two") == FILES
    assert files_in(Path(found.checkout(tmp_path / "three"))) == FILES
    assert asyncio.run(api.aartifact(PATH)).id == data.id


def test_offline_missing_object_is_named(
    wandb_server: WandbServer,
    data: Artifact,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data.download(tmp_path / "one", cache=cache)
    cached_path(cache, b"alpha").unlink()
    api = offline(wandb_server, cache, monkeypatch)
    with pytest.raises(OfflineError, match="crew/ship/other:latest is not in the cache"):
        api.artifact("crew/ship/other")
    with pytest.raises(OfflineError, match=r"file 'a\.txt' of artifact crew/ship/data:v0 is not"):
        api.artifact(PATH).download(tmp_path / "two")
    result = api.artifact(PATH).files().download(tmp_path / "two", on_error="collect")
    assert [failed.name for failed in result.failed] == ["a.txt"]
    assert files_in(tmp_path / "two").keys() == FILES.keys() - {"a.txt"}
    for request in (
        lambda: api.run("crew/ship/log"),
        lambda: list(api.artifact(PATH).files()),
        lambda: api.artifact("data"),
        lambda: asyncio.run(api.arun("crew/ship/log")),
        lambda: data_of(api).delete(),
    ):
        with pytest.raises(OfflineError, match="offline"):
            request()
    wrong = Api({"base_url": "http://other.example"}, cache=cache, offline=True)
    with pytest.raises(OfflineError, match="not in the cache"):
        wrong.artifact(PATH)


def data_of(api: Api) -> Artifact:
    return api.artifact(PATH)


def test_offline_references_are_followed(
    wandb_server: WandbServer,
    api: Api,
    data: Artifact,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reference = Reference(data.get_entry("a.txt").ref_url(), digest=md5(b"alpha"), size=5)
    far = Reference(f"{wandb_server.url}/far.txt", digest="etag", size=4)
    wandb_server.add_artifact("crew/ship/near", "dataset", {}, {"x": reference})
    wandb_server.add_artifact("crew/ship/far", "dataset", {}, {"y": far})
    api.artifact("crew/ship/near").download(tmp_path / "one", cache=cache)
    with pytest.raises(Exception, match="y"):
        api.artifact("crew/ship/far").download(tmp_path / "one", cache=cache)
    api = offline(wandb_server, cache, monkeypatch)
    api.artifact("crew/ship/near").download(tmp_path / "two")
    assert files_in(tmp_path / "two") == {"x": b"alpha"}
    with pytest.raises(OfflineError, match="reference 'y' of artifact crew/ship/far:v0"):
        api.artifact("crew/ship/far").download(tmp_path / "two")


def test_offline_corrupt_record_is_ignored(
    wandb_server: WandbServer,
    data: Artifact,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data.download(tmp_path / "one", cache=cache)
    for path in (cache / "versions").iterdir():
        record = json.loads(path.read_bytes())
        path.write_text(json.dumps({**record, "node": {}}))
    with pytest.raises(OfflineError, match="not in the cache"):
        offline(wandb_server, cache, monkeypatch).artifact(PATH)


def test_cache_failed_transfer_is_not_added(
    wandb_server: WandbServer, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    corrupt = Fault(kind="storage-get", corrupt=True)
    assert data.manifest
    with wandb_server.fault(corrupt):
        result = data.files(["a.txt", "sub/b.bin"]).download(
            tmp_path / "one", cache=cache, on_error="collect"
        )
    assert len(result.failed) == 2
    assert maintenance.info(Cache(cache)).files == 0


@pytest.mark.parametrize("links", [False, True])
def test_cache_contains_what_was_added_since_it_was_opened(tmp_path: Path, links: bool) -> None:
    cache = Cache(tmp_path / "cache", links=links)
    contents = {md5(text): text for text in (b"one", b"two")}
    one, two = contents
    assert not any(cache.contains(digest, "MD5") for digest in contents)
    cache.add_content(contents[one], one, "MD5")
    (tmp_path / "two").write_bytes(contents[two])
    cache.add(tmp_path / "two", two, "MD5")
    for opened in (cache, Cache(tmp_path / "cache")):
        assert all(opened.contains(digest, "MD5") for digest in contents)
    assert not cache.contains("not base64", "MD5")
