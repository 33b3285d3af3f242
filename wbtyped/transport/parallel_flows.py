"""Run many flows in parallel, as many as the server bears."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from .. import arguments
from ..clock import monotonic
from .client import Client
from .flow import Flow, Sender, arun, run

if TYPE_CHECKING:
    from .retries import TransientError

MAX_JOBS = 128


def check_jobs(jobs: int, progress: object) -> None:
    """Raise UsageError for arguments that parallel work cannot have."""
    arguments.whole_number("jobs", jobs, 1, MAX_JOBS)
    if progress is not None and not callable(progress):
        raise arguments.wrong("progress", "a function or None", progress)


class Limit(Protocol):
    """Decides how many flows run at a time, such as `AdaptiveLimit`."""

    @property
    def paused_until(self) -> float:
        """When the pause ends that the server asked for."""
        ...

    def available(self, active: int) -> int:
        """Return how many more may start while `active` run."""
        ...

    def record_result(self, error: BaseException | None) -> None:
        """Adapt to how a request ended."""
        ...


class ParallelFlows:
    """A request that runs many flows, to be yielded by another flow.

    At most `jobs` run at a time, and as few as `limit` allows: it is told of every HTTP 429. Flows
    may `add` further ones. The first error ends everything.
    """

    def __init__(self, client: Client, jobs: int, limit: Limit) -> None:
        self._client = client
        self._jobs = jobs
        self._limit = limit
        self._waiting: deque[Flow[None]] = deque()
        # Filled by whichever thread sends the request, and emptied by the one that schedules.
        self._failures: deque[TransientError] = deque()

    def add(self, flow: Flow[None], *, first: bool = False) -> None:
        """Add a flow, to be run after those that wait already, or before them."""
        if first:
            self._waiting.appendleft(flow)
        else:
            self._waiting.append(flow)

    def _startable(self, active: int) -> list[Flow[None]]:
        """Return the flows to start now, while `active` run."""
        while self._failures:
            self._limit.record_result(self._failures.popleft())
        if self._pause_seconds() > 0:
            return []
        count = min(self._limit.available(active), len(self._waiting))
        return [self._waiting.popleft() for _ in range(count)]

    def _pause_seconds(self) -> float:
        return self._limit.paused_until - monotonic()

    def _wait_seconds(self) -> float | None:
        """Return how long to wait for a flow to end; None if nothing else can happen meanwhile."""
        pause = self._pause_seconds()
        return pause if pause > 0 and self._waiting else None

    def _watch(self) -> Callable[[], None]:
        """Take note of HTTP 429 from now on; return the function that ends this."""
        retries, watch = self._client.transport.retries, self._failures.append
        retries.watchers = (*retries.watchers, watch)

        def unwatch() -> None:
            retries.watchers = tuple(known for known in retries.watchers if known != watch)

        return unwatch

    def send(self, sender: Sender, /) -> None:
        """Run all flows in threads."""
        # Imported late, as in the other form, for a short start-up time.
        from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

        unwatch = self._watch()
        active: set[Future[None]] = set()
        threads = ThreadPoolExecutor(self._jobs, thread_name_prefix="wbtyped-flow")
        try:
            while active or self._waiting:
                for flow in self._startable(len(active)):
                    active.add(threads.submit(run_to_end, flow, sender))
                done, active = wait(active, self._wait_seconds(), FIRST_COMPLETED)
                for finished in done:
                    finished.result()
                    self._limit.record_result(None)
        finally:
            # What runs already is waited for: a deletion that was sent has to be recorded.
            self._waiting.clear()
            threads.shutdown(cancel_futures=True)
            unwatch()

    async def asend(self, sender: Sender, /) -> None:
        """Run all flows as tasks of the event loop."""
        import asyncio

        unwatch = self._watch()
        active: set[asyncio.Task[None]] = set()
        try:
            while active or self._waiting:
                for flow in self._startable(len(active)):
                    active.add(asyncio.create_task(arun(flow, sender)))
                if not active:
                    await asyncio.sleep(max(0.0, self._pause_seconds()))
                    continue
                done, active = await asyncio.wait(
                    active, timeout=self._wait_seconds(), return_when=asyncio.FIRST_COMPLETED
                )
                for finished in done:
                    finished.result()
                    self._limit.record_result(None)
        finally:
            self._waiting.clear()
            await asyncio.gather(*active, return_exceptions=True)
            unwatch()


def flow_of(flows: ParallelFlows) -> Flow[None]:
    """Return the flow that runs them all."""
    yield flows


def run_to_end(flow: Flow[None], sender: Sender) -> None:
    """Run a flow that returns nothing; what threads are given."""
    run(flow, sender)
