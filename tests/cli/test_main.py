"""What all subcommands share: exit codes, errors, extras, start-up time."""

import re
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from wbtyped.server import Fault, WandbServer

from .conftest import Command, in_process

PATH = "crew/ship/log"
BLOCKED = """
import sys
sys.modules[{module!r}] = None
from wbtyped.cli import main
main({arguments!r})
"""


def test_version_is_printed(command: Command) -> None:
    outcome = command("--version")
    assert (outcome.code, outcome.out, outcome.err) == (0, f"wbtyped {version('wbtyped')}\n", "")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_start_up_imports_nothing_heavy(arguments: list[str]) -> None:
    script = f"""
import sys
from wbtyped.cli import main
try:
    main({arguments})
finally:
    heavy = {{"httpx", "pydantic", "stamina", "rich", "starlette", "graphql", "wbtyped_graphql"}}
    heavy |= {{"wbtyped.api", "wbtyped.download.batch", "wbtyped.transport", "asyncio", "ssl"}}
    print(sorted(heavy & sys.modules.keys()), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


def test_help_lists_every_command(command: Command) -> None:
    outcome = command("--help")
    assert outcome.code == 0
    for name in ("ls", "get", "put", "schema", "serve", "demo", "--version", "Exit codes"):
        assert name in outcome.out


@pytest.mark.parametrize("name", ["ls", "get"])
def test_help_offers_no_option_for_the_key(command: Command, name: str) -> None:
    outcome = command(name, "--help")
    assert outcome.code == 0
    assert "--base-url" in outcome.out
    assert re.search(r"--\S*key", outcome.out) is None


@pytest.mark.parametrize(
    ("module", "arguments", "install"),
    [
        ("typer", ["ls", PATH], "pip install 'wbtyped[cli]'"),
        ("rich", ["--version"], "pip install 'wbtyped[cli]'"),
        ("uvicorn", ["serve", "data"], "pip install 'wbtyped[server]'"),
        ("ariadne", ["demo"], "pip install 'wbtyped[server]'"),
    ],
)
def test_missing_extra_says_what_to_install(
    tmp_path: Path, module: str, arguments: list[str], install: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED.format(module=module, arguments=arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"wbtyped: {module} not installed; run: {install}\n"
    assert list(tmp_path.iterdir()) == []


def test_ls_without_server_extra_works(wandb_server: WandbServer) -> None:
    wandb_server.add_run(PATH, {"a.txt": b"hello"})
    blocked = BLOCKED.format(module="uvicorn", arguments=["ls", PATH])
    done = subprocess.run([sys.executable, "-c", blocked], capture_output=True, check=False)
    assert (done.returncode, done.stdout.split(b"\t")[0], done.stderr) == (0, b"a.txt", b"")


WRONG_USAGE = [
    [],
    ["nonsense"],
    ["get"],
    ["ls", PATH, "--nonsense"],
    ["ls", "a/b/c/d/e"],
    ["ls", "https://wandb.test/a/b/c"],
    ["ls", ""],
    ["ls", PATH, "--pattern", ""],
    ["ls", PATH, "--base-url", "nowhere"],
    ["get", "a//c"],
    ["get", PATH, ""],
    ["get", PATH, "\udcff"],
    ["get", PATH, "a.txt", "--pattern", "%.txt"],
    ["get", PATH, "--root", __file__],
    ["serve"],
    ["serve", "data", "--port", "70000"],
    ["serve", "data", "--api-key", "short"],
    ["serve", __file__],
    ["demo", "--files", "1"],
    ["demo", "--keep", str(Path(__file__).parent)],
]


@pytest.mark.parametrize("arguments", WRONG_USAGE, ids=" ".join)
def test_wrong_usage_exits_2_without_requests(
    shared_server: WandbServer,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
) -> None:
    for name, value in shared_server.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    shared_server.requests.clear()
    outcome = command(*arguments)
    assert outcome.code == 2
    assert outcome.err
    assert "Traceback" not in outcome.err
    assert len(shared_server.requests) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["ls", "get"])
def test_wrong_path_without_key_exits_2(command: Command, name: str) -> None:
    outcome = command(name, "a/b/c/d/e")
    assert (outcome.code, outcome.out) == (2, "")
    assert "too many parts" in outcome.err


@pytest.mark.parametrize("name", ["ls", "get"])
def test_missing_key_exits_1(command: Command, name: str) -> None:
    outcome = command(name, PATH)
    assert (outcome.code, outcome.out) == (1, "")
    assert "WANDB_API_KEY" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("name", ["ls", "get"])
@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault(kind="graphql", status=401), "refuses the API key"),
        (Fault(kind="graphql", status=503), "HTTP 503"),
        (Fault(kind="graphql", cut_before_headers=True), "4 attempts in"),
        (Fault(kind="graphql", status=200, body=b"<html>\n\x1b[2J"), "is not GraphQL"),
    ],
    ids=str,
)
def test_failing_server_exits_1(
    wandb_server: WandbServer,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    fault: Fault,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    wandb_server.add_run(PATH, {"a.txt": b"hello"})
    with wandb_server.fault(fault):
        outcome = command(name, PATH)
    assert (outcome.code, outcome.out) == (1, "")
    assert message in outcome.err
    assert outcome.err.startswith("wbtyped: ")
    assert outcome.err.count("\n") == 1
    assert "\x1b" not in outcome.err
    assert wandb_server.api_key not in outcome.err


def test_server_message_is_escaped(wandb_server: WandbServer, command: Command) -> None:
    body = b'{"errors": [{"message": "no\\u001b[2J\\n\\u202e"}]}'
    fault = Fault(kind="graphql", status=200, body=body, content_type="application/json")
    with wandb_server.fault(fault):
        outcome = command("ls", PATH)
    assert outcome.code == 1
    assert r"no\x1b[2J\n\u202e" in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("name", ["ls", "get"])
def test_missing_run_exits_1(wandb_server: WandbServer, command: Command, name: str) -> None:
    outcome = command(name, PATH)
    assert (outcome.code, outcome.out) == (1, "")
    assert "project crew/ship does not exist" in outcome.err


@pytest.mark.parametrize("name", ["ls", "get"])
def test_base_url_overrides_environment(
    wandb_server: WandbServer,
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_BASE_URL", "http://nowhere.invalid")
    wandb_server.add_run(PATH, {"a.txt": b"hello"})
    assert command(name, PATH, "--base-url", wandb_server.url).code == 0


def test_failure_in_real_process_exits_1(wandb_server: WandbServer) -> None:
    outcome = in_process("ls", "crew/ship/gone")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("module", ["wbtyped", "wbtyped.cli"])
def test_interrupt_exits_130_with_one_line(wandb_server: WandbServer, module: str) -> None:
    wandb_server.add_run(PATH, {f"{number:04}": b"" for number in range(1001)})
    with wandb_server.fault(Fault(kind="graphql", operation="RunFiles", skip=1, latency=30)):
        process = subprocess.Popen(
            [sys.executable, "-m", module, "ls", PATH],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "wbtyped: interrupted\n")
