"""What is kept on this machine: by the library, by many processes, and with no server at all."""

import asyncio
import base64
import hashlib
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


def saved(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def fetched(server: WandbServer) -> list[str]:
    return [r.path for r in server.requests if r.origin == "storage" and "manifest" not in r.path]


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def kept(cache: Path, content: bytes) -> Path:
    path = Cache(cache).path_of(md5(content), "MD5")
    assert path is not None
    return path


# Fetched once.


def test_a_second_folder_costs_no_transfer(
    wandb_server: WandbServer, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    first = data.files().download(tmp_path / "one", cache=cache)
    assert (sorted(first.written), first.cached) == (sorted(FILES), [])
    wandb_server.requests.clear()
    second = data.files().download(tmp_path / "two", cache=cache)
    assert (second.written, sorted(second.cached), second.kept) == ([], sorted(FILES), [])
    assert second.size == first.size == sum(map(len, FILES.values()))
    assert list(wandb_server.requests) == [], "not even the addresses are asked for"
    third = data.files().download(tmp_path / "two", cache=cache)
    assert sorted(third.kept) == sorted(FILES)
    assert saved(tmp_path / "one") == saved(tmp_path / "two") == FILES


def test_other_versions_and_runs_share_it(
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
    assert saved(tmp_path / "three") == {"renamed": FILES["sub/b.bin"], "own": b"own"}


def test_a_coroutine_uses_it(api: Api, data: Artifact, cache: Path, tmp_path: Path) -> None:
    async def both() -> None:
        await data.adownload(tmp_path / "one", cache=cache)
        result = await data.files().adownload(tmp_path / "two", cache=cache)
        await api.aclose()
        assert sorted(result.cached) == sorted(FILES)

    asyncio.run(both())
    assert saved(tmp_path / "two") == FILES


def test_nothing_is_kept_unless_wanted(
    data: Artifact, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.download(tmp_path / "one")
    assert not cache.exists()
    monkeypatch.setenv("WBTYPED_CACHE", str(cache))
    data.download(tmp_path / "two")
    assert not cache.exists(), "the client was made before"
    with Api() as told:
        told.artifact(PATH).download(tmp_path / "three", cache=False)
        assert not cache.exists()
        told.artifact(PATH).download(tmp_path / "four")
    assert maintenance.info(Cache(cache)).files == len(FILES)
    monkeypatch.setenv("WBTYPED_CACHE", "1")
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "common"))
    with Api() as told:
        assert told.settings.cache == tmp_path / "common" / "wbtyped"
    monkeypatch.setenv("WBTYPED_CACHE", "no")
    with Api() as told:
        assert told.settings.cache is None
    with Api(cache=True) as told:
        assert told.settings.cache == tmp_path / "common" / "wbtyped"
    monkeypatch.setenv("WBTYPED_OFFLINE", "perhaps")
    with pytest.raises(UsageError, match="WBTYPED_OFFLINE must be 1 or 0"):
        Api()


# Trust.


def test_a_content_that_was_changed_is_fetched_anew(
    wandb_server: WandbServer, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    data.download(tmp_path / "one", cache=cache)
    path = kept(cache, FILES["a.txt"])
    before = path.stat().st_mtime_ns
    path.unlink()
    path.write_bytes(b"alphA")
    while path.stat().st_mtime_ns == before:  # the clock of a file system ticks every 4 ms
        path.write_bytes(b"alphA")
    kept(cache, FILES["sub/b.bin"]).unlink()
    kept(cache, FILES["sub/b.bin"]).write_bytes(b"short")
    result = data.files().download(tmp_path / "two", cache=cache)
    assert (sorted(result.written), result.cached) == (["a.txt", "sub/b.bin"], ["sub/empty"])
    assert saved(tmp_path / "two") == FILES
    assert path.read_bytes() == b"alpha"


def test_links_are_read_only_and_hold_what_was_compared(
    data: Artifact, cache: Path, tmp_path: Path
) -> None:
    for folder in ("one", "two"):
        data.download(tmp_path / folder, cache=cache)
    one, two = ((tmp_path / folder / "a.txt").stat() for folder in ("one", "two"))
    if one.st_nlink == 1:
        assert one.st_mode & 0o200, "what shares nothing can be changed"
        (tmp_path / "one" / "a.txt").write_bytes(b"mine")
    else:
        assert (one.st_ino, one.st_nlink, one.st_mode & 0o222) == (two.st_ino, 3, 0)
    assert (tmp_path / "two" / "a.txt").read_bytes() == b"alpha"


def test_a_wrong_file_in_the_way_is_replaced_and_the_cache_stays_right(
    data: Artifact, cache: Path, tmp_path: Path
) -> None:
    data.download(tmp_path / "one", cache=cache)
    target = tmp_path / "one" / "a.txt"
    target.chmod(0o600)
    target.write_bytes(b"mine!")
    data.download(tmp_path / "one", cache=cache)
    assert target.read_bytes() == b"alpha"
    data.download(tmp_path / "two", cache=cache)
    assert saved(tmp_path / "two") == FILES


def test_run_files_of_other_content_are_left(
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


def test_a_folder_in_the_way(data: Artifact, cache: Path, tmp_path: Path) -> None:
    data.download(tmp_path / "one", cache=cache)
    (tmp_path / "two" / "a.txt" / "x").mkdir(parents=True)
    with pytest.raises(DiskError, match=r"a\.txt cannot be written"):
        data.download(tmp_path / "two", cache=cache)
    result = data.files().download(tmp_path / "two", cache=cache, on_error="collect")
    assert ([failed.name for failed in result.failed], len(result.cached)) == (["a.txt"], 2)
    assert not [p for p in (tmp_path / "two").rglob("*") if p.suffix == ".part"]


def test_the_newer_digest(cache: Path, tmp_path: Path) -> None:
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


def test_a_cache_that_cannot_be_written(data: Artifact, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DiskError, match="file.* cannot be written"):
        data.download(tmp_path / "one", cache=tmp_path / "file" / "cache")
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / "objects").write_bytes(b"")
    with pytest.warns(UserWarning, match="did not take every file"):
        data.download(tmp_path / "two", cache=cache)
    assert saved(tmp_path / "two") == FILES


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system."""
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system")
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def test_another_file_system_gets_copies(data: Artifact, cache: Path, elsewhere: Path) -> None:
    data.download(elsewhere / "one", cache=cache)
    result = data.files().download(elsewhere / "two", cache=cache)
    assert sorted(result.cached) == sorted(FILES)
    assert saved(elsewhere / "one") == saved(elsewhere / "two") == FILES
    status = (elsewhere / "two" / "a.txt").stat()
    assert (status.st_nlink, bool(status.st_mode & 0o200)) == (1, True)


def test_a_file_system_that_shares_contents(data: Artifact, tmp_path: Path) -> None:
    image, place = tmp_path / "image", tmp_path / "place"
    place.mkdir()
    with image.open("wb") as stream:
        stream.truncate(400 << 20)
    tools = [["mkfs.xfs", "-q", str(image)], ["mount", "-o", "loop", str(image), str(place)]]
    if not shutil.which("mkfs.xfs") or any(
        subprocess.run(tool, capture_output=True).returncode for tool in tools
    ):
        pytest.skip("no file system of this kind can be made here")
    try:
        data.download(place / "one", cache=place / "cache")
        assert sorted(data.files().download(place / "two", cache=place / "cache").cached) == sorted(
            FILES
        )
        status = (place / "two" / "a.txt").stat()
        assert (status.st_nlink, bool(status.st_mode & 0o200)) == (1, True)
        (place / "two" / "a.txt").write_bytes(b"mine")
        assert saved(place / "one") == FILES
        assert kept(place / "cache", b"alpha").read_bytes() == b"alpha"
    finally:
        subprocess.run(["umount", str(place)], check=True)


# Many at once.

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
def test_many_processes(wandb_server: WandbServer, cache: Path, tmp_path: Path) -> None:
    files = many(wandb_server)
    roots = [tmp_path / name for name in ("a", "b", "c", "c")]
    processes = [start(root, cache, wandb_server) for root in roots]
    for process in processes:
        _, said = process.communicate(timeout=60)
        assert process.returncode == 0, said.decode()
    assert all(saved(root) == files for root in roots)
    assert maintenance.verify(Cache(cache)) == []
    assert maintenance.info(Cache(cache)).files == len(set(files.values()))
    assert not list(cache.rglob("*.part"))


def test_killed_at_any_moment(
    wandb_server: WandbServer, api: Api, cache: Path, tmp_path: Path
) -> None:
    files = many(wandb_server)
    root = tmp_path / "root"
    for pause in (0.35, 0.45, 0.5, 0.55, 0.6, 0.7):
        process = start(root, cache, wandb_server)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        there = {name: content for name, content in saved(root).items() if ".part" not in name}
        assert there.items() <= files.items()
    assert maintenance.verify(Cache(cache)) == [], "nothing half-written has the name of a content"
    api.artifact("crew/ship/many").download(root, cache=cache)
    assert {n: c for n, c in saved(root).items() if ".part" not in n} == files


@pytest.mark.slow
def test_prune_beside_a_download(
    wandb_server: WandbServer, api: Api, cache: Path, tmp_path: Path
) -> None:
    files = many(wandb_server)
    api.artifact("crew/ship/many").download(tmp_path / "first", cache=cache)
    processes = [start(tmp_path / str(n), cache, wandb_server) for n in range(3)]
    while any(process.poll() is None for process in processes):
        maintenance.prune(Cache(cache), max_size=0)
    assert [process.communicate()[1] for process in processes] == [b"", b"", b""]
    assert all(saved(tmp_path / str(n)) == files for n in range(3))


# Care.


def test_care(data: Artifact, cache: Path, tmp_path: Path) -> None:
    store = Cache(cache)
    assert maintenance.info(store).files == 0
    data.download(tmp_path / "one", cache=cache)
    size = sum(map(len, FILES.values()))
    info = maintenance.info(store)
    assert (info.folder, info.files, info.size, info.versions) == (cache, 3, size, 3)
    assert info.linked in {0, size}
    shutil.rmtree(tmp_path / "one")
    assert maintenance.info(store).linked == 0
    old = kept(cache, b"alpha")
    os.utime(old, (1, 1))
    gone = maintenance.prune(store, unused_for=3600)
    assert (gone.files, gone.size, gone.versions) == (1, 5, 0)
    assert maintenance.prune(store, max_size=size).files == 0
    gone = maintenance.prune(store, max_size=5)
    assert gone.size == len(FILES["sub/b.bin"])
    left = maintenance.info(store).files
    assert maintenance.verify(store) == []
    for path in [p for p in cache.rglob("objects/*/*/*") if p.is_file()]:
        path.chmod(0o600)
        path.write_bytes(b"changed")
    assert len(maintenance.verify(store)) == left
    assert maintenance.info(store).files == 0


def test_what_is_used_stays(
    wandb_server: WandbServer, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    data.download(tmp_path / "one", cache=cache)
    for content in FILES.values():
        os.utime(kept(cache, content), (1, 1))
    data.files(["a.txt"]).download(tmp_path / "two", cache=cache)
    maintenance.prune(Cache(cache), unused_for=3600)
    assert kept(cache, b"alpha").exists()
    assert maintenance.info(Cache(cache)).files == 1


# No server at all.


def offline(server: WandbServer, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Api:
    """Stop the server, take the key away, and return a client that is offline."""
    server.close()
    monkeypatch.delenv("WANDB_API_KEY")
    return Api(cache=cache, offline=True)


def test_offline(
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
    assert saved(tmp_path / "two") == FILES
    assert saved(Path(found.checkout(tmp_path / "three"))) == FILES
    assert asyncio.run(api.aartifact(PATH)).id == data.id


def test_offline_says_what_is_missing(
    wandb_server: WandbServer,
    data: Artifact,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data.download(tmp_path / "one", cache=cache)
    kept(cache, b"alpha").unlink()
    api = offline(wandb_server, cache, monkeypatch)
    with pytest.raises(OfflineError, match="crew/ship/other:latest is not in the cache"):
        api.artifact("crew/ship/other")
    with pytest.raises(OfflineError, match=r"file 'a\.txt' of artifact crew/ship/data:v0 is not"):
        api.artifact(PATH).download(tmp_path / "two")
    result = api.artifact(PATH).files().download(tmp_path / "two", on_error="collect")
    assert [failed.name for failed in result.failed] == ["a.txt"]
    assert saved(tmp_path / "two").keys() == FILES.keys() - {"a.txt"}
    for send in (
        lambda: api.run("crew/ship/log"),
        lambda: list(api.artifact(PATH).files()),
        lambda: api.artifact("data"),
        lambda: asyncio.run(api.arun("crew/ship/log")),
        lambda: data_of(api).delete(),
    ):
        with pytest.raises(OfflineError, match="offline"):
            send()
    wrong = Api({"base_url": "http://other.example"}, cache=cache, offline=True)
    with pytest.raises(OfflineError, match="not in the cache"):
        wrong.artifact(PATH)


def data_of(api: Api) -> Artifact:
    return api.artifact(PATH)


def test_offline_follows_what_it_can(
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
    assert saved(tmp_path / "two") == {"x": b"alpha"}
    with pytest.raises(OfflineError, match="reference 'y' of artifact crew/ship/far:v0"):
        api.artifact("crew/ship/far").download(tmp_path / "two")


def test_a_spoilt_note_is_no_version(
    wandb_server: WandbServer,
    data: Artifact,
    cache: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data.download(tmp_path / "one", cache=cache)
    for path in (cache / "versions").iterdir():
        note = json.loads(path.read_bytes())
        path.write_text(json.dumps({**note, "node": {}}))
    with pytest.raises(OfflineError, match="not in the cache"):
        offline(wandb_server, cache, monkeypatch).artifact(PATH)


def test_a_failed_transfer_is_not_kept(
    wandb_server: WandbServer, data: Artifact, cache: Path, tmp_path: Path
) -> None:
    wrong = Fault(kind="storage-get", corrupt=True)
    assert data.manifest
    with wandb_server.fault(wrong):
        result = data.files(["a.txt", "sub/b.bin"]).download(
            tmp_path / "one", cache=cache, on_error="collect"
        )
    assert len(result.failed) == 2
    assert maintenance.info(Cache(cache)).files == 0
