"""Time limit on the execution of one query."""

import math
import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

from .limits import EXECUTION_SECONDS

_deadline = ContextVar("deadline", default=math.inf)


class TimeLimitExceeded(BaseException):
    """A query took too long.

    Not an Exception: graphql-core would report it for one field and go on executing.
    """

    def __init__(self) -> None:
        super().__init__(
            f"the query took more than {EXECUTION_SECONDS:g} seconds of CPU time;"
            " request smaller pages or fewer fields"
        )


@contextmanager
def time_limit() -> Generator[None]:
    """Limit the time of a query, which is executed in this thread alone."""
    before = _deadline.set(time.thread_time() + EXECUTION_SECONDS)
    try:
        yield
    finally:
        # What the thread does next is no part of the query.
        _deadline.reset(before)


def restart_time_limit() -> None:
    """Give a query its whole time again; outside of one there is no limit."""
    if _deadline.get() != math.inf:
        _deadline.set(time.thread_time() + EXECUTION_SECONDS)


def check_time_limit() -> None:
    """Raise TimeLimitExceeded once the time is up."""
    if time.thread_time() > _deadline.get():
        raise TimeLimitExceeded
