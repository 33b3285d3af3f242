"""Fixtures of the tests of the file system."""

from collections.abc import Iterator

import pytest

from wbtyped.filesystem import WandbFileSystem
from wbtyped.server import WandbServer

FILES = {f"part-{number}.csv": f"number\n{number}\n" for number in range(5)}


@pytest.fixture(autouse=True)
def _new_instances() -> Iterator[None]:
    """Forget the instances of a test, which are for the server of that test."""
    yield
    WandbFileSystem.clear_instance_cache()


@pytest.fixture
def fs(wandb_server: WandbServer) -> WandbFileSystem:
    """The file system on the server of this test, which nothing is known about yet."""
    return WandbFileSystem()


@pytest.fixture
def version(wandb_server: WandbServer) -> str:
    """The path of a version with a few files."""
    wandb_server.add_artifact("crew/ship/data", "dataset", {**FILES, "deep/er/x.bin": b"x" * 1000})
    wandb_server.requests.clear()
    return "crew/ship/data:latest"


@pytest.fixture
def run(wandb_server: WandbServer) -> str:
    """The path of a run with a few files."""
    wandb_server.add_run("crew/ship/log", {"config.yaml": "lr: 0.1", "media/a.png": b"png"})
    wandb_server.requests.clear()
    return "crew/ship/runs/log"
