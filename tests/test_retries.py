"""Which failures are retried."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped.errors import ChecksumError, NotFoundError
from wbtyped.transport.response_headers import retry_after
from wbtyped.transport.retries import (
    RECONNECT_SECONDS,
    RetryPolicy,
    TransientError,
    attempts_text,
    is_retryable,
)


def transient(status: int, **headers: str) -> TransientError:
    return TransientError("request", response=httpx.Response(status, headers=headers))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_retryable_statuses(status: int) -> None:
    assert is_retryable(status)


@pytest.mark.parametrize("status", [200, 206, 302, 400, 401, 403, 404, 409, 410, 413, 422, 501])
def test_final_statuses(status: int) -> None:
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
def test_retry_after_invalid_is_none(header: str | None) -> None:
    assert retry_after(header) is None


@pytest.mark.parametrize("repeatable", [True, False])
def test_policy_repeats_a_mutation_only_if_unprocessed(repeatable: bool) -> None:
    rule = RetryPolicy(60, repeatable=repeatable)
    assert rule(transient(503)) is repeatable
    assert rule(TransientError("connection lost")) is repeatable
    assert rule(TransientError("no connection", unsent=True)) == RECONNECT_SECONDS
    assert rule(transient(429)) is True


def test_policy_obeys_retry_after_within_the_budget() -> None:
    rule = RetryPolicy(60, repeatable=True)
    assert rule(transient(503, **{"Retry-After": "7"})) == 7
    assert rule(transient(429, **{"Retry-After": "3600"})) is False


def test_policy_counts_attempts_for_the_final_error() -> None:
    policy, error = RetryPolicy(60, repeatable=True), TransientError("connection lost")
    for _ in range(3):
        policy(error)
    assert str(error.to_public_error()) == "connection lost (3 attempts in 0.0 s)"
    assert attempts_text(1, 0.25) == "1 attempt in 0.2 s"
    assert attempts_text(5, 16.3) == "5 attempts in 16 s"


def test_policy_explains_a_mutation_that_is_not_repeated() -> None:
    policy, error = RetryPolicy(60, repeatable=False), TransientError("connection lost")
    policy(error)
    assert str(error.to_public_error()).endswith("(not retried: the server may have acted on it)")


def test_policy_retries_wrong_content_once() -> None:
    rule = RetryPolicy(60, repeatable=True)
    assert [rule(ChecksumError("wrong")) for _ in range(3)] == [True, False, False]


def test_policy_does_not_retry_other_errors() -> None:
    assert RetryPolicy(60, repeatable=True)(NotFoundError("gone")) is False
