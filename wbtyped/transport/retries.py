"""Which failures are worth another try, and after how long."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import httpx
import stamina

from ..clock import loop_runs_true, monotonic, pause
from ..errors import ChecksumError, RateLimitError, TransportError
from .response_headers import retry_after

T = TypeVar("T")

# By these a server says that it has not looked at the request.
REFUSED = frozenset({425, 429})
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0
"""Seconds before the second try, and at most before any further one."""
SLOWEST_BYTES_PER_SECOND = 128
"""What the content of a file has to bring on average, or it counts as standing still."""
UNREACHABLE_LIMIT = 15.0
"""Seconds after which a server that cannot be reached at all is given up."""
# stamina tells of every retry; without a handler, logging would print that on stderr.
logging.getLogger("stamina").addHandler(logging.NullHandler())


def is_retryable(status: int) -> bool:
    """Tell whether an HTTP status speaks of a state that may pass."""
    return status in {408, 425, 429} or (status >= 500 and status != 501)


class TransientError(Exception):
    """A failure that may pass.

    `unsent` tells that the server cannot have acted on the request; `response` is the answer, if
    one came.
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

    def to_public_error(self) -> TransportError:
        """Return the error for the caller, once patience has ended."""
        kind = RateLimitError if self.status == 429 else TransportError
        return kind(
            f"{self} (gave up after several tries or the time allowed for them; try again later)",
            status=self.status,
            retry_after=self.retry_after,
        )


class RetryPolicy:
    """Decides after each failure of one request whether and when the next try comes."""

    def __init__(self, budget: float, *, repeatable: bool) -> None:
        self._began = monotonic()
        self._budget = budget
        self._repeatable = repeatable
        self._spoiled = 0

    @property
    def over(self) -> bool:
        """Whether the time allowed is spent."""
        return monotonic() - self._began >= self._budget

    def renew(self) -> None:
        """Grant the whole budget again; wrong content that came before still counts."""
        self._began = monotonic()

    def __call__(self, error: Exception) -> bool | float:
        """Return False to stop, True for the usual pause, or the seconds to wait."""
        if isinstance(error, ChecksumError):
            # Wrong content may be an accident on the way; twice, it is what the server has.
            self._spoiled += 1
            return self._spoiled < 2
        if not isinstance(error, TransientError):
            return False
        if not (self._repeatable or error.unsent or error.status in REFUSED):
            return False
        spent = monotonic() - self._began
        # Others measure the budget, too, but by a clock that a test may have stopped.
        if spent >= self._budget:
            return False
        if error.unsent and spent > UNREACHABLE_LIMIT:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if spent + error.retry_after < self._budget else False


class Retries:
    """Calls functions until they succeed, fail for good, or `budget` seconds are over."""

    def __init__(self, budget: float) -> None:
        self.budget: float = budget
        """Seconds that one request may take with all its tries."""
        waits = {"wait_initial": FIRST_WAIT, "wait_max": LONGEST_WAIT, "wait_jitter": 1.0}
        self._caller = stamina.RetryingCaller(attempts=None, timeout=budget, **waits)
        self._acaller = stamina.AsyncRetryingCaller(attempts=None, timeout=budget, **waits)

    def call(self, function: Callable[[], T], *, repeatable: bool = True) -> T:
        """Call `function`, again after a `Passing` failure unless that could do a thing twice."""
        return self._caller(RetryPolicy(self.budget, repeatable=repeatable), function)

    async def acall(self, function: Callable[[], Awaitable[T]], *, repeatable: bool = True) -> T:
        """Do the same with a coroutine function."""
        rule = RetryPolicy(self.budget, repeatable=repeatable)
        if loop_runs_true():
            return await self._acaller(rule, function)
        paced = Paced(rule)

        async def after_pause() -> T:
            if paced.owed:
                await pause(paced.owed)
            return await function()

        return await self._acaller(paced, after_pause)


class Paced:
    """A rule for event loops whose timers do not run: pauses are taken before the next try."""

    def __init__(self, rule: RetryPolicy) -> None:
        self._rule = rule
        self._waits = FIRST_WAIT
        self.owed: float = 0.0
        """Seconds to wait before the next try."""

    def __call__(self, error: Exception) -> bool | float:
        """Return False to stop, or 0.0 to go on without any other pause."""
        wait = self._rule(error)
        if wait is False:
            return False
        self.owed = self._waits if wait is True else wait
        self._waits = min(LONGEST_WAIT, 2 * self._waits)
        if stamina.is_testing():
            self.owed = 0.0
        return 0.0
