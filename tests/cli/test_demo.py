"""`wbtyped demo`: the tour, and that it reports every difference."""

import base64
import hashlib
import os
import re
import tempfile
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.cli.demo import find_differences, tour
from wbtyped.cli.samples import Sample, choose_samples
from wbtyped.download.disk.digests import file_digest
from wbtyped.server import Fault, WandbServer

from .conftest import Command, on_terminal

QUICK = ("demo", "--files", "12", "--large", "1")
SAMPLES = [Sample("empty", 0), Sample("logs/day 1.txt", 5000), Sample("größe.bin", 70_000)]


def test_demo_runs_and_cleans_up(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = dict(os.environ)
    outcome = command(*QUICK)
    assert (outcome.code, outcome.err) == (0, "")
    for line in (
        r"12 files uploaded \(\d\.\d MiB\)",
        r"page 1: 12 files, the last is .*",
        r"12 files fetched \(\d\.\d MiB\)",
        r"folder\tfiles\tsize\tequal",
        r"checkpoints\t2\t1\.\d MiB\t2",
        r"compared the digests of 12 files: 12 equal",
        r"  wbtyped serve \./wandb-data",
    ):
        assert re.search(f"^{line}$", outcome.out, re.MULTILINE), line
    assert list(tmp_path.iterdir()) == []
    assert dict(os.environ) == before


def test_demo_ignores_user_settings(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    for name in (".netrc", ".config/wandb/settings", "wandb/settings"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("neither netrc nor INI")
    monkeypatch.chdir(home)
    for name, value in {
        "HOME": str(home),
        "WANDB_API_KEY": "broken",
        "WANDB_BASE_URL": "http://nowhere.invalid",
        "WANDB_ENTITY": "others",
        "WANDB_HTTP_TIMEOUT": "soon",
        "WANDB_IDENTITY_TOKEN_FILE": "token",
        "HTTP_PROXY": "http://nowhere.invalid:1",
        "http_proxy": "http://nowhere.invalid:1",
        "ALL_PROXY": "http://nowhere.invalid:1",
    }.items():
        monkeypatch.setenv(name, value)
    outcome = command(*QUICK)
    assert (outcome.code, outcome.err) == (0, "")


def test_demo_keep_leaves_files_and_server_data(command: Command, tmp_path: Path) -> None:
    kept = tmp_path / "kept folder"
    outcome = command(*QUICK, "--keep", kept)
    assert outcome.code == 0
    originals, downloads = (
        {p.relative_to(kept / part): p.read_bytes() for p in (kept / part).rglob("*.*")}
        for part in ("originals", "downloads")
    )
    assert len(originals) == 12
    assert originals == downloads
    assert f"wbtyped serve '{kept / 'server'}'" in outcome.out
    path = outcome.out.split("wbtyped ls ")[1].split()[0]
    with WandbServer(kept / "server") as server:
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            assert len(api.run(path).files()) == 12


def test_demo_keep_impossible_folder_exits_1(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = command(*QUICK, "--keep", tmp_path / "file" / "below")
    assert (outcome.code, outcome.out) == (1, "")
    assert "below" in outcome.err
    assert outcome.err.count("\n") == 1


def test_demo_on_terminal_draws_bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    outcome = on_terminal(*QUICK)
    assert (outcome.code, outcome.err) == (0, "")
    for text in ("upload 12 of 12", "download 12 of 12", "━", "│ checkpoints"):
        assert text in outcome.out
    assert list(tmp_path.iterdir()) == []


def test_samples_are_reproducible(tmp_path: Path) -> None:
    samples = choose_samples(300, 64)
    assert samples == choose_samples(300, 64)
    assert len({sample.name.casefold() for sample in samples}) == 300
    assert samples[0].size == 0
    assert max(sample.size for sample in samples) == 64 * 1024 * 1024
    assert len({sample.size for sample in samples}) > 200
    names = "".join(sample.name for sample in samples)
    assert " " in names
    assert "/" in names
    assert not names.isascii()
    for part in ("a", "b"):
        SAMPLES[1].write(tmp_path / part)
    content = (tmp_path / "a" / SAMPLES[1].name).read_bytes()
    assert content == (tmp_path / "b" / SAMPLES[1].name).read_bytes()
    assert len(content) == 5000
    assert len(set(content)) > 200


def test_tour_corrupt_download_is_reported(
    wandb_server: WandbServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", path="day 1", corrupt=True)):
        _, failures = tour(tmp_path, SAMPLES)
    assert failures == ["logs/day 1.txt"]
    out, err = capsys.readouterr()
    assert err.startswith("failed  logs/day 1.txt: ")
    assert "MD5" in err
    assert err.count("\n") == 1
    assert "2 files fetched, 1 failed" in out
    assert "logs\t1\t4.9 KiB\t0" in out
    assert "compared the digests of 3 files: 2 equal" in out


def test_tour_failed_upload_is_reported(
    wandb_server: WandbServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with wandb_server.fault(Fault(kind="storage-put", path="day 1", status=403)):
        _, failures = tour(tmp_path, SAMPLES)
    assert failures == ["logs/day 1.txt"]
    assert "HTTP 403" in capsys.readouterr().err


def test_demo_failure_exits_1(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = WandbServer.start

    def start_with_fault(server: WandbServer) -> WandbServer:
        server.faults.add(Fault(kind="storage-get", path="empty", status=404))
        return start(server)

    monkeypatch.setattr(WandbServer, "start", start_with_fault)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    outcome = command("demo", "--files", "3", "--large", "0")
    assert outcome.code == 1
    assert outcome.err.splitlines()[-1].startswith("wbtyped: the demo failed: empty.txt")
    assert "Next, start" not in outcome.out
    assert list(tmp_path.iterdir()) == []


def test_find_differences_detects_every_kind(wandb_server: WandbServer, tmp_path: Path) -> None:
    originals, downloads = tmp_path / "originals", tmp_path / "downloads"
    names = ["equal", "changed by download", "lost", "changed by upload", "unlisted"]
    samples = [Sample(name, 100) for name in names]
    for sample in samples:
        sample.write(originals)
        sample.write(downloads)
    (downloads / "changed by download").write_bytes(bytes(100))
    (downloads / "lost").unlink()
    stored = {name: (originals / name).read_bytes() for name in names[:-1]}
    stored["changed by upload"] = bytes(100)
    stored["stray"] = b""
    wandb_server.add_run("crew/ship/log", stored)
    with Api() as api:
        listed = {file.name: file for file in api.run("crew/ship/log").files()}
    wrong = find_differences(samples, listed, originals, downloads)
    assert wrong.keys() == {*names[1:], "stray"}
    assert "downloaded with MD5" in wrong["changed by download"]
    assert wrong["lost"] == "not downloaded"
    assert "listed with MD5" in wrong["changed by upload"]
    assert wrong["unlisted"] == "not in the list"


def test_file_digest_matches_hashlib(tmp_path: Path) -> None:
    SAMPLES[2].write(tmp_path)
    path = tmp_path / SAMPLES[2].name
    expected = base64.b64encode(hashlib.md5(path.read_bytes()).digest()).decode()
    assert file_digest(path, "MD5") == expected
