"""The time limit of a query ends with the query."""

import time

import pytest

from wbtyped.server.time_limit import (
    TimeLimitExceeded,
    check_time_limit,
    restart_time_limit,
    time_limit,
)


def test_time_limit_ends_with_the_query(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 5.0
    monkeypatch.setattr(time, "thread_time", lambda: now)
    with time_limit():
        now = 14.0
        check_time_limit()
        now = 16.0
        with pytest.raises(TimeLimitExceeded):
            check_time_limit()
        restart_time_limit()
        check_time_limit()
        now = 27.0
        with pytest.raises(TimeLimitExceeded):
            check_time_limit()
    # A page for browsers that the same thread makes next, for instance.
    check_time_limit()
    restart_time_limit()
    now = 1000.0
    check_time_limit()
