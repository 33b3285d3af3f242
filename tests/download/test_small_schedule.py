"""How small files are handed to a fast lane: no engine, no server."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from wbtyped.download import schedule as schedule_module
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.schedule import OddFile, Schedule, SmallFile
from wbtyped.download.target import Target
from wbtyped.download.transfer import Transfer

SIZE = 1000
LONG_SECONDS = 20


@pytest.fixture
def schedule(tmp_path: Path) -> Schedule:
    """Return a schedule of at most 4 small files at a time, with 10 that wait."""
    made = Schedule(2, 60.0, ignore, FolderTree(tmp_path), small_limit=4, on_placed=ignore)
    for number in range(10):
        target = Target(str(tmp_path), "", str(number))
        made.add(Transfer(f"http://store.test/{number}", target, SIZE, "digest", "file"))
    return made


def ignore(*_: object) -> None:
    """Take the outcome of a file."""


def place(schedule: Schedule, transfers: Sequence[Transfer]) -> None:
    schedule.finish_small([SmallFile(transfer, b"") for transfer in transfers], [])


def test_take_small_gives_as_many_as_the_limit(schedule: Schedule) -> None:
    taken = schedule.take_small(100)
    assert len(taken) == 4
    assert schedule.take_small(100) == []
    place(schedule, taken[:3])
    assert len(schedule.take_small(100)) == 3


def test_take_small_bytes_in_memory_are_bounded(
    schedule: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is begun while there is room for a byte, so a larger one than all room is, too."""
    monkeypatch.setattr(schedule_module, "SMALL_BYTES", SIZE + 1)
    taken = schedule.take_small(100)
    assert len(taken) == 2
    assert schedule.take_small(100) == []
    place(schedule, taken[:1])
    (third,) = schedule.take_small(100)
    schedule.finish_small([], [OddFile(third, None)])
    assert len(schedule.take_small(100)) == 1


def test_take_waits_while_small_files_have_no_room(schedule: Schedule) -> None:
    """Or the thread of an engine would look again and again while others write files."""
    taken = schedule.take_small(100)
    began, cpu = time.monotonic(), time.thread_time()
    assert schedule.take(0.2, or_small=True) is None
    assert time.monotonic() - began >= 0.2
    assert time.thread_time() - cpu < 0.1
    done = threading.Timer(0.1, place, (schedule, taken))
    done.start()
    began = time.monotonic()
    assert schedule.take(LONG_SECONDS, or_small=True) is None
    assert time.monotonic() - began < LONG_SECONDS / 2
    done.join()
    assert len(schedule.take_small(100)) == 4
