"""Calls that wait for a thread together, each with an outcome of its own."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from wbtyped.server.workers import InTurn, Workers


def run_all(*calls: Callable[[], object]) -> tuple[list[object], list[int]]:
    """Run calls at once; return their outcomes, and how many were handed over each time."""
    handed: list[int] = []
    workers = Workers(4)

    async def gather() -> list[object]:
        in_turn = InTurn(workers)
        run = workers.run

        async def counted(function: Any, given: Any) -> Any:
            handed.append(len(given))
            return await run(function, given)

        workers.run = counted  # type: ignore[method-assign, assignment]
        return await asyncio.gather(*map(in_turn.run, calls), return_exceptions=True)

    try:
        return asyncio.run(gather()), handed
    finally:
        workers.close()


def test_in_turn_calls_at_once_are_handed_to_a_thread_together() -> None:
    threads: list[int] = []

    def call() -> int:
        threads.append(threading.get_ident())
        return len(threads)

    outcomes, handed = run_all(*[call] * 5)

    assert outcomes == [1, 2, 3, 4, 5]
    assert handed == [5]
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


def test_in_turn_failing_call_fails_alone() -> None:
    def fail() -> None:
        raise ValueError("no")

    outcomes, _ = run_all(lambda: "before", fail, lambda: "after")

    assert (outcomes[0], outcomes[2]) == ("before", "after")
    assert isinstance(outcomes[1], ValueError)


def test_in_turn_calls_that_arrive_during_a_call_come_next() -> None:
    async def scenario() -> list[str]:
        workers, found = Workers(4), list[str]()
        in_turn, started, release = InTurn(workers), threading.Event(), threading.Event()

        def first() -> None:
            started.set()
            release.wait(10)
            found.append("first")

        running = asyncio.ensure_future(in_turn.run(first))
        await workers.run(started.wait, 10)
        others = [asyncio.ensure_future(in_turn.run(found.append, name)) for name in "ab"]
        await asyncio.sleep(0)
        others[0].cancel()
        release.set()
        await asyncio.gather(running, *others, return_exceptions=True)
        await in_turn.run(found.append, "last")
        workers.close()
        return found

    found = asyncio.run(scenario())

    # Nobody waits for the result of "a" any more, which harms no other.
    assert found == ["first", "a", "b", "last"]
