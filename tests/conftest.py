"""Fixtures of all tests: no waits between retries, and none of the machine's own W&B settings."""

import base64
import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import stamina
from hypothesis import settings

from wbtyped import Api
from wbtyped.download.options import EngineName
from wbtyped.server import WandbServer

# A busy machine makes any example slow; how fast something is, benchmarks say.
settings.register_profile("wbtyped", deadline=None)
settings.load_profile("wbtyped")

MOST_WORKERS = 8
NARROWED_BY = (
    "keyword", "lf", "stepwise", "collectonly", "usepdb", "update_snapshots", "showfixtures",
    "show_fixtures_per_test",
)  # fmt: skip
"""Options with which a session is short, or belongs into one process."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-servers", action="store_true",
        help="leave out tests that listen on a socket or start a process",
    )  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--no-servers"):
        items[:] = [
            item for item in items if "wandb_server" not in getattr(item, "fixturenames", ())
        ]


@pytest.fixture(autouse=True, scope="session")
def _no_servers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Skip a test the moment it starts a server, unless servers are welcome."""

    def skip(starting: object, *_: object, **__: object) -> NoReturn:
        if isinstance(starting, socket.socket):
            starting.close()
        pytest.skip("starts a server or a process")

    with pytest.MonkeyPatch.context() as patch:
        if request.config.getoption("--no-servers"):
            patch.setattr(socket.socket, "listen", skip)
            patch.setattr(subprocess.Popen, "__init__", skip)
        yield


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads its own options
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Use all cores for whole folders, unless `-n` says otherwise, and keep compiled modules.

    There is one worker more than cores, since a third of the time tests wait.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # a worker, which runs this hook, too
    if getattr(config.option, "numprocesses", 0) is None and takes_long(config):
        config.option.numprocesses = min(cores() + 1, MOST_WORKERS)
        if config.option.dist == "no":
            config.option.dist = "worksteal"
    if sys.dont_write_bytecode:
        keep_bytecode(config.rootpath / ".pytest_cache" / "bytecode")


def cores() -> int:
    """Return the number of cores that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def takes_long(config: pytest.Config) -> bool:
    """Return True if starting workers, which takes about 3 s, is worth it."""
    narrowed = any(config.getoption(name, None) for name in NARROWED_BY)
    return not narrowed and any(Path(argument).is_dir() for argument in config.args)


def keep_bytecode(folder: Path) -> None:
    """Keep compiled modules in a folder of their own, where Python is told to write none.

    Else each process that a test starts compiles everything that it imports, which doubles the time
    of a command and of the official client.
    """
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(folder)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(folder)


@pytest.fixture(autouse=True, scope="session")
def _no_waiting() -> None:
    stamina.set_testing(True, attempts=4)


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("WANDB", "WBTYPED")) or name == "NETRC":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture
def api(wandb_server: WandbServer) -> Iterator[Api]:
    """A client of the server of this test."""
    with Api() as api:
        yield api


@pytest.fixture(scope="session")
def shared_server() -> Iterator[WandbServer]:
    """A server for tests that try many inputs, each with data of its own."""
    with WandbServer() as server:
        yield server


@pytest.fixture(scope="session")
def shared_api(shared_server: WandbServer) -> Iterator[Api]:
    """A client of the shared server."""
    with Api({"base_url": shared_server.url}, api_key=shared_server.api_key) as api:
        yield api


@pytest.fixture(params=["httpx", "curl"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> EngineName:
    """Each engine in turn, which every download of the test uses."""
    name: EngineName = request.param
    monkeypatch.setenv("WBTYPED_ENGINE", name)
    return name


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the content of all files below a folder, by their relative paths."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def md5(content: bytes) -> str:
    """Return an MD5 digest as the server writes it, in base64."""
    return base64.b64encode(hashlib.md5(content).digest()).decode()


def wait_for_part(root: Path) -> None:
    """Wait until `small.txt` and more than 1 MiB of a larger file have arrived."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        parts = [part for part in root.rglob("*-*-*-*-*.part") if part.stat().st_size > 2**20]
        if parts and list(root.rglob("small.txt")):
            return
        time.sleep(0.05)
    raise AssertionError("nothing arrived")
