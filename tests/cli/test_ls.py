"""`wbtyped ls`: what it prints on a terminal, into a pipe, and as JSON."""

import json
import re
import subprocess
import sys
from datetime import timedelta, timezone

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


def terminal_lines(*arguments: object, width: int = 80) -> list[str]:
    outcome = on_terminal(*arguments, width=width)
    assert (outcome.code, outcome.err) == (0, "")
    assert "\x1b" not in outcome.out
    return outcome.out.splitlines()


def test_ls_on_terminal_prints_table(server: WandbServer) -> None:
    lines = terminal_lines("ls", PATH)
    moment = r"\d{4}-\d\d-\d\d \d\d:\d\d"
    for line, pattern in zip(
        lines,
        (
            r"name {14}size  type {20}  updated",
            rf"model\.bin {{6}}1\.5 KiB  application/octet-stream  {moment}",
            rf"notes/ä b\.txt {{6}}5 B  text/plain {{16}}{moment}",
            rf"unknown\.zzz {{8}}0 B  - {{25}}{moment}",
        ),
        strict=True,
    ):
        assert re.fullmatch(pattern, line), line


def test_ls_on_terminal_cuts_nothing(wandb_server: WandbServer) -> None:
    wandb_server.add_run(PATH, {**HOSTILE, "x" * 200: b""})
    lines = terminal_lines("ls", PATH, width=40)
    names = {re.split(r"  +", line)[0] for line in lines[1:]}
    assert names == {*ESCAPED, "x" * 200}


def test_ls_on_terminal_aligns_pages(wandb_server: WandbServer) -> None:
    wandb_server.add_run(PATH, {f"{number:04}": b"" for number in range(1001)})
    lines = terminal_lines("ls", PATH)
    assert len(lines) == 1002
    assert lines[1000].replace("0999", "") == lines[1001].replace("1000", "")


def test_ls_on_terminal_aligns_collections_and_runs(wandb_server: WandbServer) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"x"})
    wandb_server.add_run("crew/ship/a-long-name-of-a-run")
    _, *lines = terminal_lines("ls", "crew/ship")
    kinds = [re.match(r"\S+ {2,}", line) for line in lines]
    assert len({kind.end() for kind in kinds if kind}) == 1, lines


def test_ls_on_terminal_aligns_wide_characters(wandb_server: WandbServer) -> None:
    wandb_server.add_run(PATH, {"図図.txt": b"1", "e\u0301.txt": b"1", "abcdefgh": b"1"})
    lines = terminal_lines("ls", PATH)
    assert [line.partition("   1 B")[0] for line in lines[1:]] == [
        "abcdefgh", "e\u0301.txt   ", "図図.txt",
    ]  # fmt: skip


def test_ls_on_terminal_shows_local_time(
    server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    with Api() as api:
        moment = api.run(PATH).files()[0].attrs.updated_at
    assert moment is not None
    local = moment.astimezone(timezone(timedelta(hours=9)))
    assert terminal_lines("ls", PATH)[1].endswith(f"{local:%Y-%m-%d %H:%M}")


def test_ls_bytes_prints_exact_sizes_on_terminal(server: WandbServer) -> None:
    assert re.match(r"model\.bin +1536  ", terminal_lines("ls", PATH, "--bytes")[1])


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--sort", "size"], ["model.bin", "notes/ä b.txt", "unknown.zzz"]),
        (["--sort", "size", "--reverse"], ["unknown.zzz", "notes/ä b.txt", "model.bin"]),
        (["--sort", "name", "-r"], ["unknown.zzz", "notes/ä b.txt", "model.bin"]),
        (["--sort", "type"], ["model.bin", "notes/ä b.txt", "unknown.zzz"]),
        (["--sort", "size", "--limit", "1"], ["model.bin"]),
        (["--limit", "2"], ["model.bin", "notes/ä b.txt"]),
        (["--glob", "*.txt"], ["notes/ä b.txt"]),
        (["--glob", "*.zzz", "--pattern", "un%"], ["unknown.zzz"]),
        (["--reverse"], ["unknown.zzz", "notes/ä b.txt", "model.bin"]),
    ],
)
def test_ls_selects_and_sorts(
    server: WandbServer, command: Command, arguments: list[str], names: list[str]
) -> None:
    outcome = command("ls", PATH, *arguments, "--json")
    assert outcome.code == 0, outcome.err
    assert [record["name"] for record in json.loads(outcome.out)] == names


