"""How long one query may take."""

import math
import time
from contextvars import ContextVar

from .limits import EXECUTION_SECONDS

_end = ContextVar("end", default=math.inf)


class Overrun(BaseException):
    """A query took too long. No Exception, or it would be an error of one field, and go on."""

    def __init__(self) -> None:
        super().__init__(
            f"the query took more than {EXECUTION_SECONDS:g} seconds of CPU time;"
            " ask for smaller pages or less"
        )


def begin() -> None:
    """Start the time of a query, which is executed in this thread alone."""
    _end.set(time.thread_time() + EXECUTION_SECONDS)


def check() -> None:
    """Raise Overrun when the time is over."""
    if time.thread_time() > _end.get():
        raise Overrun
