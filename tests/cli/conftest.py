"""Run the command: in this process, in another one, or on a terminal."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from wbtyped.cli import main
from wbtyped.cli.connection import retry_handler
from wbtyped.transport.retry_notices import LOGGER_NAME


@dataclass(frozen=True)
class Outcome:
    """Exit code and output of a command."""

    code: object
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command in this process; stdout is not a terminal."""

    def run(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as exited:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Outcome(exited.value.code, out, err)

    return run


def in_process(*arguments: object) -> Outcome:
    """Run the command in a process of its own; stdout is not a terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "wbtyped.cli", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def on_terminal(*arguments: object, width: int = 100, both: bool = False) -> Outcome:
    """Run the command on a terminal of `width` columns; stderr goes there only with `both`."""
    pty = pytest.importorskip("pty")
    reading, writing = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtyped.cli", *map(str, arguments)],
        stdout=writing,
        stderr=writing if both else subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "COLUMNS": str(width), "TERM": "xterm"},
    )
    os.close(writing)
    blocks: list[bytes] = []
    while block := read_terminal(reading):
        blocks.append(block)
    os.close(reading)
    _, err = process.communicate(timeout=60)
    return Outcome(process.returncode, b"".join(blocks).decode(), err or "")


def read_terminal(reading: int) -> bytes:
    """Return the next bytes from a terminal; Linux reports end of file as an error."""
    try:
        return os.read(reading, 65536)
    except OSError:
        return b""


@pytest.fixture(autouse=True)
def _announce_no_retries() -> Iterator[None]:
    """Stop announcing retries, as a command in this process has begun to do."""
    yield
    logging.getLogger(LOGGER_NAME).removeHandler(retry_handler)
