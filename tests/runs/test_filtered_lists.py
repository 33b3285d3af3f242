"""Filters and orders of runs, as the embedded server applies them."""

import pytest

from tests.run_logging import log_run
from wbtyped import Api
from wbtyped.server import WandbServer


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    for number, name in enumerate(("one", "two", "three")):
        log_run(
            wandb_server, f"crew/ship/{name}", config={"lr": number / 10, "opt": {"b": number}},
            summary={"loss": 1 / (number + 1)}, exit_code=number % 2, tags=[name],
        )  # fmt: skip
    return wandb_server


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"state": "finished"}, ["one", "three"]),
        ({"config.lr": 0.1}, ["two"]),
        ({"config.lr.value": {"$gte": 0.1}}, ["two", "three"]),
        ({"config.opt.value.b": 2}, ["three"]),
        ({"summary_metrics.loss": {"$lt": 1}}, ["two", "three"]),
        ({"tags": {"$in": ["one", "two"]}}, ["one", "two"]),
        ({"name": "two"}, ["two"]),
        ({"$or": [{"tags": "one"}, {"config.lr": 0.2}]}, ["one", "three"]),
        ({"state": "crashed"}, []),
    ],
)
def test_filters_select_runs_and_their_number(
    server: WandbServer, api: Api, filters: dict[str, object], names: list[str]
) -> None:
    runs = api.runs("crew/ship", filters, per_page=1)
    assert [run.id for run in runs] == names
    assert len(runs) == len(names)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("-created_at", ["three", "two", "one"]),
        ("+summary_metrics.loss", ["three", "two", "one"]),
        ("-config.lr", ["three", "two", "one"]),
        ("config.lr.value", ["one", "two", "three"]),
    ],
)
def test_order_is_that_of_every_page(
    server: WandbServer, api: Api, order: str, names: list[str]
) -> None:
    assert [run.id for run in api.runs("crew/ship", order=order, per_page=2)] == names
