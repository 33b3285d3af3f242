"""Filters, orders and histories of runs: both clients see the same runs and rows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from tests.run_logging import log_run
from wbtyped.server import WandbServer

from .conftest import Scripts, flat

HISTORY = [{"loss": 1 / (step + 1)} | ({"acc": 0.5} if step == 2 else {}) for step in range(5)]


@pytest.fixture
def scripts(tmp_path: Path) -> Iterator[Scripts]:
    with WandbServer() as server:
        for number in range(5):
            log_run(
                server, f"crew/ship/run-{number}", exit_code=number % 2,
                config={"lr": number / 10, "name": ("adam", "sgd", "lion")[number % 3]},
                summary={"loss": 1 / (number + 1)}, history=HISTORY,
                tags=["odd"] if number % 2 else ["best", "even"], groupName="g",
                jobType="eval" if number > 2 else "train",
                displayName=f"{('first', 'second', 'third', 'fourth', 'fifth')[number]} run",
            )  # fmt: skip
        log_run(server, "crew/ship/bare", exit_code=None)
        yield Scripts(server.env, tmp_path)


def test_filters_orders_and_histories_are_those_of_the_official_client(scripts: Scripts) -> None:
    official: dict[str, JsonValue] = flat(scripts.official("filter_runs.py"))
    ours: dict[str, JsonValue] = flat(scripts.ours("filter_runs.py"))
    assert ours == official
