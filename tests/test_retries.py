"""Which failures are tried again."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.errors import ChecksumError, NotFoundError
from wbtyped.transport.response_headers import retry_after
from wbtyped.transport.retries import RetryPolicy, TransientError, is_retryable


def passing(status: int, **headers: str) -> TransientError:
    return TransientError("request", response=httpx.Response(status, headers=headers))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_states_that_pass(status: int) -> None:
    assert is_retryable(status)


@pytest.mark.parametrize("status", [200, 206, 302, 400, 401, 403, 404, 409, 410, 413, 422, 501])
def test_states_that_stay(status: int) -> None:
    assert not is_retryable(status)


@given(st.floats(min_value=0, max_value=1e6))
def test_retry_after_in_seconds(seconds: float) -> None:
    assert retry_after(str(seconds)) == pytest.approx(seconds)


def test_retry_after_as_date() -> None:
    moment = datetime.now(UTC) + timedelta(seconds=90)
    wait = retry_after(format_datetime(moment, usegmt=True))
    assert wait is not None
    assert 80 < wait <= 90
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


@pytest.mark.parametrize("header", [None, "", "soon", "-"])
def test_retry_after_without_meaning(header: str | None) -> None:
    assert retry_after(header) is None


@pytest.mark.parametrize("repeatable", [True, False])
def test_a_change_is_sent_again_only_when_the_server_cannot_have_made_it(repeatable: bool) -> None:
    rule = RetryPolicy(60, repeatable=repeatable)
    assert rule(passing(503)) is repeatable
    assert rule(TransientError("connection lost")) is repeatable
    assert rule(TransientError("no connection", unsent=True)) is True
    assert rule(passing(429)) is True


def test_retry_after_is_obeyed_within_the_budget() -> None:
    rule = RetryPolicy(60, repeatable=True)
    assert rule(passing(503, **{"Retry-After": "7"})) == 7
    assert rule(passing(429, **{"Retry-After": "3600"})) is False


def test_wrong_content_gets_one_more_chance() -> None:
    rule = RetryPolicy(60, repeatable=True)
    assert [rule(ChecksumError("wrong")) for _ in range(3)] == [True, False, False]


def test_anything_else_is_final() -> None:
    assert RetryPolicy(60, repeatable=True)(NotFoundError("gone")) is False
