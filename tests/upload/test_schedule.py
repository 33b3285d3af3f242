"""Which upload is next, and what follows from how each ended."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from wbtyped.errors import RateLimitError, TransportError
from wbtyped.transport.retries import TransientError
from wbtyped.upload.local_body import LocalBody
from wbtyped.upload.schedule import SMALL_BYTES, Upload, UploadSchedule
from wbtyped.urls import web_url

SIZES = {"small": 10, "large": SMALL_BYTES + 1}


class Outcomes:
    """Uploads, and how each of them ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ended: dict[str, Exception | None] = {}

    def upload(self, name: str, kind: str = "small") -> Upload:
        path = self.folder / name
        path.write_bytes(bytes(SIZES[kind]))
        url = web_url(f"http://storage.test/{name}", name)
        return Upload(f"upload of {name}", name, url, {}, LocalBody.of(path), self._settled)

    def _settled(self, upload: Upload, error: Exception | None) -> None:
        self.ended[upload.name] = error


@pytest.fixture
def outcomes(tmp_path: Path) -> Outcomes:
    return Outcomes(tmp_path)


@pytest.fixture
def _waiting() -> Iterator[None]:
    stamina.set_testing(False)
    yield
    stamina.set_testing(True, attempts=4)


def schedule(limit: int = 4, small_limit: int = 8) -> UploadSchedule:
    return UploadSchedule(limit, small_limit, 60.0, set())


def test_small_and_large_are_taken_apart(outcomes: Outcomes) -> None:
    queue = schedule()
    queue.add([outcomes.upload("a"), outcomes.upload("b", "large"), outcomes.upload("c")])
    assert queue.unfinished() == (2, 1)
    assert [upload.name for upload in queue.take_small(5)] == ["a", "c"]
    large = queue.take(0, or_small=False)
    assert large is not None
    assert large.name == "b"
    assert queue.unfinished() == (2, 1), "running ones count"
    assert queue.take(0, or_small=True) is None


def test_everything_ended_finishes_the_schedule(outcomes: Outcomes) -> None:
    queue = schedule()
    queue.add([outcomes.upload("a"), outcomes.upload("b"), outcomes.upload("c")])
    first, second, third = queue.take_small(3)
    queue.finish()
    queue.end_small([first])
    queue.respond(second, 201, {"etag": '"x"'})
    queue.respond(third, 400, {})
    assert (queue.finished, second.etag) == (True, '"x"')
    assert outcomes.ended["a"] is outcomes.ended["b"] is None
    refused = outcomes.ended["c"]
    assert isinstance(refused, TransportError)
    assert (refused.status, str(refused)) == (
        400, "upload of c: storage responded with HTTP 400",
    )  # fmt: skip


def test_transient_error_is_tried_again_until_the_tries_are_used_up(outcomes: Outcomes) -> None:
    queue = schedule()
    queue.add([outcomes.upload("a")])
    for _ in range(4):
        [upload] = queue.take_small(1)
        assert outcomes.ended == {}
        queue.respond(upload, 429, {})
    error = outcomes.ended["a"]
    assert isinstance(error, RateLimitError)
    assert "4 attempts" in str(error)


@pytest.mark.usefixtures("_waiting")
def test_too_many_requests_halve_the_uploads_and_pause_all(outcomes: Outcomes) -> None:
    queue = schedule(limit=8, small_limit=8)
    queue.add([outcomes.upload(f"{number}") for number in range(20)])
    running = queue.take_small(8)
    assert len(running) == 8
    queue.respond(running[0], 429, {})
    queue.end_small(running[1:])
    taken = queue.take_small(20)
    assert len(taken) == 8 // 2 + 1, "successes raise it step by step"
    queue.fail(taken[0], TransientError("busy", status=503, headers={"retry-after": "5"}))
    assert queue.take_small(20) == []


def test_wait_for_room_ends_with_a_cancel(outcomes: Outcomes) -> None:
    queue = schedule()
    queue.add([outcomes.upload("a")])
    assert queue.wait_below(1, 0.01) is False
    timer = threading.Timer(0.05, queue.cancel)
    timer.start()
    assert queue.wait_below(1, 10) is True
    assert queue.finished
    assert queue.take(0, or_small=True) is None
    timer.join()
