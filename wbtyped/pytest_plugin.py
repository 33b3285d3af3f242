"""Fixtures for tests of code that uses W&B; pytest finds them when the package is installed.

pytest loads this module in every session, so it imports the server only when a test asks for it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .server import WandbServer

DISTURBING = ("WANDB_ENTITY", "WANDB_PROJECT", "WANDB_ORGANIZATION", "WANDB_APP_URL", "WANDB_MODE")


@pytest.fixture
def wandb_server(monkeypatch: pytest.MonkeyPatch) -> "Iterator[WandbServer]":
    """Run an empty W&B server for one test, and point every W&B client of the test at it."""
    try:
        from .server import WandbServer
    except ImportError as error:
        pytest.fail(f"wandb_server needs the extra: pip install 'wbtyped[server]' ({error})")
    with WandbServer() as server:
        for name in DISTURBING:
            monkeypatch.delenv(name, raising=False)
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        yield server
