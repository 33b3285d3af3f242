"""The logged steps of a run, as rows."""

import json
import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wbtyped_graphql.base_model import BaseModel
from wbtyped_graphql.operation import Operation

from tests.run_logging import log_run
from tests.transport.memory_sender import RUN_NODE, MemoryClient
from wbtyped import Api, Run
from wbtyped.errors import NotFoundError, SchemaMismatchError, UsageError
from wbtyped.runs.history import HistoryScan
from wbtyped.server import WandbServer

RUN = "crew/ship/log"


@pytest.fixture
def run(wandb_server: WandbServer, api: Api) -> Run:
    history: list[dict[str, object]] = [{"loss": 1 / (step + 1)} for step in range(25)]
    history[7]["acc"] = 0.5
    log_run(wandb_server, RUN, history=history)
    run = api.run(RUN)
    wandb_server.requests.clear()
    return run


async def test_history_has_every_metric_of_each_step(wandb_server: WandbServer, run: Run) -> None:
    rows = run.history()
    assert [row["_step"] for row in rows] == list(range(25))
    assert rows[7] == {"_step": 7, "loss": 1 / 8, "acc": 0.5}
    assert wandb_server.requests.operations() == ["RunHistory"]
    assert await run.ahistory() == rows
    await run.client.aclose()


def test_history_of_fewer_samples_is_spread_evenly(run: Run) -> None:
    assert [row["_step"] for row in run.history(5)] == [0, 5, 10, 15, 20]


def test_history_of_keys_has_the_steps_with_all_of_them(
    wandb_server: WandbServer, run: Run
) -> None:
    assert run.history(keys=["acc", "loss"]) == [{"_step": 7, "acc": 0.5, "loss": 1 / 8}]
    assert run.history(keys=["acc"], x_axis="loss") == [{"acc": 0.5, "loss": 1 / 8}]
    assert run.history(keys=[]) == run.history()
    assert wandb_server.requests.operations()[:2] == ["SampledRunHistory", "SampledRunHistory"]


@pytest.mark.parametrize("page_size", [1, 10, 25, 1000])
async def test_scan_reads_every_step_once(
    wandb_server: WandbServer, run: Run, page_size: int
) -> None:
    rows = list(run.scan_history(page_size=page_size))
    assert [row["_step"] for row in rows] == list(range(25))
    pages = math.ceil(25 / page_size)
    assert wandb_server.requests.operations() == ["RunHistoryExtent", *["RunHistory"] * pages]
    assert [row async for row in run.ascan_history(page_size=page_size)] == rows
    await run.client.aclose()


def test_scan_of_a_range_stops_before_its_end(run: Run) -> None:
    steps = [row["_step"] for row in run.scan_history(page_size=4, min_step=3, max_step=13)]
    assert steps == list(range(3, 13))
    assert [row["_step"] for row in run.scan_history(min_step=24, max_step=99)] == [24]
    assert list(run.scan_history(min_step=25)) == []


def test_scan_of_keys_has_only_them_and_the_step(run: Run) -> None:
    rows = [{"_step": 7, "acc": 0.5}]
    assert list(run.scan_history(["acc"], page_size=10)) == rows
    assert list(run.scan_history(["acc", "_step"])) == rows


async def test_last_step_is_that_of_the_history(
    wandb_server: WandbServer, api: Api, run: Run
) -> None:
    assert (run.last_history_step, run.lastHistoryStep) == (24, 24)
    assert await run.alast_history_step() == 24
    log_run(wandb_server, "crew/ship/silent")
    silent = api.run("crew/ship/silent")
    assert (silent.last_history_step, silent.history(), [*silent.scan_history()]) == (-1, [], [])
    await api.aclose()


