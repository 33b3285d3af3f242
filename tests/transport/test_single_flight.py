"""Requests that are sent once for all who need their result at the same time."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from wbtyped.transport.flow import Flow, Sender, arun, run
from wbtyped.transport.single_flight import SingleFlight


class Slow:
    """A request that takes a moment, and counts how often it was sent."""

    def __init__(self, error: Exception | None = None, seconds: float = 0.05) -> None:
        self.sent = 0
        self._seconds = seconds
        self._error = error

    def send(self, _: Sender, /) -> None:
        self.sent += 1
        time.sleep(self._seconds)
        if self._error:
            raise self._error

    async def asend(self, _: Sender, /) -> None:
        self.sent += 1
        await asyncio.sleep(self._seconds)
        if self._error:
            raise self._error


class NoSender:
    def send(self, operation: object) -> object:
        raise AssertionError(operation)

    asend = send


SENDER: Sender = NoSender()  # type: ignore[assignment] # pyright: ignore[reportAssignmentType]


def flow_of(request: Slow) -> Callable[[], Flow[int]]:
    def flow() -> Flow[int]:
        yield request
        return request.sent

    return flow


def in_threads(count: int, work: Callable[[], object]) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_share_a_flow() -> None:
    flights, request, results = SingleFlight[int](), Slow(), list[int]()
    in_threads(8, lambda: results.append(run(flights.share("key", flow_of(request)), SENDER)))
    assert (request.sent, results) == (1, [1] * 8)


async def test_tasks_share_a_flow() -> None:
    flights, request = SingleFlight[int](), Slow()
    flow = flow_of(request)
    results = await asyncio.gather(*(arun(flights.share("key", flow), SENDER) for _ in range(8)))
    assert (request.sent, results) == (1, [1] * 8)


def test_event_loops_and_threads_share_a_flow() -> None:
    flights, request, results = SingleFlight[int](), Slow(seconds=0.5), list[int]()
    flow = flow_of(request)

    def on_a_loop() -> None:
        results.append(asyncio.run(arun(flights.share("key", flow), SENDER)))

    def without() -> None:
        results.append(run(flights.share("key", flow), SENDER))

    threads = [threading.Thread(target=work) for work in [on_a_loop, without] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (request.sent, results) == (1, [1] * 8)


def test_other_keys_and_later_calls_run_again() -> None:
    flights, request = SingleFlight[int](), Slow()
    flow = flow_of(request)
    assert [run(flights.share(key, flow), SENDER) for key in ("a", "b", "a")] == [1, 2, 3]


def test_error_is_raised_to_all_and_not_kept() -> None:
    flights, errors = SingleFlight[int](), list[str]()
    failing = Slow(ValueError("no"))

    def ask() -> None:
        with pytest.raises(ValueError, match="no") as caught:
            run(flights.share("key", flow_of(failing)), SENDER)
        errors.append(str(caught.value))

    in_threads(4, ask)
    assert (failing.sent, errors) == (1, ["no"] * 4)
    assert run(flights.share("key", flow_of(Slow())), SENDER) == 1


async def test_cancelled_first_task_leaves_the_flow_to_another() -> None:
    flights, request = SingleFlight[int](), Slow()
    flow = flow_of(request)
    first, *others = (
        asyncio.create_task(arun(flights.share("key", flow), SENDER)) for _ in range(4)
    )
    await asyncio.sleep(0.01)
    first.cancel()
    assert await asyncio.gather(*others) == [2] * 3
    assert request.sent == 2


async def test_cancelled_other_task_cancels_nobody_else() -> None:
    flights, request = SingleFlight[int](), Slow()
    flow = flow_of(request)
    first, other, third = (
        asyncio.create_task(arun(flights.share("key", flow), SENDER)) for _ in range(3)
    )
    await asyncio.sleep(0.01)
    other.cancel()
    assert [await first, await third] == [1, 1]


async def test_synchronous_call_inside_a_loop_does_not_wait_for_its_own_task() -> None:
    flights, request = SingleFlight[int](), Slow()
    flow = flow_of(request)
    first = asyncio.create_task(arun(flights.share("key", flow), SENDER))
    await asyncio.sleep(0.01)
    assert run(flights.share("key", flow), SENDER) == 2
    assert await first in {1, 2}
