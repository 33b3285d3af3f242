"""Fixtures of all tests: no waits between retries, and none of the machine's own W&B settings."""

import os
from collections.abc import Iterator

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
