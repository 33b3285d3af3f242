"""A transfer in progress, and how long it is retried."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ..clock import monotonic
from ..transport.retries import SLOWEST_BYTES_PER_SECOND, RetryPolicy, next_try_delay
from .disk.verified_writer import VerifiedWriter
from .response import ResponseHandler
from .transfer import Transfer

OnSettled = Callable[[Transfer, Exception | None], None]
"""Called once for each transfer: with None when the file is in place, else with the error."""


@dataclass(slots=True)
class Attempt:
    """A transfer in progress, with the state that outlives a single try."""

    transfer: Transfer
    writer: VerifiedWriter
    handler: ResponseHandler
    on_settled: OnSettled
    reached: set[str] = field(default_factory=set[str])
    """The servers that have responded so far, to any attempt."""
    tries: int = 0
    url_refreshes: int = 0
    single_connection: bool = False
    """Whether the transfer must not be split over several connections (again)."""
    _policy: RetryPolicy | None = None
    _most_written: int = 0
    """The most bytes that were ever written at the end of a try."""
    _most_written_at: float = 0.0

    def begin(self) -> None:
        """Count a try that begins now."""
        if self.tries == 0:
            self._most_written, self._most_written_at = self.writer.written, monotonic()
        self.tries += 1
        self.handler.start()

    def retry_delay(self, error: Exception, budget: float) -> float | None:
        """Return the seconds until the next try, or None to give up."""
        self._policy = policy = self._policy or RetryPolicy(
            budget, repeatable=True, server=self.handler.server, reached=self.reached
        )
        now = monotonic()
        gained = self.writer.written - self._most_written
        if gained > 0 and gained >= SLOWEST_BYTES_PER_SECOND * (now - self._most_written_at):
            # It makes progress, if slowly: the budget is for standstill, or next to it.
            self.tries = 1
            self._most_written, self._most_written_at = self.writer.written, now
            policy.renew()
        return next_try_delay(policy, error, self.tries)
