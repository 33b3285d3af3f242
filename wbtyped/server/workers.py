"""Threads for work that must not block the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

ParamsT = ParamSpec("ParamsT")
ResultT = TypeVar("ResultT")
THREADS = 8
QUERY_THREADS = 4
"""Queries hold the interpreter lock nearly all the time, so more threads make them no faster, and
each can delay the event loop by up to 5 ms whenever it needs the lock."""


class Workers:
    """Runs queries and database access in threads, while the event loop moves bytes.

    The threads live as long as the pool, because each has a connection to SQLite: a pool that lets
    idle threads end would leave an open connection behind for each. A few are enough: SQLite has
    one writer at a time, and queries share one interpreter lock.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="wbtyped-server")

    async def run(
        self, function: Callable[ParamsT, ResultT], *args: ParamsT.args, **kwargs: ParamsT.kwargs
    ) -> ResultT:
        """Call a function in a thread and return its result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Finish running calls, and end the threads."""
        self._pool.shutdown(cancel_futures=True)


class InTurn:
    """Runs short calls one after the other; those that wait are handed to a thread together.

    Threads that each take one upload of 4 KiB compete for the interpreter lock, and for SQLite's
    one writer; handing work to a thread, and its result back, costs more than the work. With 32
    clients this takes a quarter off the CPU time of such an upload.
    """

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._waiting: list[Callable[[], Callable[[], None]]] = []
        self._running: asyncio.Task[None] | None = None

    async def run(
        self, function: Callable[ParamsT, ResultT], *args: ParamsT.args, **kwargs: ParamsT.kwargs
    ) -> ResultT:
        """Call a function in a thread and return its result."""
        outcome: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()

        def call() -> Callable[[], None]:
            try:
                result = function(*args, **kwargs)
            except Exception as error:
                failed = error
                return lambda: None if outcome.done() else outcome.set_exception(failed)
            # A response that is not awaited any more is cancelled.
            return lambda: None if outcome.done() else outcome.set_result(result)

        self._waiting.append(call)
        if self._running is None:
            self._running = asyncio.ensure_future(self._run_waiting())
        return await outcome

    async def _run_waiting(self) -> None:
        try:
            while self._waiting:
                calls, self._waiting = self._waiting, []
                for deliver in await self._workers.run(call_each, calls):
                    deliver()
        finally:
            self._running = None


def call_each(calls: Sequence[Callable[[], Callable[[], None]]]) -> list[Callable[[], None]]:
    """Return the results of some calls."""
    return [call() for call in calls]
