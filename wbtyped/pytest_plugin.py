"""Pytest fixtures for code that uses W&B, available wherever this package is installed.

pytest loads this module in every session, so the server is only imported when a test uses it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .server import WandbServer

UNSET_VARIABLES = (
    "WANDB_ENTITY", "WANDB_PROJECT", "WANDB_ORGANIZATION", "WANDB_APP_URL", "WANDB_MODE",
)  # fmt: skip
"""Variables of the user that would change the results of a test."""


@pytest.fixture
def wandb_server(monkeypatch: pytest.MonkeyPatch) -> "Iterator[WandbServer]":
    """Run an empty W&B server for one test; every W&B client in the test connects to it."""
    try:
        from .server import WandbServer
    except ImportError as error:
        pytest.fail(f"wandb_server needs the extra: pip install 'wbtyped[server]' ({error})")
    with WandbServer() as server:
        for name in UNSET_VARIABLES:
            monkeypatch.delenv(name, raising=False)
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        yield server
