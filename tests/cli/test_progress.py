"""What the command says while it works: bars, lines, retries, and after Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import wait_for_part
from wbtyped.cli import progress
from wbtyped.cli.progress import Reporter
from wbtyped.server import Fault, WandbServer

from .conftest import Command, in_process, on_terminal

MIB = 1024 * 1024
PATH = "crew/ship/log"
SLOW = Fault(kind="storage-get", path="large", rate=4 * MIB)


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run(PATH, {"large.bin": os.urandom(8 * MIB), "small.txt": b"small"})
    return wandb_server


def test_get_on_terminal_moves_the_bar_inside_a_file(server: WandbServer, tmp_path: Path) -> None:
    with server.fault(SLOW):
        outcome = on_terminal("get", PATH, "--root", tmp_path, both=True)
    assert outcome.code == 0
    shown = re.findall(r"get 1 of 2 .*? (\S+ MiB) of 8\.0 MiB, \S+ MiB/s, \d s left", outcome.out)
    assert len(set(shown)) > 2
    assert "MB" not in outcome.out.replace("MiB", "")


def test_get_in_a_pipe_prints_lines_while_a_file_takes_long(
    server: WandbServer, command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.5)
    with server.fault(SLOW):
        outcome = command("get", PATH, "--root", tmp_path)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "fetched  small.txt (5 B)", "fetched  large.bin (8.0 MiB)", "2 files fetched (8.0 MiB)"
    ]  # fmt: skip
    lines = outcome.err.splitlines()
    assert 1 < len(lines) < 6
    for line in lines:
        assert re.fullmatch(
            r"get: 1 of 2 files, \d\.\d MiB of 8\.0 MiB, \d\.\d MiB/s, \d s left", line
        )


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("options", [[], ["--json"]], ids=["lines", "json"])
def test_get_interrupted_says_what_is_kept_and_the_same_command_resumes(
    server: WandbServer, tmp_path: Path, options: list[str]
) -> None:
    arguments = ["get", PATH, "--root", str(tmp_path), *options]
    with server.fault(SLOW):
        process = subprocess.Popen(
            [sys.executable, "-m", "wbtyped.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        wait_for_part(tmp_path)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines()[-1] == (
        "wbtyped: interrupted: 1 of 2 files are complete, 1 partial file is kept;"
        " run the same command to resume"
    )
    assert "Traceback" not in err
    server.requests.clear()
    assert in_process(*arguments).code == 0
    (transfer,) = [request for request in server.requests if request.origin == "storage"]
    assert re.fullmatch(r"bytes=\d{7}-", transfer.headers["range"])


def test_reporter_interrupted_outside_of_a_download_counts_what_is_finished(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as exited:
        with Reporter("upload") as reporter:
            reporter.expect(3, 30)
            reporter.finish("uploaded", "a.txt", 10)
            raise KeyboardInterrupt
    assert exited.value.code == 130
    assert capsys.readouterr().err == ("wbtyped: interrupted: 1 file complete\n")


def test_retry_is_announced_on_stderr(server: WandbServer) -> None:
    for both in (True, False):
        with server.fault(Fault(kind="graphql", status=503, retry_after="1", times=1)):
            outcome = on_terminal("ls", PATH, both=both) if both else in_process("ls", PATH)
        assert outcome.code == 0
        assert re.search(
            rf"^wbtyped: {re.escape(server.url)}: run crew/ship/log: HTTP 503 Service Unavailable;"
            r" retrying in 1 s, and for up to 60 s more\r?$",
            outcome.out if both else outcome.err,
            re.MULTILINE,
        )


def test_retry_of_many_files_is_announced_once(server: WandbServer, tmp_path: Path) -> None:
    server.add_run("crew/ship/many", {f"{number}.txt": b"text" for number in range(100)})
    with server.fault(Fault(kind="storage-get", status=503, retry_after="1", times=100)):
        outcome = in_process("get", "crew/ship/many", "--root", tmp_path)
    assert outcome.code == 0
    (line,) = outcome.err.splitlines()
    assert re.match(r"wbtyped: http://\S+: file '\d+\.txt' of crew/ship/many: HTTP 503", line)


def test_refused_connection_is_reported_in_5_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setenv("WANDB_API_KEY", "k" * 40)
        monkeypatch.setenv("WANDB_BASE_URL", url)
        began = time.monotonic()
        outcome = in_process("ls", PATH)
        assert time.monotonic() - began < 5
    assert (outcome.code, outcome.out) == (1, "")
    announced, failed = outcome.err.splitlines()
    reason = f"wbtyped: cannot connect to {url}: connection refused"
    assert announced == f"{reason}; retrying for up to 2 s more"
    assert re.fullmatch(
        rf"{re.escape(reason)} \(\d attempts in \d\.\d s\); check the network, that"
        r" WANDB_BASE_URL is right, and that the server is running",
        failed,
    )
