"""A clock that stands still until a test moves it, for decisions that depend on time."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import pytest
import stamina

from wbtyped import clock

ROOMS = ("wbtyped.download.", "wbtyped.transport.")


class FakeClock:
    """Seconds that pass only where a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


@contextmanager
def fake_clock() -> Generator[FakeClock]:
    """Replace the clock of all loaded modules, and let retries wait as they do outside of tests."""
    fake, real = FakeClock(), clock.monotonic
    with pytest.MonkeyPatch.context() as patch, stamina.set_testing(False):
        for name, module in list(sys.modules.items()):
            if name.startswith(ROOMS) and getattr(module, "monotonic", None) is real:
                patch.setattr(module, "monotonic", fake)
        yield fake
