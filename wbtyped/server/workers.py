"""Threads for work that must not block the event loop."""

import asyncio
from collections.abc import Callable
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
