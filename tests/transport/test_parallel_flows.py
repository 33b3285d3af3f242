"""Many flows at once: how many, in which order, and what an error or a slow server does."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from wbtyped import Api
from wbtyped.clock import pause
from wbtyped.download.paced_flows import paced_flows
from wbtyped.transport.flow import Flow, Sender
from wbtyped.transport.parallel_flows import ParallelFlows
from wbtyped.transport.retries import TransientError

JOBS = 8
Run = Callable[[ParallelFlows], None]


class Step:
    """A request that takes some time, and counts how many run at once."""

    active = 0
    peaks: list[int]
    lock = threading.Lock()

    def __init__(self, peaks: list[int], act: Callable[[], object] = lambda: None) -> None:
        self._peaks = peaks
        self._act = act

    def _begin(self) -> None:
        with self.lock:
            Step.active += 1
            self._peaks.append(Step.active)
        self._act()

    def _end(self) -> None:
        with self.lock:
            Step.active -= 1

    def send(self, sender: Sender, /) -> None:
        self._begin()
        time.sleep(0.01)
        self._end()

    async def asend(self, sender: Sender, /) -> None:
        self._begin()
        await pause(0.01)
        self._end()


def flow(step: Step) -> Flow[None]:
    yield step


@pytest.fixture(params=["sync", "async"])
def run(request: pytest.FixtureRequest, api: Api) -> Run:
    """Run flows on either loop."""

    def single(flows: ParallelFlows) -> Flow[None]:
        yield flows

    def either(flows: ParallelFlows) -> None:
        if request.param == "sync":
            api.client.run(single(flows))
        else:
            asyncio.run(api.client.arun(single(flows)))

    Step.active = 0
    return either


def test_flows_run_at_most_as_many_as_jobs(api: Api, run: Run) -> None:
    peaks: list[int] = []
    flows = paced_flows(api.client, JOBS)
    for _ in range(40):
        flows.add(flow(Step(peaks)))
    run(flows)
    assert len(peaks) == 40
    assert 1 < max(peaks) <= JOBS


def test_rate_limit_halves_how_many_run(api: Api, run: Run) -> None:
    peaks: list[int] = []
    flows = paced_flows(api.client, JOBS)

    def limited() -> None:
        for watch in api.client.transport.retries.watchers:
            watch(TransientError("too many", status=429))

    for _ in range(JOBS):
        flows.add(flow(Step(peaks, limited)))
    for _ in range(10):
        flows.add(flow(Step(peaks)))
    run(flows)
    assert len(peaks) == JOBS + 10
    assert max(peaks[JOBS:]) <= JOBS - 2, "one is left, and with each success there may be more"
    assert api.client.transport.retries.watchers == ()


def test_flow_may_add_others_before_those_that_wait(api: Api, run: Run) -> None:
    order: list[str] = []
    flows = paced_flows(api.client, 1)

    def named(name: str) -> Flow[None]:
        order.append(name)
        yield Step([])
        if name == "first":
            flows.add(named("added"), first=True)
            flows.add(named("last"))

    flows.add(named("first"))
    flows.add(named("second"))
    run(flows)
    assert order == ["first", "added", "second", "last"]


def test_error_ends_everything(api: Api, run: Run) -> None:
    started: list[int] = []
    flows = paced_flows(api.client, 2)

    def failing(number: int) -> Flow[None]:
        started.append(number)
        yield Step([])
        if number == 3:
            raise ValueError("three")

    for number in range(50):
        flows.add(failing(number))
    with pytest.raises(ValueError, match="three"):
        run(flows)
    assert len(started) < 10
    assert api.client.transport.retries.watchers == ()
