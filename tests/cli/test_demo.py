"""`wbtyped demo`: each fact that it shows is true, and what it says to type works."""

import base64
import hashlib
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import files_in
from wbtyped import Artifact, Run
from wbtyped.cli.connection import connect
from wbtyped.cli.demo import (
    DemoFailed,
    Stage,
    show_changed_byte,
    show_everything,
    show_free_download,
    show_resumed_download,
    show_upload,
)
from wbtyped.cli.samples import Sample, choose_samples
from wbtyped.download.disk.digests import file_digest
from wbtyped.server import Fault, WandbServer

from .conftest import Command, on_terminal

Output = pytest.CaptureFixture[str]
QUICK = ("demo", "--files", "12", "--large", "1")
LARGE = "checkpoints/large.bin"
SAMPLES = [
    Sample("empty", 0), Sample("logs/day 1.txt", 5000), Sample("größe.bin", 70_000),
    Sample(LARGE, 3_000_000),
]  # fmt: skip


@pytest.fixture
def stage(wandb_server: WandbServer, tmp_path: Path) -> Iterator[Stage]:
    """The stage of the demo on the server of this test."""
    with connect(cache=tmp_path / "cache") as api:
        yield Stage(wandb_server, api, tmp_path, SAMPLES)


@pytest.fixture
def run(stage: Stage, capsys: Output) -> Run:
    """A run with all samples, whose upload was shown."""
    run = show_upload(stage)
    capsys.readouterr()
    return run


def content_ranges(server: WandbServer, name: str) -> list[str | None]:
    """Return the Range header of each request for the content of a file, at the server."""
    stored = [request for request in server.requests if request.origin == "storage"]
    return [r.headers.get("range") for r in stored if r.path.endswith(name) and r.method == "GET"]


# The steps.


def test_upload_shows_what_the_server_has(stage: Stage, capsys: Output) -> None:
    run = show_upload(stage)
    stored = {file.name: file.size for file in stage.api.run(run.full_path).files()}
    assert stored == {sample.name: sample.size for sample in SAMPLES}
    assert capsys.readouterr().out == f"uploaded     4 files (2.9 MiB) to {run.full_path}\n"


def test_resumed_download_shows_the_byte_that_the_server_was_asked_for(
    stage: Stage, run: Run, capsys: Output
) -> None:
    show_resumed_download(stage, run)
    first, second = content_ranges(stage.server, "large.bin")
    assert first is None
    assert second == "bytes=1500000-"
    assert files_in(stage.folder / "downloads") == files_in(stage.originals)
    assert capsys.readouterr().out.splitlines() == [
        f"cut          the connection, in the middle of {LARGE} (2.9 MiB)",
        "resumed      at byte 1,500,000: 1.4 MiB were left to fetch",
        "verified     4 files, each equal to its original",
    ]


def test_free_download_shows_that_the_server_was_asked_for_no_content(
    stage: Stage, run: Run, capsys: Output
) -> None:
    show_resumed_download(stage, run)
    capsys.readouterr()
    show_free_download(stage, run)
    assert {request.origin for request in stage.server.requests} == {"api"}
    assert files_in(stage.folder / "again") == files_in(stage.originals)
    assert capsys.readouterr().out == (
        "repeated     4 files into another folder: from the cache, 0 requests for content\n"
    )


