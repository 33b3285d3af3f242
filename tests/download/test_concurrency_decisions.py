"""How many transfers a server can take at the moment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.fake_clock import FakeClock, fake_clock
from wbtyped.download.concurrency import AdaptiveLimit
from wbtyped.errors import ChecksumError, NotFoundError
from wbtyped.transport.retries import TransientError

KB = 1024
LARGE, SMALL = 10_000 * KB, KB
NEVER_LIMITING = [
    NotFoundError("gone"), ChecksumError("wrong"), TransientError("cut off"),
    TransientError("HTTP 500", status=500), KeyboardInterrupt(),
]  # fmt: skip


def too_many(retry_after: str | None = None, status: int = 429) -> TransientError:
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return TransientError(f"HTTP {status}", status=status, headers=headers)


def allowed(limit: AdaptiveLimit, size: int | None = LARGE) -> int:
    """Return how many transfers of a size may run."""
    return next(active for active in range(2000) if limit.is_full(active, size))


@settings(deadline=None)
@given(limit=st.integers(1, 128), small_limit=st.integers(0, 512))
def test_limit_at_the_start_is_what_was_given(limit: int, small_limit: int) -> None:
    adaptive = AdaptiveLimit(limit, small_limit, 60)
    assert allowed(adaptive) == allowed(adaptive, None) == limit
    assert allowed(adaptive, SMALL) == max(limit, small_limit)


@pytest.mark.parametrize("error", NEVER_LIMITING, ids=repr)
def test_limit_after_other_errors_stays(error: BaseException) -> None:
    adaptive = AdaptiveLimit(32, 128, 60)
    for _ in range(10):
        adaptive.record_result(error)
    assert allowed(adaptive) == 32
    assert allowed(adaptive, SMALL) == 128
    assert adaptive.paused_until == 0


def test_limit_after_429_is_halved_for_small_files_too() -> None:
    adaptive = AdaptiveLimit(32, 128, 60)
    adaptive.record_result(too_many())
    assert (allowed(adaptive), allowed(adaptive, SMALL)) == (16, 64)


def test_limit_after_503_pauses_without_fewer_transfers() -> None:
    with fake_clock() as clock:
        adaptive = AdaptiveLimit(32, 128, 60)
        adaptive.record_result(too_many("7", status=503))
        assert allowed(adaptive) == 32
        assert adaptive.paused_until == clock.now + 7


def test_limit_recovers_by_one_after_as_many_successes_as_run() -> None:
    adaptive = AdaptiveLimit(8, 8, 60)
    adaptive.record_result(too_many())
    seen: list[int] = []
    for _ in range(4 + 5 + 6 + 7):
        adaptive.record_result(None)
        seen.append(allowed(adaptive))
    assert seen == [4] * 3 + [5] * 5 + [6] * 6 + [7] * 7 + [8]


class LimitMachine(RuleBasedStateMachine):
    """Results in any order, against a plain model of the rule."""

    @initialize(limit=st.integers(1, 40), small_limit=st.integers(0, 160))
    def begin(self, limit: int, small_limit: int) -> None:
        self._patched = fake_clock()
        self.clock: FakeClock = self._patched.__enter__()
        self.limit, self.small_limit = limit, max(limit, small_limit)
        self.adaptive = AdaptiveLimit(limit, small_limit, 60)
        self.now, self.calm, self.pause = limit, 0, 0.0

    def teardown(self) -> None:
        self._patched.__exit__(None, None, None)

    @rule(count=st.integers(1, 30))
    def succeed(self, count: int) -> None:
        for _ in range(count):
            self.adaptive.record_result(None)
            self.calm += 1
            if self.now < self.limit and self.calm >= self.now:
                self.now, self.calm = self.now + 1, 0

    @rule(status=st.sampled_from([429, 503]), seconds=st.none() | st.integers(0, 200))
    def refuse(self, status: int, seconds: int | None) -> None:
        self.adaptive.record_result(too_many(None if seconds is None else str(seconds), status))
        self.calm = 0
        if status == 429:
            self.now = max(1, self.now // 2)
        if seconds:
            self.pause = max(self.pause, self.clock.now + min(60, seconds))

    @rule(error=st.sampled_from(NEVER_LIMITING))
    def fail(self, error: BaseException) -> None:
        self.adaptive.record_result(error)

    @rule(seconds=st.floats(0, 100))
    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @invariant()
    def limit_is_between_one_and_what_was_given(self) -> None:
        assert 1 <= allowed(self.adaptive) == self.now <= self.limit
        assert self.now <= allowed(self.adaptive, SMALL) <= self.small_limit

    @invariant()
    def pause_is_the_longest_that_was_asked_for_within_its_limit(self) -> None:
        assert self.adaptive.paused_until == self.pause <= self.clock.now + 60


TestLimit = LimitMachine.TestCase
TestLimit.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
