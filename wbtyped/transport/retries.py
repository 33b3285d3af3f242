"""Decide which failures are worth retrying, and when."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import httpx
import stamina

from ..clock import loop_clock_runs, monotonic, pause
from ..errors import ChecksumError, RateLimitError, TransportError
from .response_headers import retry_after

T = TypeVar("T")

NOT_PROCESSED_STATUSES = frozenset({425, 429})
"""With these a server says that it has not processed the request, so any request may be resent."""
FIRST_WAIT_SECONDS, MAX_WAIT_SECONDS = 0.2, 10.0
"""The wait before the second attempt, and the longest wait before any other."""
SLOWEST_BYTES_PER_SECOND = 128
"""A transfer that is slower on average counts as stalled."""
UNREACHABLE_SECONDS = 15.0
"""How long connecting to an unreachable server is retried."""
ATTEMPTS = "wbtyped.attempts"
"""Key of a response's extensions: how often the request was sent, in words, after retries."""
# stamina logs every retry; without a handler, logging would print that on stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())


def is_retryable(status: int) -> bool:
    """Return True if the HTTP status is worth retrying."""
    return status in {408, 425, 429} or (status >= 500 and status != 501)


class TransientError(Exception):
    """A transient failure; retrying may succeed.

    `unsent` means that the server cannot have acted on the request; `response` is the response, if
    there is one.
    """

    def __init__(
        self,
        message: str,
        *,
        response: httpx.Response | None = None,
        unsent: bool = False,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.response = response
        self.unsent = unsent
        if response is not None:
            status, headers = response.status_code, response.headers
        self.status = status
        self.retry_after: float | None = retry_after((headers or {}).get("retry-after"))
        self.attempts: str = ""
        """How often it was tried, for the end of a message; set by `RetryPolicy`."""

    def to_public_error(self) -> TransportError:
        """Return the public error to raise once retries are exhausted."""
        kind = RateLimitError if self.status == 429 else TransportError
        return kind(f"{self}{self.attempts}", status=self.status, retry_after=self.retry_after)


class RetryPolicy:
    """Decides after each failure of one request whether to retry it, and when."""

    def __init__(self, budget: float, *, repeatable: bool) -> None:
        self._began = monotonic()
        self._budget = budget
        self._repeatable = repeatable
        self._attempts = 0
        self._wrong_contents = 0

    @property
    def over(self) -> bool:
        """Whether the retry budget is spent."""
        return monotonic() - self._began >= self._budget

    def renew(self) -> None:
        """Grant the whole budget again; wrong content that came before still counts."""
        self._began = monotonic()

    def __call__(self, error: Exception) -> bool | float:
        """Return False to stop, True to retry after the usual wait, or the seconds to wait."""
        self._attempts += 1
        if isinstance(error, ChecksumError):
            # Once may be an accident in transit; twice, it is what the server has.
            self._wrong_contents += 1
            return self._wrong_contents < 2
        if not isinstance(error, TransientError):
            return False
        spent = monotonic() - self._began
        error.attempts = f" ({attempts_text(self._attempts, spent)})"
        if not (self._repeatable or error.unsent or error.status in NOT_PROCESSED_STATUSES):
            error.attempts = " (not retried: the server may have acted on it)"
            return False
        # stamina measures the budget too, but by a clock that a test may have stopped.
        if spent >= self._budget:
            return False
        if error.unsent and spent > UNREACHABLE_SECONDS:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if spent + error.retry_after < self._budget else False


def attempts_text(attempts: int, seconds: float) -> str:
    """Format how often something was tried: `5 attempts in 16 s`."""
    tried = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return f"{tried} in {seconds:.0f} s" if seconds >= 10 else f"{tried} in {seconds:.1f} s"


class Retries:
    """Call functions until they succeed, fail for good, or have used up `budget` seconds."""

    def __init__(self, budget: float) -> None:
        self.budget: float = budget
        """Seconds that one request may take, including all retries."""
        waits = {
            "wait_initial": FIRST_WAIT_SECONDS, "wait_max": MAX_WAIT_SECONDS, "wait_jitter": 1.0
        }  # fmt: skip
        self._caller = stamina.RetryingCaller(attempts=None, timeout=budget, **waits)
        self._acaller = stamina.AsyncRetryingCaller(attempts=None, timeout=budget, **waits)

    def call(self, function: Callable[[], T], *, repeatable: bool = True) -> T:
        """Call `function`, and retry it after a TransientError.

        A function that is not `repeatable` is retried only if the server cannot have acted on it.
        """
        return self._caller(RetryPolicy(self.budget, repeatable=repeatable), function)

    async def acall(self, function: Callable[[], Awaitable[T]], *, repeatable: bool = True) -> T:
        """Asynchronous form of `call`."""
        policy = RetryPolicy(self.budget, repeatable=repeatable)
        if loop_clock_runs():
            return await self._acaller(policy, function)
        stopped = StoppedClockPolicy(policy)

        async def wait_and_call() -> T:
            if stopped.wait_seconds:
                await pause(stopped.wait_seconds)
            return await function()

        return await self._acaller(stopped, wait_and_call)


class StoppedClockPolicy:
    """A policy for event loops whose timers do not run: the function waits before it is called."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._next_wait = FIRST_WAIT_SECONDS
        self.wait_seconds: float = 0.0
        """Seconds to wait before the next attempt."""

    def __call__(self, error: Exception) -> bool | float:
        """Return False to stop, or 0.0 to retry without another wait."""
        wait = self._policy(error)
        if wait is False:
            return False
        self.wait_seconds = self._next_wait if wait is True else wait
        self._next_wait = min(MAX_WAIT_SECONDS, 2 * self._next_wait)
        if stamina.is_testing():
            self.wait_seconds = 0.0
        return 0.0