def test_changed_byte_is_found_and_repaired(
    stage: Stage, run: Run, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    differences: list[dict[str, list[int]]] = []
    original, verify = files_in(stage.originals), Artifact.verify

    def compare_and_verify(artifact: Artifact, root: Path) -> None:
        """Record by file which bytes differ from those of the original."""
        pairs = {name: (content, original[name]) for name, content in files_in(root).items()}
        changed = {
            name: [at for at, (a, b) in enumerate(zip(*pair, strict=True)) if a != b]
            for name, pair in pairs.items()
            if pair[0] != pair[1]
        }
        differences.append(changed)
        verify(artifact, root)

    monkeypatch.setattr(Artifact, "verify", compare_and_verify)
    artifact = show_changed_byte(stage, run)
    assert differences == [{LARGE: [1_500_000]}, {}]
    creator = artifact.logged_by()
    assert creator is not None
    assert creator.full_path == run.full_path
    assert capsys.readouterr().out.splitlines() == [
        f"changed      1 byte of {LARGE} in artifact {artifact.qualified_name}",
        f"detected     modified: {LARGE}",
        "repaired     1 file, 3 kept; the folder matches the version again",
    ]


# What fails.


@pytest.mark.parametrize(
    ("step", "fault", "reason"),
    [
        (show_resumed_download, Fault(kind="storage-get", path="day", corrupt=True), "digest"),
        (show_free_download, Fault(kind="storage-get"), "the cache was not used"),
    ],
    ids=["corrupt", "uncached"],
)
def test_step_that_does_not_go_as_promised_fails(
    stage: Stage, run: Run, step: Callable[[Stage, Run], object], fault: Fault, reason: str
) -> None:
    with stage.server.fault(fault):
        with pytest.raises(Exception, match=reason):
            step(stage, run)


def test_changed_byte_that_is_not_detected_fails(
    stage: Stage, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def accept(artifact: Artifact, root: Path) -> None:
        """Detect nothing."""

    monkeypatch.setattr(Artifact, "verify", accept)
    with pytest.raises(DemoFailed, match="was not detected"):
        show_changed_byte(stage, run)


def test_upload_that_fails_is_reported(stage: Stage) -> None:
    with stage.server.fault(Fault(kind="storage-put", path="day 1", status=403)):
        with pytest.raises(Exception, match="HTTP 403"):
            show_everything(stage)


# The command.


def test_demo_shows_every_step_and_leaves_nothing(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = dict(os.environ)
    outcome = command(*QUICK)
    assert (outcome.code, outcome.err) == (0, "")
    steps, _, following = outcome.out.partition("\nNext, ")
    assert [line.split()[0] for line in steps.splitlines()] == [
        "server", "uploaded", "cut", "resumed", "verified", "repeated", "changed", "detected",
        "repaired",
    ]  # fmt: skip
    assert commands_in(following) == [
        "wbtyped demo --keep wbtyped-demo",
        "wbtyped serve wandb-data",
    ]
    assert list(tmp_path.iterdir()) == []
    assert dict(os.environ) == before


def commands_in(text: str) -> list[str]:
    """Return the commands that a text tells people to type."""
    return [line.strip() for line in text.splitlines() if line.startswith("  ")]


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_demo_keep_prints_commands_that_work(command: Command, tmp_path: Path) -> None:
    kept = tmp_path / "kept folder"
    outcome = command(*QUICK, "--keep", kept)
    assert outcome.code == 0
    assert files_in(kept / "downloads") == files_in(kept / "originals")
    serve, export, ls, verify = commands_in(outcome.out.partition("\nNext, ")[2])
    assert shlex.split(serve)[2] == str(kept / "server")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path}
    server = subprocess.Popen(
        ["sh", "-c", f"exec {serve}"], env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        assert "running at" in server.stdout.readline()
        listed, verified = (
            subprocess.run(
                ["sh", "-c", f"{export}\n{typed}"],
                env=environ, cwd="/", check=True, capture_output=True, text=True,
            ).stdout
            for typed in (ls, verify)
        )  # fmt: skip
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=30)
    assert all(name in listed for name in ("empty.txt", LARGE))
    assert verified.startswith("OK: ")


def test_demo_on_terminal_draws_bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    outcome = on_terminal(*QUICK)
    assert (outcome.code, outcome.err) == (0, "")
    for text in ("upload 12 of 12", "download 12 of 12", "━"):
        assert text in outcome.out
    assert list(tmp_path.iterdir()) == []


def test_demo_failure_exits_1(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = WandbServer.start

    def start_with_fault(server: WandbServer) -> WandbServer:
        server.faults.add(Fault(kind="storage-get", path="empty", status=404))
        return start(server)

    monkeypatch.setattr(WandbServer, "start", start_with_fault)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    outcome = command("demo", "--files", "3", "--large", "1")
    assert outcome.code == 1
    assert re.match(r"wbtyped: the demo failed: .*empty\.txt", outcome.err.splitlines()[-1])
    assert "Next, " not in outcome.out
    assert list(tmp_path.iterdir()) == []


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


def test_demo_keep_impossible_folder_exits_1(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = command(*QUICK, "--keep", tmp_path / "file" / "below")
    assert (outcome.code, outcome.out) == (1, "")
    assert "below" in outcome.err
    assert outcome.err.count("\n") == 1


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


def test_file_digest_matches_hashlib(tmp_path: Path) -> None:
    SAMPLES[2].write(tmp_path)
    path = tmp_path / SAMPLES[2].name
    expected = base64.b64encode(hashlib.md5(path.read_bytes()).digest()).decode()
    assert file_digest(path, "MD5") == expected
