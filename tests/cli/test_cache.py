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


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_get_with_a_cache(
    server: WandbServer, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = command("get", PATH + ":v0", "--root", tmp_path / "one", "--cache")
    assert (first.code, "2 files fetched" in first.out) == (0, True), first.err
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
    assert contents(tmp_path / "one") == contents(tmp_path / "three") == FILES


def test_get_offline(
    server: WandbServer, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = command("get", PATH + ":v0", "--root", tmp_path / "one", "--offline")
    assert (never.code, "download it once with the cache on" in never.err) == (1, True)
    command("get", PATH + ":v0", "--root", tmp_path / "one", "--cache")
    server.close()
    monkeypatch.delenv("WANDB_API_KEY")
    done = command("get", PATH + ":latest", "--root", tmp_path / "two", "--offline")
    assert (done.code, contents(tmp_path / "two")) == (0, FILES), done.err
    monkeypatch.setenv("WBTYPED_OFFLINE", "1")
    same = command("get", PATH, "--root", tmp_path / "three")
    assert (same.code, "offline" in same.err) == (1, True), "a run cannot be listed"
    done = command("get", PATH + ":latest", "--root", tmp_path / "three")
    assert (done.code, contents(tmp_path / "three")) == (0, FILES), done.err


def test_one_that_fails_does_not_hold_up_the_others(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    with server.fault(Fault(kind="storage-get", path="a.txt", corrupt=True)):
        done = command("get", PATH + ":v0", "--root", tmp_path, "--engine", "httpx")
    assert (done.code, contents(tmp_path)) == (1, {"sub/b.bin": FILES["sub/b.bin"]})
    assert "failed  a.txt" in done.err
    assert "every digest compared" not in done.out


def test_care(server: WandbServer, command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    empty = command("cache", "info", "--dir", folder)
    assert (empty.code, "0 files" in empty.out, str(folder) in empty.out) == (0, True, True)
    folder = tmp_path / "common" / "wbtyped"
    command("get", PATH + ":v0", "--root", tmp_path / "one", "--cache")
    told = json.loads(command("cache", "info", "--json").out)
    assert (told["folder"], told["files"], told["size"]) == (str(folder), 2, 4001)
    assert (told["linked"] in {0, 4001}, told["versions"]) == (True, 2)
    assert "2 files" in command("cache", "info").out
    assert command("cache", "verify").code == 0
    [small] = [p for p in (folder / "objects").rglob("*") if p.is_file() and p.stat().st_size == 5]
    small.unlink()
    small.write_bytes(b"wrong")
    wrong = command("cache", "verify")
    assert (wrong.code, str(small) in wrong.err, small.exists()) == (1, True, False)
    assert json.loads(command("cache", "verify", "--json").out) == {"removed": []}
    assert "removed 0 files" in command("cache", "prune", "--unused-for", "30d").out
    pruned = command("cache", "prune", "--max-size", "1k", "--json")
    assert json.loads(pruned.out)["size"] == 3996
    assert contents(tmp_path / "one")["sub/b.bin"] == FILES["sub/b.bin"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["prune"], "--max-size"),
        (["prune", "--max-size", "much"], "500M"),
        (["prune", "--unused-for", "10"], "30d"),
    ],
)
def test_wrong_use(command: Command, arguments: list[str], says: str) -> None:
    outcome = command("cache", *arguments)
    assert (outcome.code, says in outcome.err) == (2, True), outcome.err
