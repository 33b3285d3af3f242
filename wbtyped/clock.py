"""A clock that keeps running when a test has stopped time.

Tools such as freezegun replace `time.monotonic`, which event loops read too: then `asyncio.sleep`
and every timer of a loop wait for ever. They do not replace the clock of the operating system and
the timeouts of locks.
"""

import sys
import threading
import time
from contextlib import suppress

if sys.platform == "win32":

    def monotonic() -> float:
        """Return seconds on a clock that only runs forward."""
        return time.monotonic()

else:
    # On macOS, this is the clock that event loops read: it stops while the machine sleeps.
    _CLOCK: int = getattr(time, "CLOCK_UPTIME_RAW", time.CLOCK_MONOTONIC)

    def monotonic() -> float:
        """Return seconds on a clock that only runs forward."""
        return time.clock_gettime(_CLOCK)


async def pause(seconds: float) -> None:
    """Wait like `asyncio.sleep`, but not by the clock of the event loop."""
    from asyncio import Event, get_running_loop  # imported late: it takes 20 ms, and few need it

    loop, over = get_running_loop(), Event()

    def end() -> None:
        with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            loop.call_soon_threadsafe(over.set)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        await over.wait()
    finally:
        timer.cancel()


def loop_clock_runs() -> bool:
    """Return True if the clock of the running event loop is that of the operating system."""
    from asyncio import get_running_loop

    return abs(get_running_loop().time() - monotonic()) < 1