def test_ls_limit_requests_no_more_than_it_prints(
    wandb_server: WandbServer, command: Command
) -> None:
    wandb_server.add_run(PATH, {f"{number:04}": b"" for number in range(2001)})
    assert len(command("ls", PATH, "--limit", "5").out.splitlines()) == 5
    assert wandb_server.requests.operations() == ["GetRun", "RunFiles"]


# Other kinds.


@pytest.fixture
def project(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run("crew/ship/run-a", {"a": b""})
    wandb_server.add_run("crew/ship/run-b", {"a": b""})
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": b"alpha"}, tags=["t"])
    wandb_server.add_artifact("crew/ship/data", "dataset", {"b.txt": b"b"}, aliases=["best"])
    wandb_server.add_artifact("crew/ship/net", "model", {"w": b"w"})
    return wandb_server


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], ["ship"]),
        (["crew/"], ["ship"]),
        (["crew/ship"], ["net", "data", "run-b", "run-a"]),
        (["crew/ship", "--runs"], ["run-b", "run-a"]),
        (["crew/ship", "--runs", "--limit", "1"], ["run-b"]),
        (["crew/ship", "--artifacts"], ["net", "data"]),
        (["crew/ship", "--glob", "*a*"], ["data", "run-a"]),
        (["crew/ship", "--sort", "name"], ["data", "net", "run-a", "run-b"]),
        (["crew/ship", "--sort", "type"], ["data", "net", "run-b", "run-a"]),
        (["crew/ship/dataset"], ["data"]),
        (["crew/ship/data"], ["data:v1", "data:v0"]),
        (["crew/ship/data", "--sort", "size"], ["data:v0", "data:v1"]),
        (["crew/ship/data", "--pattern", "%v0"], ["data:v0"]),
        (["crew/ship/data:v0"], ["a.txt"]),
    ],
    ids=str,
)
def test_ls_lists_every_kind(
    project: WandbServer,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    names: list[str],
) -> None:
    monkeypatch.setenv("WANDB_ENTITY", "crew")
    outcome = command("ls", *arguments, "--json")
    assert outcome.code == 0, outcome.err
    assert [record["name"] for record in json.loads(outcome.out)] == names
    lines = command("ls", *arguments).out.splitlines()
    assert [line.split("\t")[0] for line in lines] == names


def test_ls_long_adds_fields_at_the_end(project: WandbServer, command: Command) -> None:
    for path in ("crew/ship", "crew/ship/data", "crew/ship/run-a", "crew/ship/data:v0"):
        short = command("ls", path).out.splitlines()
        long = command("ls", path, "-l").out.splitlines()
        assert all(b.startswith(f"{a}\t") for a, b in zip(short, long, strict=True))


