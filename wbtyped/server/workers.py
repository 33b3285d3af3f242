"""Threads for what must not hold up the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
THREADS = 8
QUERY_THREADS = 4
"""Queries hold the interpreter lock nearly all the time, so more threads make them no faster, and
each delays the event loop by up to 5 ms whenever it wants the lock back."""


class Workers:
    """Runs queries and whatever touches the database, while the event loop moves bytes.

    The threads stay until the end, because each keeps a connection to SQLite: a pool that lets idle
    threads go would leave one open connection behind for each. A few are enough: SQLite has one
    writer at a time, and queries share one interpreter lock.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="wbtyped-server")

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function in a thread and wait for what it returns."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Let what was begun end, and end the threads."""
        self._pool.shutdown(cancel_futures=True)