def test_arguments_are_checked_before_a_request(wandb_server: WandbServer, run: Run) -> None:
    with pytest.raises(UsageError, match="samples"):
        run.history(0)
    with pytest.raises(UsageError, match=r"keys must be a list of strings.*\['loss'\]"):
        run.history(keys="loss")
    with pytest.raises(UsageError, match=r"write pandas\.DataFrame\(run\.history\(\)\)"):
        run.history(pandas=True)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match="page_size"):
        run.scan_history(page_size=0)
    with pytest.raises(UsageError, match="min_step"):
        run.scan_history(min_step=-1)
    with pytest.raises(UsageError, match="max_step"):
        run.ascan_history(max_step=-1)
    assert len(wandb_server.requests) == 0


def test_run_that_is_gone_is_named(api: Api, run: Run) -> None:
    gone = Run(api.client, "crew", "ship", "gone", run.attrs)
    reads: list[Callable[[], object]] = [
        gone.history, lambda: gone.history(keys=["a"]), lambda: [*gone.scan_history()]
    ]  # fmt: skip
    for read in reads:
        with pytest.raises(NotFoundError, match="run crew/ship/gone does not exist"):
            read()


class Logged:
    """The history of one run at given steps, on a server that chooses the first `samples`."""

    def __init__(self, steps: list[int], *, known: bool) -> None:
        self.steps = steps
        self.known = known

    def __call__(self, operation: Operation[BaseModel]) -> object:
        if operation.name == "RunHistoryExtent":
            last = self.steps[-1] if self.steps else -1
            count = len(self.steps) if self.known else None
            run: object = {"historyKeys": {"lastStep": last}, "historyLineCount": count}
            return {"project": {"run": run}}
        asked = operation.sent_variables()
        first, stop, samples = asked["minStep"], asked["maxStep"], asked["samples"]
        assert isinstance(first, int)
        assert isinstance(stop, int)
        assert isinstance(samples, int)
        found = [step for step in self.steps if first <= step < stop][:samples]
        return {"project": {"run": {"history": [json.dumps({"_step": step}) for step in found]}}}


@given(
    steps=st.lists(st.integers(0, 300), unique=True, max_size=40).map(sorted),
    page_size=st.integers(1, 50),
    first=st.integers(0, 300),
    stop=st.none() | st.integers(0, 400),
    known=st.booleans(),
)
def test_scan_loses_no_step_that_a_server_would_leave_out_of_a_sample(
    steps: list[int], page_size: int, first: int, stop: int | None, known: bool
) -> None:
    client = MemoryClient(Logged(steps, known=known))
    run = Run(client, "crew", "ship", "log", RUN_NODE)
    found = run.scan_history(page_size=page_size, min_step=first, max_step=stop)
    expected = [s for s in steps if s >= first and (stop is None or s < stop)]
    assert [row["_step"] for row in found] == expected
    if known and len(steps) <= page_size:
        assert len(client.sent) <= 2, "one page, however far apart the steps are"


@pytest.mark.parametrize(
    "history", [["nothing"], ["[]"], ["1"]], ids=["no JSON", "an array", "a number"]
)
def test_step_that_is_no_object_is_a_schema_mismatch(history: list[str]) -> None:
    client = MemoryClient(lambda _: {"project": {"run": {"history": history}}})
    with pytest.raises(SchemaMismatchError, match="a step of run crew/ship/log"):
        Run(client, "crew", "ship", "log", RUN_NODE).history()


@pytest.mark.parametrize("sampled", [[], [None], ["a"], [[1]]])
def test_samples_that_are_no_rows_are_a_schema_mismatch(sampled: list[object]) -> None:
    client = MemoryClient(lambda _: {"project": {"run": {"sampledHistory": sampled}}})
    with pytest.raises(SchemaMismatchError, match="run crew/ship/log"):
        Run(client, "crew", "ship", "log", RUN_NODE).history(keys=["a"])


def test_scan_checks_its_arguments_once() -> None:
    client = MemoryClient(lambda _: {})
    run = Run(client, "crew", "ship", "log", RUN_NODE)
    assert HistoryScan.of(run, ("a", "b"), 10, None, None).keys == ["a", "b"]
