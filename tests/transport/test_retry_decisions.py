"""Whether and when a request is sent again, decided without sending any."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_clock import fake_clock
from wbtyped.errors import ChecksumError, RateLimitError, TransportError
from wbtyped.transport.retries import (
    FIRST_WAIT_SECONDS,
    MAX_WAIT_SECONDS,
    RECONNECT_SECONDS,
    UNREACHABLE_SECONDS,
    RetryPolicy,
    StoppedClockPolicy,
    TransientError,
    is_retryable,
)

BUDGET = 60.0
SERVER = "http://wandb.test:8080"
STATUSES = st.none() | st.sampled_from([408, 425, 429, 500, 502, 503, 504])


def transient(status: int | None, seconds: int | None, *, unsent: bool) -> TransientError:
    headers = {} if seconds is None else {"retry-after": str(seconds)}
    return TransientError("failed", status=status, unsent=unsent, headers=headers)


ERRORS = st.builds(transient, STATUSES, st.none() | st.integers(0, 300), unsent=st.booleans())


@settings(max_examples=50, deadline=None)
@given(
    failures=st.lists(st.tuples(ERRORS, st.floats(0, 30)), max_size=30),
    repeatable=st.booleans(),
    reached=st.sampled_from([[], [SERVER]]),
)
def test_retry_policy_never_waits_past_its_budget(
    failures: list[tuple[TransientError, float]], repeatable: bool, reached: list[str]
) -> None:
    with fake_clock() as clock:
        began = clock.now
        policy = RetryPolicy(BUDGET, repeatable=repeatable, server=SERVER, reached=reached)
        for error, spent in failures:
            clock.advance(spent)
            wait = policy(error)
            elapsed = clock.now - began
            assert policy.over is (elapsed >= BUDGET)
            if wait is False:
                continue
            assert elapsed < BUDGET
            assert repeatable or error.unsent or error.status in {425, 429}
            if error.unsent and not reached:
                assert wait == RECONNECT_SECONDS
                assert elapsed + wait < UNREACHABLE_SECONDS
            elif wait is True:
                assert error.retry_after is None
            else:
                assert wait == error.retry_after
                assert elapsed + wait < BUDGET


@pytest.mark.parametrize(("spent", "expected"), [(59.9, True), (60.0, False), (61.0, False)])
def test_retry_policy_at_the_end_of_its_budget_stops(spent: float, expected: bool) -> None:
    with fake_clock() as clock:
        policy = RetryPolicy(BUDGET, repeatable=True)
        clock.advance(spent)
        assert policy(TransientError("cut off")) is expected
        assert policy.over is not expected


@pytest.mark.parametrize(("spent", "expected"), [(2.4, RECONNECT_SECONDS), (2.5, False)])
def test_retry_policy_of_a_server_that_never_responded_stops_early(
    spent: float, expected: object
) -> None:
    with fake_clock() as clock:
        reached: set[str] = set()
        policy = RetryPolicy(BUDGET, repeatable=True, server=SERVER, reached=reached)
        refused = TransientError("connection refused", unsent=True)
        clock.advance(spent)
        assert policy(refused) == expected
        assert policy(TransientError("cut off")) is True, "that one could be reached"
        reached.add(SERVER)
        clock.advance(BUDGET - spent - 1)
        assert policy(refused) is True, "it may be restarting"


def test_retry_policy_says_where_what_fails_and_for_how_long_once_in_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = "http://notices.test:8080"
    with fake_clock() as clock:

        def fail(seconds: float) -> None:
            clock.advance(seconds)
            for policy in policies:
                policy(transient(503, None, unsent=False))

        policies = [RetryPolicy(BUDGET, repeatable=True, server=server) for _ in range(100)]
        fail(0)
        assert caplog.messages == [], "it may be over in a moment"
        fail(2)
        assert caplog.messages == [f"{server}: failed; retrying for up to 58 s more"]
        fail(1)
        fail(5)
        assert caplog.messages[1:] == [
            f"{server}: failed; retrying for up to 52 s more"
            " (199 more retries since the last message)"
        ]


def test_retry_policy_says_how_long_the_server_asked_to_wait(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with fake_clock():
        policy = RetryPolicy(BUDGET, repeatable=True, server="http://busy.test")
        policy(transient(429, 30, unsent=False))
    assert caplog.messages == [
        "http://busy.test: failed; retrying in 30 s, and for up to 60 s more"
    ]


def test_retry_policy_after_wrong_content_twice_stops_whatever_came_between() -> None:
    policy = RetryPolicy(BUDGET, repeatable=True)
    assert policy(ChecksumError("wrong")) is True
    assert policy(TransientError("cut off")) is True
    assert policy(ChecksumError("wrong")) is False


def test_retry_policy_renewed_has_the_whole_budget_and_forgets_no_wrong_content() -> None:
    with fake_clock() as clock:
        policy = RetryPolicy(BUDGET, repeatable=True)
        assert policy(ChecksumError("wrong")) is True
        clock.advance(BUDGET)
        assert policy(TransientError("cut off")) is False
        policy.renew()
        assert not policy.over
        clock.advance(BUDGET - 1)
        assert policy(TransientError("cut off")) is True
        assert policy(ChecksumError("wrong")) is False


@settings(deadline=None)
@given(st.integers(100, 599))
def test_status_is_retryable_only_where_trying_again_can_help(status: int) -> None:
    passes = {408, 425, 429} | {code for code in range(500, 600) if code != 501}
    assert is_retryable(status) is (status in passes)


@settings(deadline=None)
@given(ERRORS)
def test_transient_error_in_public_keeps_status_and_pause(error: TransientError) -> None:
    public = error.to_public_error()
    assert type(public) is (RateLimitError if error.status == 429 else TransportError)
    assert (public.status, public.retry_after) == (error.status, error.retry_after)
    assert str(error) in str(public)


def test_pauses_on_an_event_loop_without_timers_double_up_to_the_longest() -> None:
    with fake_clock():
        paced = StoppedClockPolicy(RetryPolicy(BUDGET, repeatable=True))
        pauses: list[float] = []
        for _ in range(8):
            assert paced(TransientError("cut off")) == 0
            pauses.append(paced.wait_seconds)
        assert pauses == [min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2**n) for n in range(8)]
        asked = TransientError("HTTP 503", status=503, headers={"retry-after": "3"})
        assert (paced(asked), paced.wait_seconds) == (0, 3)
        assert paced(ValueError()) is False
