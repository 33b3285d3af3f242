"""Decide which failures are worth retrying, and when."""

import logging
import random
import sys
from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from ..clock import loop_clock_runs, monotonic, pause
from ..errors import ChecksumError, RateLimitError, TransportError
from .response_headers import retry_after
from .retry_notices import QUIET_SECONDS, notices

if TYPE_CHECKING:
    import stamina

    from .api_requests import ApiResponse
    from .httpx_import import httpx

T = TypeVar("T")

NOT_PROCESSED_STATUSES = frozenset({425, 429})
"""With these a server says that it has not processed the request, so any request may be resent."""
FIRST_WAIT_SECONDS, MAX_WAIT_SECONDS = 0.2, 10.0
"""The wait before the second attempt, and the longest wait before any other."""
SLOWEST_BYTES_PER_SECOND = 128
"""A transfer that is slower on average counts as stalled."""
UNREACHABLE_SECONDS = 3.0
"""How long connecting to a server is retried that has never responded: its URL may be wrong. One
that has responded may be restarting, which is given the whole budget."""
RECONNECT_SECONDS = 0.5
"""The wait between two such attempts."""
WAITS = {"wait_initial": FIRST_WAIT_SECONDS, "wait_max": MAX_WAIT_SECONDS, "wait_jitter": 1.0}
MAX_TRIES_IN_TESTS = 4


def hide_own_retries(record: logging.LogRecord) -> bool:
    """Drop what stamina logs about our retries: it names neither request nor server."""
    return not str(getattr(record, "stamina.caused_by", "")).startswith("TransientError(")


logging.getLogger("stamina").addFilter(hide_own_retries)


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
        response: "httpx.Response | ApiResponse | None" = None,
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

    def to_public_error(self, hint: str = "") -> TransportError:
        """Return the public error to raise once retries are exhausted; `hint` says what to do."""
        kind = RateLimitError if self.status == 429 else TransportError
        message = f"{self}{self.attempts}{hint and f'; {hint}'}"
        return kind(message, status=self.status, retry_after=self.retry_after)


class RetryPolicy:
    """Decides after each failure of one request whether to retry it, and when.

    `server` is the URL of the server, without a path; `reached` are the servers that have responded
    so far. `watchers` are told of every transient failure.
    """

    def __init__(
        self,
        budget: float,
        *,
        repeatable: bool,
        server: str = "",
        reached: Collection[str] = (),
        watchers: Collection[Callable[["TransientError"], object]] = (),
    ) -> None:
        self._watchers = watchers
        self._began = monotonic()
        self._budget = budget
        self._repeatable = repeatable
        self._server = server
        self._reached = reached
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
        for watch in self._watchers:
            watch(error)
        spent = monotonic() - self._began
        error.attempts = f" ({attempts_text(self._attempts, spent)})"
        if not (self._repeatable or error.unsent or error.status in NOT_PROCESSED_STATUSES):
            error.attempts = " (not retried: the server may have acted on it)"
            return False
        # stamina measures the budget too, but by a clock that a test may have stopped.
        limit, wait = self._budget, error.retry_after
        if error.unsent and self._server not in self._reached:
            limit, wait = min(UNREACHABLE_SECONDS, limit), RECONNECT_SECONDS
        left = limit - spent
        if left <= (wait or 0.0):
            return False
        self._announce(error, spent, wait or 0.0, left)
        return True if wait is None else wait

    def _announce(self, error: TransientError, spent: float, wait: float, left: float) -> None:
        """Say why there is a wait, if it is long enough to be noticed."""
        if spent + wait >= QUIET_SECONDS:
            soon = f"retrying in {wait:.0f} s, and" if wait >= 1 else "retrying"
            notices.announce(self._server, str(error), f"{soon} for up to {left:.0f} s more")


def next_try_delay(policy: RetryPolicy, error: Exception, tries: int) -> float | None:
    """Return the seconds until the next try of a transfer, or None to give up.

    For what does not wait in a thread of its own; `Retries` does the same for single requests.
    """
    delay = policy(error)
    testing = is_testing()
    if delay is False or (testing and tries >= MAX_TRIES_IN_TESTS):
        return None
    if testing:
        return 0.0
    if delay is not True:
        return delay
    if policy.over:
        return None
    longest = min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** (tries - 1))
    return longest * random.uniform(0.5, 1.5)  # noqa: S311 - spreads load


def attempts_text(attempts: int, seconds: float) -> str:
    """Format how often something was tried: `5 attempts in 16 s`."""
    tried = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    return f"{tried} in {seconds:.0f} s" if seconds >= 10 else f"{tried} in {seconds:.1f} s"


class Retries:
    """Call functions until they succeed, fail for good, or have used up `budget` seconds."""

    def __init__(self, budget: float) -> None:
        self.budget: float = budget
        """Seconds that one request may take, including all retries."""
        self.reached: set[str] = set()
        """The servers that have responded so far."""
        self.watchers: tuple[Callable[[TransientError], object], ...] = ()
        """Told of every transient failure, also of those that a retry overcomes."""

    def call(self, function: Callable[[], T], server: str, *, repeatable: bool = True) -> T:
        """Call `function`, which sends a request to `server`, and retry it after a TransientError.

        A function that is not `repeatable` is retried only if the server cannot have acted on it.
        """
        policy = self._policy(server, repeatable=repeatable)
        try:
            return function()
        except TransientError as error:
            again = after_failure(error, function)
        return self._caller(policy, again)

    # stamina is imported after the first failure: with asyncio, which it needs, it takes a tenth of
    # the CPU time of a short program.

    @cached_property
    def _caller(self) -> "stamina.RetryingCaller":
        import stamina

        return stamina.RetryingCaller(attempts=None, timeout=self.budget, **WAITS)

    @cached_property
    def _acaller(self) -> "stamina.AsyncRetryingCaller":
        import stamina

        return stamina.AsyncRetryingCaller(attempts=None, timeout=self.budget, **WAITS)

    def _policy(self, server: str, *, repeatable: bool) -> RetryPolicy:
        return RetryPolicy(
            self.budget, repeatable=repeatable, server=server, reached=self.reached,
            watchers=self.watchers,
        )  # fmt: skip

    async def acall(
        self, function: Callable[[], Awaitable[T]], server: str, *, repeatable: bool = True
    ) -> T:
        """Asynchronous form of `call`."""
        policy = self._policy(server, repeatable=repeatable)
        try:
            return await function()
        except TransientError as error:
            failure = [error]
        if loop_clock_runs():
            return await self._acaller(policy, after_failure(failure.pop(), function))
        stopped = StoppedClockPolicy(policy)

        async def wait_and_call() -> T:
            if stopped.wait_seconds:
                await pause(stopped.wait_seconds)
            return await function()

        return await self._acaller(stopped, after_failure(failure.pop(), wait_and_call))


def after_failure(error: Exception, function: Callable[[], T]) -> Callable[[], T]:
    """Return `function` for another caller, to which its failed first call counts too."""
    failures = [error]

    def call() -> T:
        if failures:
            raise failures.pop()
        return function()

    return call


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
        if is_testing():
            self.wait_seconds = 0.0
        return 0.0


def is_testing() -> bool:
    """Return True if a test has told stamina not to wait; it cannot have without importing it."""
    stamina = sys.modules.get("stamina")
    return stamina is not None and stamina.is_testing()
