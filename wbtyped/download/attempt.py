"""A transfer under way, and how long it is tried."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import stamina

from ..clock import monotonic
from ..transport.retries import (
    FIRST_WAIT_SECONDS,
    MAX_WAIT_SECONDS,
    SLOWEST_BYTES_PER_SECOND,
    RetryPolicy,
)
from .disk.verified_writer import VerifiedWriter
from .response import ResponseHandler
from .transfer import Transfer

TRIES_IN_TESTS = 4
Settled = Callable[[Transfer, Exception | None], None]
"""Told once for every transfer: there, or the error that it ended with."""


@dataclass(slots=True)
class Attempt:
    """A transfer under way, with all that outlives a single try."""

    transfer: Transfer
    sink: VerifiedWriter
    receiver: ResponseHandler
    settled: Settled
    tries: int = 0
    renewals: int = 0
    whole: bool = False
    """Whether it is to come over one connection."""
    _rule: RetryPolicy | None = None
    _furthest: int = 0
    """The most bytes that were ever there at the end of a try."""
    _since: float = 0.0
    """When that was."""

    def begin(self) -> None:
        """Count a try that begins now."""
        if self.tries == 0:
            self._furthest, self._since = self.sink.written, monotonic()
        self.tries += 1
        self.receiver.start()

    def wait(self, error: Exception, budget: float) -> float | None:
        """Return the seconds until the next try, or None when there is none."""
        self._rule = rule = self._rule or RetryPolicy(budget, repeatable=True)
        now = monotonic()
        gained = self.sink.written - self._furthest
        if gained > 0 and gained >= SLOWEST_BYTES_PER_SECOND * (now - self._since):
            # It gets on, if slowly: the budget is for what does not, or only a trickle.
            self.tries = 1
            self._furthest, self._since = self.sink.written, now
            rule.renew()
        wait = rule(error)
        testing = stamina.is_testing()
        if wait is False or (testing and self.tries >= TRIES_IN_TESTS):
            return None
        if testing:
            return 0.0
        if wait is not True:
            return wait
        if rule.over:
            return None
        longest = min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** (self.tries - 1))
        return longest * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load
