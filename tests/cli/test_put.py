"""`wbtyped put`: which files are uploaded, under which names, and what is reported."""

import json
import re
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.download.progress import DownloadProgress
from wbtyped.server import Fault, WandbServer

from .conftest import Command, on_terminal

PATH = "crew/ship/log"
MIB = 1024 * 1024


@pytest.fixture
def server(
    wandb_server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> WandbServer:
    wandb_server.add_run(PATH, {"old.txt": b"old"})
    for name in ("a.txt", "out/b.txt", "out/deep/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    monkeypatch.chdir(tmp_path)
    return wandb_server


def write_sparse(name: str, size: int) -> None:
    with Path(name).open("wb") as stream:
        stream.truncate(size)


def names_in(path: str = PATH) -> set[str]:
    with Api() as api:
        return {file.name for file in api.run(path).files()}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["a.txt"], {"a.txt"}),
        (["out/b.txt", "a.txt"], {"out/b.txt", "a.txt"}),
        (["out"], {"out/b.txt", "out/deep/c.txt"}),
        (["out", "--root", "out"], {"b.txt", "deep/c.txt"}),
        (["out", "out/b.txt"], {"out/b.txt", "out/deep/c.txt"}),
    ],
)
def test_put_names_files_relative_to_root(
    server: WandbServer, command: Command, arguments: list[str], names: set[str]
) -> None:
    files = [word for word in arguments if not word.startswith("--")]
    outcome = command("put", *arguments, PATH)
    assert (outcome.code, outcome.err) == (0, ""), files
    assert names_in() == {"old.txt"} | names
    assert f"{len(names)} file" in outcome.out


def test_put_replaces_and_keeps_content(server: WandbServer, command: Command) -> None:
    Path("old.txt").write_text("new")
    assert command("put", "old.txt", PATH).code == 0
    assert command("cat", PATH, "old.txt").out == "new"


def test_put_into_missing_run_says_how_to_create_it(server: WandbServer, command: Command) -> None:
    outcome = command("put", "a.txt", "crew/ship/new")
    assert (outcome.code, outcome.out) == (1, "")
    assert "does not exist" in outcome.err
    assert "--create" in outcome.err


def test_put_json_reports_counts_and_failures(server: WandbServer, command: Command) -> None:
    with server.fault(Fault(kind="storage-put", path="b.txt", status=403)):
        outcome = command("put", "out", PATH, "--json")
    report = json.loads(outcome.out)
    assert (outcome.code, report["run"], report["done"]) == (1, PATH, {"uploaded": 1})
    assert [failure["name"] for failure in report["failures"]] == ["out/b.txt"]


def test_put_failure_does_not_stop_the_rest(server: WandbServer, command: Command) -> None:
    with server.fault(Fault(kind="storage-put", path="b.txt", status=403)):
        outcome = command("put", "out", "a.txt", PATH)
    assert outcome.code == 1
    assert outcome.err.startswith("failed  out/b.txt: ")
    assert {"a.txt", "out/deep/c.txt"} <= names_in()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.txt"], "RUN"),
        (["absent", PATH], "does not exist"),
        (["a.txt", PATH, "--root", "out"], "is not inside"),
        (["empty", PATH], "no files in empty"),
        (["a.txt", PATH, "--jobs", "0"], "--jobs"),
    ],
)
def test_put_wrong_usage_exits_2_without_requests(
    server: WandbServer, command: Command, arguments: list[str], message: str
) -> None:
    Path("empty").mkdir()
    server.requests.clear()
    outcome = command("put", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert len(server.requests) == 0


def test_put_on_terminal_moves_the_bar_inside_a_file(server: WandbServer) -> None:
    write_sparse("large.bin", 192 * MIB)
    outcome = on_terminal("put", "large.bin", "a.txt", PATH, both=True)
    assert outcome.code == 0
    shown = re.findall(r"put \d of 2 .*? (\S+) MiB of 192\.0 MiB, \S+ \S?iB/s", outcome.out)
    assert len({size for size in shown if 0 < float(size) < 192}) > 1


def test_put_retried_upload_counts_its_bytes_once(server: WandbServer) -> None:
    write_sparse("large.bin", 64 * MIB)
    sent: list[DownloadProgress] = []
    with (
        Api() as api,
        server.fault(Fault(kind="storage-put", path="large.bin", status=503, times=1)),
    ):
        api.run(PATH).upload("large.bin", progress=sent.append)
    assert (sent[-1].size, sent[-1].files, sent[-1].done) == (64 * MIB, 1, True)
    assert max(progress.size for progress in sent) == 64 * MIB


def test_put_uploads_only_what_matches_and_what_is_new(
    server: WandbServer, command: Command
) -> None:
    assert command("put", "out", PATH, "--glob", "*b.txt").out.startswith("uploaded  out/b.txt")
    outcome = command("put", "out", PATH, "--engine", "httpx", "--json")
    assert json.loads(outcome.out)["done"] == {"skipped": 1, "uploaded": 1}
    assert command("put", "out", PATH, "--glob", "*.x").err.count("no files that match '*.x'") == 1
