"""Every help text has examples, and they work as printed."""

import os
import re
import shlex
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

from wbtyped.server import WandbServer

from .conftest import Command

SUBCOMMANDS = (
    "ls", "get", "cat", "du", "verify", "open", "put", "publish", "rm", "tag", "alias", "link",
    "login", "whoami", "completion", "serve", "demo", "cache", "cache info", "cache prune",
    "cache verify", "schema", "schema check", "schema pull", "schema coverage", "usage", "prune",
    "ttl", "diff", "codegen", "mirror", "restore",
)  # fmt: skip
OTHER_SERVER = "https://wandb.example.com"
SHELL = set("|<>")
FILES = {
    "config.yaml": b"lr: 0.1\n",
    "model.pt": b"weights",
    "notes.txt": b"n",
    "media/a.png": b"p",
}


def help_text(command: Command, *name: str) -> str:
    outcome = command(*name, "--help")
    assert (outcome.code, outcome.err) == (0, "")
    return outcome.out


def examples(text: str) -> list[str]:
    """Return the lines of the section of examples, which ends a help text."""
    _, found, section = text.partition("Examples:\n")
    assert found
    return [line.strip() for line in section.splitlines() if line.strip()]


@pytest.fixture
def prepared(
    wandb_server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> WandbServer:
    """A server and a folder with what the examples name."""
    wandb_server.add_run("me/mnist/run-1", FILES)
    wandb_server.add_run("me/mnist/run-1", {"b.tmp": b""})
    first = {"train.csv": b"1\n"}
    wandb_server.add_artifact("me/mnist/digits", "dataset", first)
    both = {**first, "test.csv": b"2\n"}
    wandb_server.add_artifact("me/mnist/digits", "dataset", both, aliases=["best"])
    work = tmp_path / "work"
    for name, content in {
        "model.pt": "weights", "notes.txt": "n", "plots/a.png": "p", "out/b.bin": "b",
        "data/a.csv": "1",
        "key.txt": wandb_server.api_key, "queries/q.graphql": "query Q { viewer { id } }",
        "my_queries/q.graphql": "query Mine { viewer { id } }",
        "digits/train.csv": "1\n", "digits/test.csv": "2\n",
        "retention.toml": 'path = "me/mnist"\n[[rule]]\nkeep_last = 2\n',
    }.items():  # fmt: skip
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(content)
    monkeypatch.chdir(work)
    return wandb_server


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_help_shows_examples_of_the_subcommand(command: Command, name: str) -> None:
    found = examples(help_text(command, *name.split()))
    assert found
    assert all(line.startswith(f"wbtyped {name}") for line in found)


def test_every_subcommand_is_covered(command: Command) -> None:
    for group in ("", "cache", "schema"):
        section = help_text(command, *group.split()).partition("Commands:\n")[2]
        listed = section.partition("\n\n")[0].splitlines()
        names = [line.split()[0] for line in listed if line[2] != " "]
        assert {f"{group} {name}".strip() for name in names} <= set(SUBCOMMANDS)


@pytest.mark.parametrize("name", ["", *SUBCOMMANDS])
def test_help_is_complete_in_80_columns(command: Command, name: str) -> None:
    text = help_text(command, *name.split())
    assert "..." not in text.replace("]...", "").replace("}...", "")
    prose = text.partition("Examples:")[0]
    assert max(map(len, prose.splitlines())) <= 80
    assert command(*name.split(), "-h").out == text


def run_in_shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line as a user would, in a shell."""
    scripts = str(Path(sys.executable).parent)
    path = os.pathsep.join([scripts, os.environ["PATH"]])
    return subprocess.run(
        ["sh", "-c", line], env={**os.environ, "PATH": path}, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def started(_: str) -> bool:
    """Stand in for a browser."""
    return True


WITHOUT_STOPPING = {"serve", "demo", "login"}
"""They wait for a signal, take long, or ask; their examples are parsed alone."""


def reached(*_: object, **__: object) -> int:
    """Stand in for the implementation of a subcommand."""
    return 0


@pytest.fixture
def parsed_only(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    for target in ("serve.serve_folder", "demo.run_demo", "login.log_in"):
        monkeypatch.setattr(f"wbtyped.cli.{target}", reached)


@pytest.mark.parametrize("name", sorted(WITHOUT_STOPPING))
@pytest.mark.usefixtures("parsed_only")
def test_example_that_does_not_end_is_parsed(
    command: Command, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for line in examples(help_text(command, name)):
        words = shlex.split(line.partition("<")[0])
        outcome = command(*words[1:])
        assert outcome.code == 0, (line, outcome.err)


@pytest.mark.parametrize(
    "name", ["", *(name for name in SUBCOMMANDS if name not in WITHOUT_STOPPING)]
)
def test_example_works_as_printed(
    prepared: WandbServer, command: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(webbrowser, "open", started)
    if name == "restore":
        command("mirror", "me/mnist", "backup")
    completions = Path(os.environ["HOME"], ".config/fish/completions")
    completions.mkdir(parents=True)
    for line in examples(help_text(command, *name.split())):
        runnable = line.replace(OTHER_SERVER, prepared.url)
        asks = name == "rm" or (name == "prune" and "--apply" in runnable)
        if asks and "--yes" not in runnable:
            runnable += " --yes"
        if SHELL & set(line):
            done = run_in_shell(runnable)
            assert (done.returncode, done.stderr) == (0, ""), line
            continue
        outcome = command(*shlex.split(runnable)[1:])
        assert outcome.code == 0, (line, outcome.out, outcome.err)


def test_readme_shows_one_example_of_every_subcommand(command: Command) -> None:
    readme = Path(__file__).parents[2] / "wbtyped" / "cli" / "README.md"
    rows = re.findall(r"^\| `(.+?)` \| .+ \| `(wbtyped .+)` \|$", readme.read_text(), re.MULTILINE)
    assert {name for name, _ in rows} == {*SUBCOMMANDS} - {"cache", "schema"}
    for name, example in rows:
        assert example in examples(help_text(command, *name.split()))
