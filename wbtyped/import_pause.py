"""Import many modules without the garbage collector.

It would run some 60 times while `Api` and httpx are imported, look through everything that was
imported so far, and find nothing: modules are no garbage. That is a tenth of the time.
"""

import gc
from collections.abc import Generator
from contextlib import contextmanager

FROZEN_AT_START = 1000
"""Objects that Python may freeze itself, as 3.12 does; a program freezes thousands."""


@contextmanager
def collector_paused() -> Generator[None]:
    """Pause the garbage collector; one that is off already stays off.

    What was imported counts as old then, so that only a full collection looks through it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_freeze_count() < FROZEN_AT_START:
            # Back from the frozen objects, all are in the oldest generation.
            gc.freeze()
            gc.unfreeze()
        if enabled:
            gc.enable()
