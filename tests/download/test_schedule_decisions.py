"""Which transfer comes next, and what follows from how it ended: no engine, no server."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.download.transfers import (
    files_below,
    give,
    give_content,
    refreshable,
    saved,
    transfer_to,
    writer_of,
)
from tests.fake_clock import FakeClock, fake_clock
from wbtyped.download.attempt import Attempt
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.schedule import MAX_URL_REFRESHES, Schedule
from wbtyped.download.transfer import Transfer, UrlExpired
from wbtyped.download.worker import TransferCancelled
from wbtyped.errors import AuthenticationError, ChecksumError, NotFoundError, TransportError
from wbtyped.transport.retries import TransientError

CONTENT = b"some content"
BUDGET = 60.0
LONGEST_PAUSE = 100.0
"""Seconds after which everything that waits may start: no pause is longer than the budget."""


class Outcomes:
    """What a schedule has told of its transfers: of each once."""

    def __init__(self) -> None:
        self.errors: dict[int, Exception | None] = {}
        self._lock = threading.Lock()

    def __call__(self, transfer: Transfer, error: Exception | None) -> None:
        with self._lock:
            assert id(transfer) not in self.errors, "told twice"
            self.errors[id(transfer)] = error


class Desk:
    """A schedule with its outcomes, for the tests of single decisions."""

    def __init__(self, root: Path, limit: int = 4) -> None:
        self.root = root
        self.outcomes = Outcomes()
        self.schedule = Schedule(limit, BUDGET, self.outcomes, FolderTree(root))

    def added(self, name: str = "x") -> Transfer:
        transfer = transfer_to(self.root / name, CONTENT)
        self.schedule.add(transfer)
        return transfer

    def taken(self) -> Attempt:
        attempt = self.schedule.take(0)
        assert attempt is not None
        return attempt

    def outcome(self, transfer: Transfer) -> Exception | None:
        return self.outcomes.errors[id(transfer)]


@pytest.fixture
def clock() -> Iterator[FakeClock]:
    with fake_clock() as fake:
        yield fake


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.schedule.cancel()
    desk.schedule.release()


# Outcomes.


def test_schedule_transfers_come_in_the_order_they_were_added(desk: Desk) -> None:
    added = [desk.added(name) for name in "abc"]
    assert [desk.taken().transfer for _ in added] == added
    assert desk.schedule.take(0) is None


def test_schedule_complete_content_is_renamed_into_place(desk: Desk) -> None:
    transfer, attempt = desk.added(), desk.taken()
    give_content(attempt, CONTENT)
    desk.schedule.complete(attempt)
    assert desk.outcome(transfer) is None
    assert saved(desk.root) == {"x": CONTENT}


def test_schedule_cut_content_resumes_after_a_pause(desk: Desk, clock: FakeClock) -> None:
    transfer, attempt = desk.added(), desk.taken()
    give(attempt, 200, {}, CONTENT[:5])
    desk.schedule.complete(attempt)
    assert desk.schedule.take(0) is None, "not at once"
    clock.advance(1)
    assert desk.taken() is attempt
    assert writer_of(attempt).written == 5
    give_content(attempt, CONTENT)
    desk.schedule.complete(attempt)
    assert desk.outcome(transfer) is None
    assert saved(desk.root) == {"x": CONTENT}


def test_schedule_wrong_content_is_retried_once(desk: Desk, clock: FakeClock) -> None:
    transfer, attempt = desk.added(), desk.taken()
    for _ in range(2):
        assert id(transfer) not in desk.outcomes.errors
        give(attempt, 200, {}, CONTENT.upper())
        desk.schedule.complete(attempt)
        clock.advance(1)
        attempt = desk.schedule.take(0) or attempt
    assert isinstance(desk.outcome(transfer), ChecksumError)
    assert saved(desk.root) == {}


def test_schedule_wrong_content_between_interruptions_is_retried_once(
    desk: Desk, clock: FakeClock
) -> None:
    content, wrong = bytes(10_000), b"x" * 10_000
    transfer = transfer_to(desk.root / "x", content)
    desk.schedule.add(transfer)
    attempt, complete = desk.taken(), 0
    # Each try gets further before it is cut off, so none of them counts against the budget.
    for cut in range(1000, 10_000, 1000):
        give(attempt, 200, {}, wrong[:cut])
        desk.schedule.finish_attempt(attempt, TransientError("cut off"))
        clock.advance(1)
        assert desk.taken() is attempt
        give_content(attempt, wrong)
        desk.schedule.complete(attempt)
        complete += 1
        if id(transfer) in desk.outcomes.errors:
            break
        clock.advance(1)
        assert desk.taken() is attempt
    assert isinstance(desk.outcome(transfer), ChecksumError)
    assert complete == 2, "wrong twice is what the server has, whatever came between"


@pytest.mark.parametrize("error", [NotFoundError("gone"), TransportError("HTTP 400"), OSError(5)])
def test_schedule_permanent_error_is_reported_immediately(desk: Desk, error: Exception) -> None:
    transfer = desk.added()
    desk.schedule.finish_attempt(desk.taken(), error)
    assert desk.outcome(transfer) is error


def test_schedule_transient_error_is_reported_once_the_budget_is_spent(
    desk: Desk, clock: FakeClock
) -> None:
    transfer = desk.added()
    began, error = clock.now, TransientError("HTTP 500", status=500)
    while id(transfer) not in desk.outcomes.errors:
        if (attempt := desk.schedule.take(0)) is not None:
            desk.schedule.finish_attempt(attempt, error)
        clock.advance(0.5)
    assert BUDGET - 20 < clock.now - began <= BUDGET + 20
    told = desk.outcome(transfer)
    assert isinstance(told, TransportError)
    assert told.status == 500
    assert told.__cause__ is error


def test_schedule_retry_after_pauses_all_transfers(desk: Desk, clock: FakeClock) -> None:
    desk.added("a")
    desk.added("b")
    error = TransientError("HTTP 503", status=503, headers={"retry-after": "7"})
    desk.schedule.finish_attempt(desk.taken(), error)
    clock.advance(6.9)
    assert desk.schedule.take(0) is None
    clock.advance(0.2)
    assert {desk.taken().transfer.target.name for _ in "ab"} == {"a", "b"}


# Signed URLs.


def test_schedule_expired_url_is_refreshed_a_few_times(desk: Desk) -> None:
    transfer = refreshable(desk.added())
    for number in range(MAX_URL_REFRESHES):
        desk.schedule.finish_attempt(desk.taken(), UrlExpired("expired"))
        assert desk.schedule.take(0) is None
        [waiting] = desk.schedule.take_expired()
        assert desk.schedule.take_expired() == [], "handed out once"
        desk.schedule.url_refreshed(waiting, f"http://storage.test/{number}")
        assert transfer.url.endswith(f"/{number}")
    desk.schedule.finish_attempt(desk.taken(), UrlExpired("expired"))
    assert desk.schedule.take_expired() == []
    assert isinstance(desk.outcome(transfer), AuthenticationError)


def test_schedule_expired_url_that_cannot_be_refreshed_is_final(desk: Desk) -> None:
    transfer = desk.added()
    desk.schedule.finish_attempt(desk.taken(), UrlExpired("expired"))
    assert isinstance(desk.outcome(transfer), AuthenticationError)


def test_schedule_file_without_a_refreshed_url_is_missing(desk: Desk) -> None:
    transfer = refreshable(desk.added())
    desk.schedule.finish_attempt(desk.taken(), UrlExpired("expired"))
    [waiting] = desk.schedule.take_expired()
    desk.schedule.url_refreshed(waiting, None)
    assert isinstance(desk.outcome(transfer), NotFoundError)


# The end.


def test_schedule_is_finished_once_all_is_settled(desk: Desk) -> None:
    assert not desk.schedule.finished
    desk.added()
    desk.schedule.finish()
    assert not desk.schedule.finished
    attempt = desk.taken()
    assert not desk.schedule.finished
    give_content(attempt, CONTENT)
    desk.schedule.complete(attempt)
    assert desk.schedule.finished


def test_schedule_is_not_finished_while_a_url_is_refreshed(desk: Desk) -> None:
    refreshable(desk.added())
    desk.schedule.finish()
    desk.schedule.finish_attempt(desk.taken(), UrlExpired("expired"))
    assert not desk.schedule.finished
    [waiting] = desk.schedule.take_expired()
    assert not desk.schedule.finished
    desk.schedule.url_refreshed(waiting, None)
    assert desk.schedule.finished


def test_schedule_cancelled_accepts_and_hands_out_nothing(desk: Desk) -> None:
    running, _waiting = desk.added("a"), desk.added("b")
    attempt = desk.taken()
    desk.schedule.cancel()
    assert desk.schedule.finished
    assert desk.schedule.take(10) is None
    with pytest.raises(TransferCancelled):
        desk.added("c")
    desk.schedule.finish_attempt(attempt, TransientError("cut off"))
    assert id(running) not in desk.outcomes.errors, "nobody is told"


def test_schedule_content_complete_on_cancel_counts(desk: Desk) -> None:
    transfer, attempt = desk.added(), desk.taken()
    give_content(attempt, CONTENT)
    desk.schedule.cancel()
    desk.schedule.complete(attempt)
    assert desk.outcome(transfer) is None


@pytest.mark.parametrize("limit", [1, 3])
def test_schedule_in_many_threads_loses_nothing_and_keeps_its_limit(
    tmp_path: Path, limit: int
) -> None:
    desk, count = Desk(tmp_path, limit), 60
    running, most, lock = set[int](), list[int](), threading.Lock()

    def work() -> None:
        while not desk.schedule.finished:
            attempt = desk.schedule.take(0.05)
            if attempt is None:
                continue
            with lock:
                assert id(attempt) not in running, "handed out twice"
                running.add(id(attempt))
                most.append(len(running))
                fails = len(most) % 3 == 0
            error: TransientError | None = None
            try:
                give_content(attempt, CONTENT[:5] if fails else CONTENT)
            except TransientError as caught:
                error = caught
            with lock:
                running.remove(id(attempt))
            if error is not None:
                desk.schedule.finish_attempt(attempt, error)
            else:
                desk.schedule.complete(attempt)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(6)]
    for thread in threads:
        thread.start()
    # Kept, since they are told apart by their ids.
    transfers = [desk.added(str(number)) for number in range(count)]
    desk.schedule.finish()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    desk.schedule.release()
    assert [desk.outcome(transfer) for transfer in transfers] == [None] * count
    assert max(most) <= limit
    assert files_below(tmp_path) == {str(number): CONTENT for number in range(count)}


# All of it in any order.

ERRORS: list[Callable[[], BaseException]] = [
    lambda: TransientError("cut off"),
    lambda: TransientError("HTTP 429", status=429),
    lambda: TransientError("HTTP 429", status=429, headers={"retry-after": "20"}),
    lambda: TransientError("HTTP 503", status=503, headers={"retry-after": "900"}),
    lambda: ChecksumError("wrong"),
    lambda: NotFoundError("gone"),
    lambda: UrlExpired("expired"),
]


class ScheduleMachine(RuleBasedStateMachine):
    """An engine and a refresher of URLs that do anything they may, against plain lists."""

    @initialize(limit=st.integers(1, 4), small_limit=st.integers(0, 8))
    def begin(self, limit: int, small_limit: int) -> None:
        self.folder = TemporaryDirectory()
        self.patched = fake_clock()
        self.clock: FakeClock = self.patched.__enter__()
        self.root = Path(self.folder.name, "root")
        self.outcomes = Outcomes()
        self.limit, self.small_limit = limit, max(limit, small_limit)
        tree = FolderTree(self.root)
        self.schedule = Schedule(limit, BUDGET, self.outcomes, tree, small_limit=small_limit)
        self.added: list[Transfer] = []
        self.running: list[Attempt] = []
        self.refreshing: list[Attempt] = []
        self.fed = self.cancelled = False

    def pick(self, attempts: list[Attempt], number: int) -> Attempt:
        return attempts.pop(number % len(attempts))

    @precondition(lambda self: not self.fed)
    @rule(is_small=st.booleans(), has_source=st.booleans())
    def add(self, is_small: bool, has_source: bool) -> None:
        target = self.root / f"{len(self.added)}"
        transfer = transfer_to(target, CONTENT if is_small else None)
        if has_source:
            refreshable(transfer)
        if self.cancelled:
            with pytest.raises(TransferCancelled):
                self.schedule.add(transfer)
            return
        self.schedule.add(transfer)
        self.added.append(transfer)

    @rule(count=st.integers(1, 5))
    def take(self, count: int) -> None:
        for _ in range(count):
            attempt = self.schedule.take(0)
            if attempt is None:
                return
            assert not self.cancelled
            assert all(attempt is not other for other in [*self.running, *self.refreshing])
            assert id(attempt.transfer) not in self.outcomes.errors
            assert any(attempt.transfer is transfer for transfer in self.added)
            most = self.limit if attempt.transfer.size is None else self.small_limit
            assert len(self.running) < most
            self.running.append(attempt)

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 99), content=st.sampled_from([CONTENT, CONTENT[:5], b"wrong!"]))
    def complete(self, number: int, content: bytes) -> None:
        attempt = self.pick(self.running, number)
        try:
            give_content(attempt, content)
        except (ChecksumError, TransientError) as error:
            self.schedule.finish_attempt(attempt, error)
        else:
            self.schedule.complete(attempt)

    @precondition(lambda self: self.running)
    @rule(number=st.integers(0, 99), error=st.sampled_from(ERRORS), came=st.integers(0, 5))
    def fail(self, number: int, error: Callable[[], BaseException], came: int) -> None:
        attempt = self.pick(self.running, number)
        if came and not writer_of(attempt).written:
            give(attempt, 200, {}, CONTENT[:came])
        self.schedule.finish_attempt(attempt, error())

    @rule()
    def take_expired(self) -> None:
        self.refreshing += self.schedule.take_expired()

    @precondition(lambda self: self.refreshing)
    @rule(number=st.integers(0, 99), exists=st.booleans())
    def refresh(self, number: int, exists: bool) -> None:
        attempt = self.pick(self.refreshing, number)
        self.schedule.url_refreshed(attempt, "http://storage.test/again" if exists else None)

    @rule(seconds=st.sampled_from([0.1, 1, 10, 70]))
    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def finish(self) -> None:
        self.schedule.finish()
        self.fed = True

    @precondition(lambda self: len(self.added) > 2)
    @rule()
    def cancel(self) -> None:
        self.schedule.cancel()
        self.cancelled = True

    @invariant()
    def schedule_is_finished_exactly_when_nothing_is_left(self) -> None:
        left = len(self.added) - len(self.outcomes.errors)
        assert self.schedule.finished is (self.cancelled or (self.fed and not left))

    @invariant()
    def files_that_are_there_are_complete(self) -> None:
        for transfer in self.added:
            target = Path(transfer.target)
            if target.exists() and transfer.digest is not None:
                assert target.read_bytes() == CONTENT
            done = self.outcomes.errors.get(id(transfer), "not yet")
            assert target.exists() is (done is None)

    def teardown(self) -> None:
        try:
            if not self.cancelled:
                self.drain()
            self.schedule.cancel()
            for attempt in self.running:
                self.schedule.finish_attempt(attempt, TransferCancelled())
            self.schedule.release()
            left = {name for name in files_below(self.root) if name.startswith(".")}
            assert not left, "what is small is not kept"
        finally:
            self.patched.__exit__(None, None, None)
            self.folder.cleanup()

    def drain(self) -> None:
        """Let everything go well from now on: each round something is settled or refreshed."""
        self.finish()
        while not self.schedule.finished:
            self.clock.advance(LONGEST_PAUSE)
            self.take_expired()
            while self.refreshing:
                self.refresh(0, exists=True)
            self.take(1)
            assert self.running, "something is left, and nothing can be taken"
            while self.running:
                self.complete(0, CONTENT)
        assert len(self.outcomes.errors) == len(self.added), "none is lost"


TestSchedule = ScheduleMachine.TestCase
TestSchedule.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