def test_ls_in_pipe_prints_exact_values_of_versions(project: WandbServer, command: Command) -> None:
    with Api() as api:
        version = api.artifact("crew/ship/data:v1")
    first = command("ls", "crew/ship/data").out.splitlines()[0]
    assert first == f"data:v1\t1\t1\tlatest, best\t-\t{version.created_at}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["crew/ship", "--sort", "size"], "choose one of name, type, created, updated"),
        (["crew/ship/run-a", "--runs"], "--runs is for projects"),
        (["crew/ship", "--runs", "--artifacts"], "pass either --runs or --artifacts"),
        (["crew/ship", "--limit", "0"], "--limit"),
    ],
)
def test_ls_wrong_option_exits_2(
    project: WandbServer, command: Command, arguments: list[str], message: str
) -> None:
    outcome = command("ls", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err


def test_ls_glob_selects_names_and_a_like_pattern_that_was_meant_as_one_says_so(
    server: WandbServer, command: Command
) -> None:
    server.add_run("crew/ship/pictures", {"a.png": b"1", "media/b.png": b"1", "c.txt": b"1"})
    chosen = command("ls", "crew/ship/pictures", "--glob", "*.png", "--json")
    assert [file["name"] for file in json.loads(chosen.out)] == ["a.png", "media/b.png"]
    none = command("ls", "crew/ship/pictures", "--pattern", "*.png")
    assert (none.code, none.out) == (0, "")
    assert none.err.startswith("wbtyped: pattern '*.png' is SQL LIKE")
    assert none.err.endswith("pass glob='*.png' (--glob)\n")


@pytest.mark.parametrize(
    "tail", ["", "/overview", "/logs?nw=x", "/files", "#top"], ids=lambda tail: tail or "run"
)
def test_ls_takes_the_page_of_a_run(server: WandbServer, command: Command, tail: str) -> None:
    expected = command("ls", PATH, "--json").out
    assert expected
    assert command("ls", f"{server.url}/{PATH.replace('log', 'runs/log')}{tail}", "--json").out == (
        expected
    )


@pytest.mark.parametrize(("subcommand", "options"), [("ls", ()), ("du", ("--depth", "0"))])
def test_page_of_a_folder_lists_that_folder(
    wandb_server: WandbServer, command: Command, subcommand: str, options: tuple[str, ...]
) -> None:
    files = {
        "media/b.png": b"1",
        "media/deep/c.png": b"23",
        "mediant": b"1",
        "a_b/c": b"",
        "axb": b"",
    }
    wandb_server.add_run("crew/ship/pictures", files)
    wandb_server.add_artifact("crew/ship/album", "dataset", files)
    page = f"{wandb_server.url}/crew/ship/runs/pictures/files"
    artifact = f"{wandb_server.url}/crew/ship/artifacts/dataset/album/v0/files"
    for start in (page, artifact, "crew/ship/album:v0", page.removeprefix("http://")):
        for place, expected in {
            "media": ["media/b.png", "media/deep/c.png"],
            "media/deep": ["media/deep/c.png"],
            "media/b.png": ["media/b.png"],
            "a_b": ["a_b/c"],
        }.items():
            outcome = command(subcommand, f"{start}/{place}", *options)
            names = {line.split("\t")[0] for line in outcome.out.splitlines()}
            assert sorted(names - {"."}) == expected
            assert (outcome.code, outcome.err) == (0, "")


def test_ls_page_of_a_missing_folder_is_an_error(server: WandbServer, command: Command) -> None:
    outcome = command("ls", f"{server.url}/crew/ship/runs/log/files/absent")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "wbtyped: crew/ship/log has no file or folder 'absent'\n"


def test_like_pattern_that_was_meant_as_a_glob_says_so_for_every_kind(
    project: WandbServer, command: Command
) -> None:
    for path in ("crew/ship", "crew/ship/dataset", "crew/ship/data", "crew/ship/data:v0", "crew/"):
        outcome = command("ls", path, "--pattern", "*.none", "--json")
        assert (outcome.code, json.loads(outcome.out)) == (0, []), path
        assert outcome.err.count("pass glob='*.none' (--glob)") == 1, path
        assert command("ls", path, "--pattern", "none").err == ""


def test_page_of_another_server_is_wrong_usage(server: WandbServer, command: Command) -> None:
    outcome = command("ls", "https://wandb.ai/crew/ship/runs/log")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"is not on {server.url}" in outcome.err


def test_cat_takes_the_url_of_a_file(server: WandbServer, command: Command) -> None:
    server.add_run("crew/ship/pictures", {"media/b.png": b"1"})
    for url in (
        f"{server.url}/crew/ship/runs/pictures/files/media/b.png?nw=x",
        "wandb://crew/ship/runs/pictures/media/b.png",
    ):
        assert command("cat", url).out == "1"
    assert command("cat", f"{server.url}/crew/ship/runs/pictures").code == 2
