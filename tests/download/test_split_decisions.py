"""One file over several connections: its pieces may come, fail and end in any order."""

import threading
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.download.transfers import (
    files_below,
    give,
    give_content,
    handler_of,
    range_of,
    saved,
    transfer_to,
    writer_for,
    writer_of,
)
from tests.fake_clock import FakeClock, fake_clock
from wbtyped.download import range_split
from wbtyped.download.attempt import Attempt, OnSettled
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.range_split import MAX_PIECES, Split, is_worth_splitting
from wbtyped.download.response import ResponseHandler
from wbtyped.download.schedule import Schedule
from wbtyped.download.transfer import SplitRequested, Transfer
from wbtyped.download.worker import TransferCancelled
from wbtyped.errors import TransportError
from wbtyped.transport.retries import TransientError

PIECE_BYTES = 100
CONTENT = Random(1).randbytes(1950)
BEGINNING = 130
"""Bytes that came over the first connection."""


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_split, "PIECE_BYTES", PIECE_BYTES)


@pytest.fixture
def clock() -> Iterator[FakeClock]:
    with fake_clock() as fake:
        yield fake


# Whether it is worth it.


def running(
    root: Path, clock: FakeClock, *, came: int = BEGINNING, seconds: float = 2.0,
    ranges: str = "bytes", content: bytes | None = CONTENT, size: int | None = None,
) -> Attempt:  # fmt: skip
    """Return an attempt some time after its response began."""
    schedule = Schedule(4, 60, lambda _, __: None, FolderTree(root))
    transfer = transfer_to(root / "x", content, size=size)
    attempt = schedule.attempt(transfer)
    give(attempt, 200, {"accept-ranges": ranges}, CONTENT[:came])
    clock.advance(seconds)
    return attempt


def test_splitting_what_is_slow_is_worth_it(tmp_path: Path, clock: FakeClock) -> None:
    assert is_worth_splitting(running(tmp_path, clock))


