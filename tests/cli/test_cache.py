"""`wbtyped get` with a cache, and `wbtyped cache`."""

import json
from pathlib import Path

import pytest

from wbtyped.server import Fault, WandbServer

from .conftest import Command

PATH = "crew/ship/data"
FILES = {"a.txt": b"alpha", "sub/b.bin": b"beta" * 999}


@pytest.fixture
def server(
    wandb_server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> WandbServer:
    wandb_server.add_artifact(PATH, "dataset", FILES)
    wandb_server.add_run("crew/ship/log", {"same.txt": b"alpha", "run.txt": b"r"})
    monkeypatch.setenv("WANDB_CACHE_DIR", str(tmp_path / "common"))
    return wandb_server


def read_folder(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_get_with_cache_reuses_files(
    server: WandbServer, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = command("get", PATH + ":v0", "--root", tmp_path / "one", "--cache")
    assert first.code == 0, first.err
    assert "2 files fetched" in first.out
    assert (tmp_path / "common" / "wbtyped" / "objects").is_dir()
    second = command("get", PATH + ":v0", "--root", tmp_path / "two", "--cache")
    assert sorted(second.out.splitlines()[:2]) == [
        "cached  a.txt (5 B)", "cached  sub/b.bin (3.9 KiB)",
    ]  # fmt: skip
    assert "2 files cached (3.9 KiB)" in second.out
    monkeypatch.setenv("WBTYPED_CACHE", "1")
    run = command("get", "crew/ship/log", "--root", tmp_path / "run", "--json")
    assert json.loads(run.out)["done"] == {"cached": 1, "fetched": 1}
    off = command("get", PATH + ":v0", "--root", tmp_path / "three", "--no-cache", "--json")
    assert json.loads(off.out)["done"] == {"fetched": 2}
    assert read_folder(tmp_path / "one") == read_folder(tmp_path / "three") == FILES


def test_get_offline_needs_cached_version(
    server: WandbServer, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uncached = command("get", PATH + ":v0", "--root", tmp_path / "one", "--offline")
    assert uncached.code == 1
    assert "download it once online with the cache enabled" in uncached.err
    command("get", PATH + ":v0", "--root", tmp_path / "one", "--cache")
    server.close()
    monkeypatch.delenv("WANDB_API_KEY")
    done = command("get", PATH + ":latest", "--root", tmp_path / "two", "--offline")
    assert done.code == 0, done.err
    assert read_folder(tmp_path / "two") == FILES
    monkeypatch.setenv("WBTYPED_OFFLINE", "1")
    run = command("get", PATH, "--root", tmp_path / "three")
    assert run.code == 1, "a run cannot be listed offline"
    assert "offline" in run.err
    done = command("get", PATH + ":latest", "--root", tmp_path / "three")
    assert done.code == 0, done.err
    assert read_folder(tmp_path / "three") == FILES


def test_get_corrupt_file_does_not_stop_others(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    with server.fault(Fault(kind="storage-get", path="a.txt", corrupt=True)):
        done = command("get", PATH + ":v0", "--root", tmp_path, "--engine", "httpx")
    assert done.code == 1
    assert read_folder(tmp_path) == {"sub/b.bin": FILES["sub/b.bin"]}
    assert "failed  a.txt" in done.err
    assert "all verified" not in done.out


def test_cache_info_verify_prune(server: WandbServer, command: Command, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    empty = command("cache", "info", "--dir", absent)
    assert empty.code == 0
    assert "0 files" in empty.out
    assert str(absent) in empty.out
    folder = tmp_path / "common" / "wbtyped"
    command("get", PATH + ":v0", "--root", tmp_path / "one", "--cache")
    info = json.loads(command("cache", "info", "--json").out)
    assert (info["folder"], info["files"], info["size"]) == (str(folder), 2, 4001)
    assert info["linked"] in {0, 4001}
    assert info["versions"] == 2
    shown = command("cache", "info").out
    assert "2 files" in shown
    assert "2 artifact aliases resolvable" in shown
    assert command("cache", "verify").code == 0
    [small] = [p for p in (folder / "objects").rglob("*") if p.is_file() and p.stat().st_size == 5]
    small.unlink()
    small.write_bytes(b"wrong")
    corrupt = command("cache", "verify")
    assert corrupt.code == 1
    assert str(small) in corrupt.err
    assert not small.exists()
    assert json.loads(command("cache", "verify", "--json").out) == {"removed": []}
    assert "removed 0 files" in command("cache", "prune", "--unused-for", "30d").out
    pruned = command("cache", "prune", "--max-size", "1k", "--json")
    assert json.loads(pruned.out)["size"] == 3996
    assert read_folder(tmp_path / "one")["sub/b.bin"] == FILES["sub/b.bin"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["prune"], "--max-size"),
        (["prune", "--max-size", "much"], "500M"),
        (["prune", "--unused-for", "10"], "30d"),
    ],
)
def test_cache_wrong_usage_exits_2(command: Command, arguments: list[str], message: str) -> None:
    outcome = command("cache", *arguments)
    assert outcome.code == 2
    assert message in outcome.err
