"""The garbage collector while files are downloaded.

It runs after every few hundred new objects, and again and again looks through all that was planned,
which is not garbage: some 5 % of the time of many small files. None of these objects are in cycles.
"""

import gc
import threading
from collections.abc import Generator
from contextlib import contextmanager

SELDOM = (100_000, 50, 100)
"""Thresholds at which it runs seldom; without it, cycles that callbacks make would add up."""

_lock = threading.Lock()
_batches = 0
_before: tuple[int, int, int] = (0, 0, 0)


@contextmanager
def seldom_collected() -> Generator[None]:
    """Let the collector run seldom until the last of the batches that run now has ended."""
    global _batches, _before
    with _lock:
        _batches += 1
        if _batches == 1:
            _before = gc.get_threshold()
            # A threshold of 0 means that it is off.
            if 0 < _before[0] < SELDOM[0]:
                gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        with _lock:
            _batches -= 1
            # Unless somebody else has set it meanwhile.
            if _batches == 0 and gc.get_threshold() == SELDOM:
                gc.set_threshold(*_before)