def test_splitting_is_not_worth_it(
    tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_worth_splitting(running(tmp_path, clock, seconds=0.9)), "too early to tell"
    assert not is_worth_splitting(running(tmp_path, clock, came=0)), "nothing came yet"
    assert not is_worth_splitting(running(tmp_path, clock, came=1600)), "little is left"
    assert not is_worth_splitting(running(tmp_path, clock, ranges="none"))
    assert not is_worth_splitting(running(tmp_path, clock, content=None)), "no size"
    no_digest = running(tmp_path, clock, content=None, size=len(CONTENT))
    assert not is_worth_splitting(no_digest), "nothing would tell what pieces are of"
    monkeypatch.setattr(range_split, "SLOW_BYTES_PER_SECOND", BEGINNING / 2)
    assert not is_worth_splitting(running(tmp_path, clock)), "one connection is fast enough"


# A split by itself.


class MemoryQueue:
    """Where a split has its pieces fetched: by whoever runs the test."""

    def __init__(self, tree: FolderTree) -> None:
        self.cancelled = False
        self.tree = tree
        self.queued: list[Attempt] = []
        self.ended: list[str] = []
        """What became of the main attempt."""
        self.error: BaseException | None = None

    def attempt(self, transfer: Transfer, on_settled: OnSettled | None = None) -> Attempt:
        writer = writer_for(transfer, self.tree)
        return Attempt(transfer, writer, ResponseHandler(transfer, writer), on_settled or ignore)

    def requeue_first(self, attempts: Sequence[Attempt]) -> None:
        self.queued[:0] = attempts

    def requeue(self, attempt: Attempt) -> None:
        self.ended.append("continued")

    def complete(self, attempt: Attempt) -> None:
        self.ended.append("complete")

    def finish_attempt(self, attempt: Attempt, error: BaseException | None) -> None:
        self.ended.append("failed")
        self.error = error


def ignore(transfer: Transfer, error: Exception | None) -> None:
    """Stand for whoever waits for the whole file."""


class SplitFile:
    """A file of which the beginning is there, and the rest is fetched in pieces."""

    def __init__(self, root: Path, jobs: int = 4) -> None:
        self.tree = FolderTree(root)
        self.queue = MemoryQueue(self.tree)
        self.main = self.queue.attempt(transfer_to(root / "x", CONTENT))
        give(self.main, 200, {"accept-ranges": "bytes"}, CONTENT[:BEGINNING])
        self.split = Split(self.queue, self.main)
        self.split.begin(jobs)

    @property
    def written(self) -> int:
        return writer_of(self.main).written

    def finish(self, piece: Attempt) -> None:
        """Fetch a piece, and settle it as a schedule does."""
        give_content(piece, CONTENT)
        writer_of(piece).commit(replace=True)
        writer_of(piece).close()
        piece.on_settled(piece.transfer, None)

    def fail(self, piece: Attempt, error: Exception) -> None:
        writer_of(piece).close()
        piece.on_settled(piece.transfer, error)

    def finish_main(self) -> None:
        """Fetch what is missing over one connection, and put the file in place."""
        if self.written < len(CONTENT):
            assert range_of(self.main) == (self.written, None)
            give_content(self.main, CONTENT)
        handler_of(self.main).end()
        writer_of(self.main).commit(replace=True)

    def close(self) -> None:
        self.split.close()
        for piece in self.queue.queued:
            writer_of(piece).close()
        writer_of(self.main).close()
        self.tree.close()


def test_split_asks_for_the_rest_and_no_more_pieces_than_connections(tmp_path: Path) -> None:
    file = SplitFile(tmp_path, jobs=3)
    asked = [range_of(piece) for piece in file.queue.queued]
    assert asked == [(130, 230), (230, 330), (330, 430)]
    file.close()
    for jobs, count in [(0, 2), (2, 2), (99, MAX_PIECES)]:
        file = SplitFile(tmp_path / str(jobs), jobs=jobs)
        assert len(file.queue.queued) == count
        file.close()


class SplitMachine(RuleBasedStateMachine):
    """Pieces end in any order; what is appended is the beginning of the content, always."""

    @initialize(jobs=st.integers(0, 10), sound=st.integers(0, len(CONTENT)))
    def begin(self, jobs: int, sound: int) -> None:
        self.folder = TemporaryDirectory()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(range_split, "PIECE_BYTES", PIECE_BYTES)
        self.file = SplitFile(Path(self.folder.name), jobs)
        self.asked: set[tuple[int, int | None]] = set()
        self.sound = sound
        """Bytes up to which no piece fails, or nearly all files would end early."""
        self.failed = False

    def take(self, number: int) -> Attempt | None:
        queued = self.file.queue.queued
        if not queued:
            return None
        piece = queued.pop(number % len(queued))
        asked = range_of(piece)
        assert asked is not None
        assert asked not in self.asked, "asked for twice"
        self.asked.add(asked)
        return piece

    @rule(number=st.integers(0, 99))
    def finish(self, number: int) -> None:
        piece = self.take(number)
        if piece is None:
            return
        if not self.failed:
            self.file.finish(piece)
            return
        with pytest.raises(SplitRequested) as stopped:
            give_content(piece, CONTENT)  # stopped at its next block
        self.file.fail(piece, stopped.value)

    @precondition(lambda self: self.file.written >= self.sound)
    @rule(number=st.integers(0, 99), error=st.sampled_from([TransportError("a"), OSError("b")]))
    def fail(self, number: int, error: Exception) -> None:
        piece = self.take(number)
        if piece is not None:
            self.file.fail(piece, error)
            self.failed = True

    @invariant()
    def main_attempt_is_handed_back_once_and_in_time(self) -> None:
        complete = self.file.written == len(CONTENT)
        if self.failed:
            assert self.file.queue.ended == ["continued"]
        else:
            assert self.file.queue.ended == (["complete"] if complete else [])
            assert complete or self.file.queue.queued, "something is still to come"

    @invariant()
    def few_pieces_are_under_way_or_wait(self) -> None:
        assert len(self.file.queue.queued) <= MAX_PIECES
        waiting = {name for name in files_below(Path(self.folder.name)) if "part" in name}
        assert len(waiting) <= MAX_PIECES + 1, "the journal is one of them"

    def teardown(self) -> None:
        try:
            if not self.failed:
                while self.file.queue.queued:
                    self.finish(7)
                self.main_attempt_is_handed_back_once_and_in_time()
            self.file.finish_main()
            self.file.close()
            assert files_below(Path(self.folder.name)) == {"x": CONTENT}
        finally:
            self.patch.undo()
            self.folder.cleanup()


TestSplit = SplitMachine.TestCase
TestSplit.settings = settings(max_examples=20, stateful_step_count=18, deadline=None)


def test_split_appends_in_order_whatever_comes_first(tmp_path: Path) -> None:
    file = SplitFile(tmp_path, jobs=3)
    first, second, third = file.queue.queued
    file.queue.queued.clear()
    file.finish(third)
    file.finish(second)
    assert file.written == BEGINNING
    assert file.queue.queued == [], "what waits to be appended counts"
    file.finish(first)
    assert file.written == BEGINNING + 3 * PIECE_BYTES
    assert len(file.queue.queued) == 3, "one for each that was appended"
    file.close()


def test_split_that_fails_keeps_what_was_appended_and_removes_the_rest(tmp_path: Path) -> None:
    file = SplitFile(tmp_path, jobs=4)
    first, second, third, fourth = file.queue.queued
    file.queue.queued.clear()
    file.finish(first)
    file.finish(third)
    file.fail(second, TransportError("HTTP 400"))
    assert file.queue.ended == ["continued"]
    assert file.written == BEGINNING + PIECE_BYTES
    file.finish_main()
    file.fail(fourth, TransportError("HTTP 400"))
    file.close()
    assert file.queue.ended == ["continued"], "once"
    assert files_below(tmp_path) == {"x": CONTENT}


def test_split_that_fails_while_a_piece_is_appended_ends_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = SplitFile(tmp_path, jobs=2)
    first, second, *_ = file.queue.queued
    read = FolderTree.read

    def read_late(tree: FolderTree, target: Path) -> FileIO:
        file.fail(second, TransportError("HTTP 400"))
        assert file.queue.ended == [], "the piece at hand comes first"
        return read(tree, target)

    monkeypatch.setattr(FolderTree, "read", read_late)
    before = file.written
    file.finish(first)
    assert file.queue.ended == ["continued"]
    assert file.written == before + PIECE_BYTES
    file.finish_main()
    file.close()
    assert files_below(tmp_path) == {"x": CONTENT}


def test_split_whose_disk_fails_ends_the_file(tmp_path: Path) -> None:
    file = SplitFile(tmp_path, jobs=2)
    first, second = file.queue.queued
    give_content(first, CONTENT)
    writer_of(first).commit(replace=True)
    Path(first.transfer.target).unlink()
    first.on_settled(first.transfer, None)
    assert file.queue.ended == ["failed"]
    assert "x cannot be written" in str(file.queue.error)
    file.fail(second, TransportError("HTTP 400"))
    assert file.queue.ended == ["failed"], "once"
    file.close()
    assert files_below(tmp_path) == {}


def test_split_of_a_cancelled_batch_appends_nothing_more(tmp_path: Path) -> None:
    file = SplitFile(tmp_path, jobs=2)
    file.queue.cancelled = True
    file.finish(file.queue.queued.pop(0))
    assert file.queue.ended == ["failed"]
    assert isinstance(file.queue.error, TransferCancelled)
    assert file.written == BEGINNING
    file.close()
    assert files_below(tmp_path) == {}


@pytest.mark.parametrize("failing", [None, 5, 12])
def test_split_in_many_threads_ends_once(tmp_path: Path, failing: int | None) -> None:
    file, lock = SplitFile(tmp_path, jobs=8), threading.Lock()
    numbers = iter(range(100))

    def work() -> None:
        while not file.queue.ended:
            with lock:
                piece = file.queue.queued.pop() if file.queue.queued else None
                number = next(numbers) if piece else None
            if piece is None:
                continue
            if number == failing:
                file.fail(piece, TransportError("HTTP 400"))
                continue
            try:
                file.finish(piece)
            except SplitRequested as error:
                file.fail(piece, error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert file.queue.ended == ["complete" if failing is None else "continued"]
    file.finish_main()
    file.close()
    assert files_below(tmp_path) == {"x": CONTENT}


# A split within its schedule.


class SplitSchedule:
    """A schedule whose one file is being split."""

    def __init__(self, root: Path, clock: FakeClock, limit: int) -> None:
        self.root, self.clock = root, clock
        self.errors: list[Exception | None] = []
        self.schedule = Schedule(limit, 60, self.settled, FolderTree(root))
        self.schedule.add(transfer_to(root / "x", CONTENT))
        self.schedule.finish()
        main = self.schedule.take(0)
        assert main is not None
        give(main, 200, {"accept-ranges": "bytes"}, CONTENT[:BEGINNING])
        clock.advance(2)
        self.schedule.split_slow()
        self.main = main

    def settled(self, transfer: Transfer, error: Exception | None) -> None:
        self.errors.append(error)

    def stop_main(self) -> None:
        with pytest.raises(SplitRequested) as stopped:
            handler_of(self.main).write(CONTENT[BEGINNING : BEGINNING + 1])
        self.schedule.finish_attempt(self.main, stopped.value)

    def taken(self) -> list[Attempt]:
        """Return all that may start at the moment."""
        found = list[Attempt]()
        while (attempt := self.schedule.take(0)) is not None:
            found.append(attempt)
        return found

    def drain(self, files: int = 1) -> None:
        """Let everything go well from now on."""
        while not self.schedule.finished:
            self.clock.advance(100)
            attempts = self.taken()
            assert attempts, "something is left, and nothing can be taken"
            for attempt in attempts:
                give_content(attempt, CONTENT)
                self.schedule.complete(attempt)
        self.schedule.release()
        assert self.errors == [None] * files
        assert list(files_below(self.root).values()) == [CONTENT] * files


@pytest.mark.parametrize("limit", [1, 2])
def test_schedule_with_few_connections_splits_nothing(
    tmp_path: Path, clock: FakeClock, limit: int
) -> None:
    one = SplitSchedule(tmp_path, clock, limit)
    handler_of(one.main).write(CONTENT[BEGINNING:])
    one.schedule.complete(one.main)
    one.drain()


@pytest.mark.parametrize("limit", [3, 4, 8, 32])
def test_schedule_of_a_split_keeps_its_limit(tmp_path: Path, clock: FakeClock, limit: int) -> None:
    one = SplitSchedule(tmp_path, clock, limit)
    one.stop_main()
    assert 2 <= len(one.taken()) <= min(limit, MAX_PIECES)
    one.schedule.cancel()
    one.schedule.release()


@pytest.mark.parametrize("limit", [3, 8, 32])
def test_schedule_of_a_split_continues_when_429_lowers_the_limit(
    tmp_path: Path, clock: FakeClock, limit: int
) -> None:
    one = SplitSchedule(tmp_path, clock, limit)
    one.stop_main()
    for _ in range(2):
        for piece in one.taken():
            error = TransientError("HTTP 429", status=429)
            one.schedule.finish_attempt(piece, error)
        clock.advance(20)
    one.drain()


def test_schedule_of_a_split_that_failed_counts_its_connections_again(
    tmp_path: Path, clock: FakeClock
) -> None:
    one = SplitSchedule(tmp_path, clock, 3)
    one.stop_main()
    first, *others = one.taken()
    one.schedule.finish_attempt(first, TransportError("HTTP 400"))
    for piece in others:
        with pytest.raises(SplitRequested) as stopped:
            give_content(piece, CONTENT)
        one.schedule.finish_attempt(piece, stopped.value)
    more = [transfer_to(tmp_path / f"{number}", CONTENT) for number in range(5)]
    for transfer in more:
        one.schedule.add(transfer)
    main, *rest = one.taken()
    assert main is one.main
    assert writer_of(main).written == BEGINNING
    assert len(rest) == 2, "with the main one, as many as the limit"
    clock.advance(5)
    one.schedule.split_slow()
    for attempt in (main, *rest):
        give_content(attempt, CONTENT)  # and it is not split again
        one.schedule.complete(attempt)
    one.drain(files=6)


def test_schedule_cancelled_in_a_split_leaves_the_beginning_alone(
    tmp_path: Path, clock: FakeClock
) -> None:
    one = SplitSchedule(tmp_path, clock, 8)
    one.stop_main()
    pieces = one.taken()
    give_content(pieces[3], CONTENT)
    one.schedule.complete(pieces[3])
    one.schedule.cancel()
    for piece in [*pieces[:3], *pieces[4:]]:
        one.schedule.finish_attempt(piece, TransferCancelled())
    one.schedule.release()
    assert one.errors == []
    assert saved(tmp_path) == {}
    assert files_below(tmp_path) == {}, "so little is not worth keeping"


def test_schedule_of_a_split_counts_pieces_that_wait_to_be_appended(
    tmp_path: Path, clock: FakeClock
) -> None:
    one = SplitSchedule(tmp_path, clock, 8)
    one.stop_main()
    received = [one.schedule.partial_bytes()]
    for piece in reversed(one.taken()):
        give_content(piece, CONTENT)
        received.append(one.schedule.partial_bytes())
        one.schedule.complete(piece)
        received.append(one.schedule.partial_bytes())
    assert received[0] == BEGINNING
    assert received == sorted(received)
    assert received[-1] >= BEGINNING + 4 * PIECE_BYTES
    one.drain()
