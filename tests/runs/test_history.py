"""The logged steps of a run, as rows."""

import json
import math
from collections.abc import Callable, Mapping
from random import Random
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wbtyped_graphql.base_model import BaseModel
from wbtyped_graphql.operation import Operation

from tests.run_logging import log_run
from tests.transport.memory_sender import RUN_NODE, MemoryClient
from wbtyped import Api, Run
from wbtyped.errors import NotFoundError, SchemaMismatchError, UsageError
from wbtyped.runs.history_scan import HistoryScan
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


Choose = Callable[[list[int], int], list[int]]
"""Choose at most so many of the steps in a window, as servers do it."""


def first_ones(found: list[int], samples: int) -> list[int]:
    return found[:samples]


def evenly(found: list[int], samples: int) -> list[int]:
    if len(found) <= samples:
        return found
    return [found[index * len(found) // samples] for index in range(samples)]


def every_nth(found: list[int], samples: int) -> list[int]:
    """Return fewer than asked for, but more than half of that."""
    return found[:: -(-len(found) // samples) or 1]


def at_random(found: list[int], samples: int) -> list[int]:
    return sorted(Random(samples).sample(found, min(samples, len(found))))


SERVERS: list[Choose] = [first_ones, evenly, every_nth, at_random]


class Logged:
    """The history of one run at given steps, on a server that chooses some of too many."""

    def __init__(self, steps: list[int], choose: Choose, *, known: bool = True) -> None:
        self.steps = steps
        self.choose = choose
        self.known = known
        self.longest = 0

    def __call__(self, operation: Operation[BaseModel]) -> object:
        if operation.name == "RunHistoryExtent":
            last = self.steps[-1] if self.steps else -1
            count = len(self.steps) if self.known else None
            run: object = {"historyKeys": {"lastStep": last}, "historyLineCount": count}
            return {"project": {"run": run}}
        asked = operation.sent_variables()
        if operation.name == "RunHistory":
            return {"project": {"run": {"history": list(map(json.dumps, self.rows(asked)))}}}
        specs = asked["specs"]
        assert isinstance(specs, list)
        spec = json.loads(cast("str", specs[0]))
        assert spec["keys"] == ["_step", "even"]
        found = self.rows({**spec, "maxStep": spec["maxStep"] + 1})
        return {"project": {"run": {"sampledHistory": [found]}}}

    def rows(self, asked: Mapping[str, object]) -> list[dict[str, int]]:
        first, stop, samples = asked["minStep"], asked["maxStep"], asked["samples"]
        assert isinstance(first, int)
        assert isinstance(stop, int)
        assert isinstance(samples, int)
        found = [step for step in self.steps if first <= step < stop]
        if "keys" in asked:
            found = [step for step in found if step % 2 == 0]
        rows = [{"_step": step} for step in self.choose(found, samples)]
        self.longest = max(self.longest, len(rows))
        return rows


def steps_of_runs() -> st.SearchStrategy[list[int]]:
    """Return steps with gaps of any size: dense pieces that start anywhere, and single ones."""
    starts = st.integers(0, 300) | st.integers(0, 3_000_000) | st.integers(1_700_000_000, 2**50)
    piece = st.tuples(starts, st.integers(1, 60), st.sampled_from([1, 1, 2, 7, 1000, 10**6]))

    def numbers(pieces: list[tuple[int, int, int]]) -> list[int]:
        found = [range(start, start + count * apart, apart) for start, count, apart in pieces]
        return sorted({number for piece in found for number in piece})

    return st.lists(piece, max_size=5).map(numbers)


@settings(max_examples=300)
@given(
    steps=steps_of_runs(),
    choose=st.sampled_from(SERVERS),
    page_size=st.integers(1, 50),
    ends=st.tuples(st.integers(0, 400), st.none() | st.integers(0, 3_000_000)),
    known=st.booleans(),
    keys=st.none() | st.just(["even"]),
)
def test_scan_yields_each_step_once_and_in_order_whatever_the_server_leaves_out_of_a_sample(
    steps: list[int],
    choose: Choose,
    page_size: int,
    ends: tuple[int, int | None],
    known: bool,
    keys: list[str] | None,
) -> None:
    first, stop = ends
    logged = Logged(steps, choose, known=known)
    client = MemoryClient(logged)
    run = Run(client, "crew", "ship", "log", RUN_NODE)
    found = [row["_step"] for row in run.scan_history(keys, page_size, first, stop)]
    wanted = [s for s in steps if s >= first and (stop is None or s < stop)]
    assert found == [s for s in wanted if keys is None or s % 2 == 0]
    assert logged.longest <= page_size + 1, "memory for one page"
    if known and len(steps) <= page_size:
        assert len(client.sent) <= 2, "one page, however far apart the steps are"


DENSE = [*range(5000)]
SCANS: Mapping[str, tuple[list[int], int]] = {
    "dense": (DENSE, 5),
    "three far apart": ([0, 1_000_000, 2_000_000], 1),
    "many far apart": ([n * 1_000_000 for n in range(5000)], 15),
    "seconds": ([1_700_000_000 + n * 30 for n in range(5000)], 20),
    "milliseconds": ([1_700_000_000_000 + n * 997 for n in range(5000)], 20),
    "every tenth": ([n * 10 for n in range(5000)], 15),
    "dense, then far apart": ([*DENSE, *(n * 100_000 for n in range(1, 1000))], 15),
    "far apart, then dense": ([*range(0, 10**9, 10**6), *range(10**9, 10**9 + 5000)], 20),
    "one, then dense": ([0, *range(10**12, 10**12 + 5000)], 10),
}
"""Steps of runs, and how many requests may at most read them."""


@pytest.mark.parametrize("keys", [None, ["even"]])
@pytest.mark.parametrize("choose", SERVERS)
@pytest.mark.parametrize("name", SCANS)
async def test_scan_takes_few_requests_however_far_apart_steps_are(
    name: str, choose: Choose, keys: list[str] | None
) -> None:
    steps, most = SCANS[name]
    client = MemoryClient(Logged(sorted({*steps}), choose))
    run = Run(client, "crew", "ship", "log", RUN_NODE)
    expected = [s for s in sorted({*steps}) if keys is None or s % 2 == 0]
    assert [row["_step"] for row in run.scan_history(keys)] == expected
    assert len(client.sent) - 1 <= most
    assert [row["_step"] async for row in run.ascan_history(keys)] == expected


@pytest.mark.parametrize("keys", [None, ["loss"]])
async def test_scan_of_steps_that_are_times_takes_few_requests(
    wandb_server: WandbServer, api: Api, keys: list[str] | None
) -> None:
    times = [1_700_000_000 + n * 60 for n in range(2500)]
    wandb_server.add_run(RUN, history=[{"_step": time, "loss": time / 7} for time in times])
    run = api.run(RUN)
    wandb_server.requests.clear()
    assert list(run.scan_history(keys)) == [{"_step": time, "loss": time / 7} for time in times]
    assert len(wandb_server.requests) < 20
    last = [row async for row in run.ascan_history(keys, min_step=times[-2], max_step=times[-1])]
    assert last == [{"_step": times[-2], "loss": times[-2] / 7}]
    await api.aclose()


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
