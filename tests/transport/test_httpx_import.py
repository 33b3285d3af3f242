"""What the first request of a process loads, and what it does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from wbtyped.server import WandbServer

UNUSED = {"asyncio", "click", "pygments", "rich", "stamina", "tenacity"}
"""Packages that a program which sends requests does not need, though they are installed."""


@pytest.fixture
def path(wandb_server: WandbServer) -> str:
    wandb_server.add_run("crew/ship/log", {"model.bin": b"weights"})
    return "crew/ship/log"


def printed(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_requests_load_neither_the_command_line_of_httpx_nor_retries(path: str) -> None:
    script = f"""
import sys
from wbtyped import Api
print([file.name for file in Api().run({path!r}).files()])
print(sorted({UNUSED!r} & sys.modules.keys()))
"""
    assert printed(script) == "['model.bin']\n[]\n"


def test_the_first_upload_loads_neither_the_command_line_of_httpx_nor_retries(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    (tmp_path / "model.bin").write_bytes(b"weights")
    script = f"""
import sys
from wbtyped import Api
print(Api().publish({str(tmp_path)!r}, "crew/ship/models", "model").name)
print(sorted({UNUSED!r} & sys.modules.keys()))
"""
    assert printed(script) == "models:v0\n[]\n"


def test_requests_leave_the_command_line_of_httpx_importable(path: str) -> None:
    script = f"""
from wbtyped import Api
Api().run({path!r})
import httpx._main
print(httpx._main.__name__)
"""
    assert printed(script) == "httpx._main\n"


def test_ls_loads_nothing_that_it_does_not_use(path: str) -> None:
    unused = UNUSED | {"wbtyped.download.batch", "wbtyped.download.engines"}
    script = f"""
import sys
from wbtyped.cli import main
try:
    main(["ls", {path!r}])
finally:
    print(sorted({unused!r} & sys.modules.keys()))
"""
    lines = printed(script).splitlines()
    assert lines[0].startswith("model.bin\t")
    assert lines[1:] == ["[]"]
