"""`wbtyped ls`: what it prints on a terminal, into a pipe, and as JSON."""

import json
import re
import subprocess
import sys

import pytest

from wbtyped import Api
from wbtyped.server import Fault, WandbServer

from .conftest import Command, on_terminal

PATH = "crew/ship/log"
HOSTILE = {
    "\x1b[31mred\x1b[0m": b"1",
    "a\tb\nc": b"2",
    "bell\x07\x9b2J": b"3",
    "[bold]markup[/bold] :smile:": b"4",
    "turned\u202egnp.exe": b"5",
}
ESCAPED = {
    r"\x1b[31mred\x1b[0m",
    r"a\tb\nc",
    "[bold]markup[/bold] :smile:",
    r"bell\x07\x9b2J",
    r"turned\u202egnp.exe",
}


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    files = {"model.bin": bytes(1536), "notes/ä b.txt": b"hello", "unknown.zzz": b""}
    wandb_server.add_run(PATH, files)
    return wandb_server


def test_ls_in_pipe_prints_tabbed_lines(server: WandbServer, command: Command) -> None:
    outcome = command("ls", PATH)
    with Api() as api:
        moments = [file.updated_at for file in api.run(PATH).files()]
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        f"model.bin\t1536\tapplication/octet-stream\t{moments[0]}",
        f"notes/ä b.txt\t5\ttext/plain\t{moments[1]}",
        f"unknown.zzz\t0\t-\t{moments[2]}",
    ]


def test_ls_pattern_selects_files(server: WandbServer, command: Command) -> None:
    outcome = command("ls", PATH, "--pattern", "notes/%")
    assert [line.split("\t")[0] for line in outcome.out.splitlines()] == ["notes/ä b.txt"]
    outcome = command("ls", PATH, "--pattern", "nothing")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_ls_json_prints_records_without_urls(server: WandbServer, command: Command) -> None:
    outcome = command("ls", PATH, "--json")
    assert outcome.code == 0
    records = json.loads(outcome.out)
    assert [record["name"] for record in records] == ["model.bin", "notes/ä b.txt", "unknown.zzz"]
    with Api() as api:
        file = api.run(PATH).file("notes/ä b.txt")
    assert records[1] == {
        "name": file.name,
        "size": 5,
        "md5": "XUFAKrxLKna5cZ2REBfFkg==",
        "mimetype": "text/plain",
        "updated_at": file.updated_at,
    }
    assert server.storage_url not in outcome.out
    assert json.loads(command("ls", PATH, "--json", "--pattern", "nothing").out) == []


def test_ls_hostile_names_are_escaped(wandb_server: WandbServer, command: Command) -> None:
    wandb_server.add_run(PATH, HOSTILE)
    lines = command("ls", PATH).out.splitlines()
    assert {line.split("\t")[0] for line in lines} == ESCAPED
    raw = command("ls", PATH, "--json").out
    assert "\x1b" not in raw
    assert {record["name"] for record in json.loads(raw)} == HOSTILE.keys()


def test_ls_long_list_needs_few_requests(wandb_server: WandbServer, command: Command) -> None:
    names = [f"{number:04}" for number in range(2001)]
    wandb_server.add_run(PATH, dict.fromkeys(names, b""))
    assert [line[:4] for line in command("ls", PATH).out.splitlines()] == names
    assert wandb_server.requests.operations() == ["GetRun", "RunFiles", "RunFiles", "RunFiles"]
    assert len(json.loads(command("ls", PATH, "--json").out)) == 2001


def test_ls_interrupted_list_exits_1(wandb_server: WandbServer, command: Command) -> None:
    wandb_server.add_run(PATH, {f"{number:04}": b"" for number in range(1001)})
    with wandb_server.fault(Fault(kind="graphql", operation="RunFiles", skip=1, status=400)):
        outcome = command("ls", PATH)
    assert (outcome.code, len(outcome.out.splitlines())) == (1, 1000)
    assert "HTTP 400" in outcome.err
    with wandb_server.fault(Fault(kind="graphql", operation="RunFiles", skip=1, status=400)):
        outcome = command("ls", PATH, "--json")
    assert outcome.code == 1
    with pytest.raises(json.JSONDecodeError):
        json.loads(outcome.out)


def test_ls_first_page_is_printed_before_second_request(wandb_server: WandbServer) -> None:
    wandb_server.add_run(PATH, {f"{number:04}": b"" for number in range(1001)})
    with wandb_server.fault(Fault(kind="graphql", operation="RunFiles", skip=1, latency=30)):
        process = subprocess.Popen(
            [sys.executable, "-m", "wbtyped.cli", "ls", PATH], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        with process.stdout as lines:
            first = [next(lines)[:4] for _ in range(1000)]
            assert (first[0], first[-1], process.poll()) == ("0000", "0999", None)
            process.kill()
            process.wait()


def test_ls_closed_pipe_prints_no_error(wandb_server: WandbServer) -> None:
    wandb_server.add_run(PATH, {f"{number:05}": b"" for number in range(5000)})
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtyped.cli", "ls", PATH],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert err == ""


def test_ls_unencodable_name_is_escaped(
    server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    done = subprocess.run(
        [sys.executable, "-m", "wbtyped.cli", "ls", PATH], capture_output=True, check=True
    )
    assert rb"notes/\xe4 b.txt" in done.stdout


def terminal_lines(*arguments: object, width: int) -> list[str]:
    outcome = on_terminal(*arguments, width=width)
    assert (outcome.code, outcome.err) == (0, "")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", outcome.out)
    assert "\x1b" not in plain, "only colours"
    lines = [line.rstrip() for line in plain.splitlines()]
    assert max(map(len, lines)) <= width
    return lines


def test_ls_on_terminal_prints_table(server: WandbServer) -> None:
    lines = terminal_lines("ls", PATH, width=120)
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    for line, pattern in zip(
        lines,
        (
            r"name {17}size  type {22}updated \(UTC\)",
            rf"model\.bin {{9}}1\.5 KiB  application/octet-stream  {moment}",
            rf"notes/ä b\.txt {{9}}5 B  text/plain {{16}}{moment}",
            rf"unknown\.zzz {{11}}0 B  - {{25}}{moment}",
        ),
        strict=True,
    ):
        assert re.fullmatch(pattern, line), line


def test_ls_on_terminal_escapes_and_folds_names(wandb_server: WandbServer) -> None:
    wandb_server.add_run(PATH, {**HOSTILE, "x" * 200: b""})
    lines = terminal_lines("ls", PATH, width=80)
    assert all(any(line.startswith(name) for line in lines) for name in ESCAPED)
    assert sum(line.count("x") for line in lines if line.startswith("xxx")) == 200


def test_ls_on_terminal_aligns_pages(wandb_server: WandbServer) -> None:
    wandb_server.add_run(PATH, {f"{number:04}": b"" for number in range(1001)})
    lines = terminal_lines("ls", PATH, width=80)
    assert len(lines) == 1002
    assert lines[1000].replace("0999", "") == lines[1001].replace("1000", "")
