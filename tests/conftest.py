"""Shared by all tests: no waiting between tries, and nothing of the machine's own W&B settings."""

import base64
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from wbtyped import Api
from wbtyped.download.options import EngineName
from wbtyped.server import WandbServer


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
