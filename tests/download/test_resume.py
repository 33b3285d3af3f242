"""Resumed downloads: bytes of different content are never mixed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import stamina

from tests.raw_server import RawRequest, raw_server, response
from wbtyped import Client
from wbtyped.config.settings import find_settings
from wbtyped.download.attempt import Attempt
from wbtyped.download.batch import Batch, BatchOptions
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.download.options import EngineName
from wbtyped.download.response import ResponseHandler
from wbtyped.download.results import DownloadResult
from wbtyped.download.transfer import Transfer
from wbtyped.errors import TransportError
from wbtyped.transport.retries import TransientError

OLD, NEW = b"a" * 1000, b"b" * 1000
HALF = 500
DATES = [("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT")]
LATER = [("Last-Modified", "Wed, 21 Oct 2015 07:28:01 GMT")]
SENT = [("Date", "Wed, 21 Oct 2015 08:00:00 GMT")]
TAG, OTHER = [("ETag", '"one"')], [("ETag", '"two"')]
Headers = list[tuple[str, str]]


def client(timeout: float = 5) -> Client:
    given = {"base_url": "http://127.0.0.1:9"}
    return Client(find_settings(given, timeout=timeout, api_key="k" * 40, environ={}))


def fetch(url: str, root: Path, engine: EngineName, *, timeout: float = 5) -> DownloadResult:
    transfer = Transfer(f"{url}/x", root / "x", None, None, "reference 'x'", "x")
    options = BatchOptions(engine=engine, on_error="collect")
    return Batch(client(timeout).transport, FolderTree(root), options, [transfer], "list").run()


class Changing:
    """Cuts the first response in the middle, and has different content afterwards."""

    def __init__(self, first: Headers, then: Headers, total: str, rest: bytes) -> None:
        self.first, self.then, self.total, self.rest = first, then, total, rest
        self.conditions: list[str | None] = []

    def __call__(self, request: RawRequest) -> bytes:
        if "range" in request.headers:
            self.conditions.append(request.headers.get("if-range"))
            span = f"bytes {HALF}-{HALF + len(self.rest) - 1}/{self.total}"
            headers = [*self.then, ("Content-Range", span)]
            return response(self.rest, "206 Partial Content", headers)
        if not self.conditions:
            self.conditions.append("first")
            headers = [*self.first, ("Content-Length", str(len(OLD)))]
            return response(OLD[:HALF], "200 OK", headers)
        return response(NEW, "200 OK", self.then)


@pytest.mark.parametrize(
    ("first", "then", "total"),
    [
        (TAG, OTHER, "1000"),
        (TAG, [], "1000"),
        (TAG, [("ETag", 'W/"one"')], "1000"),
        (TAG + DATES, TAG + LATER, "1000"),
        (DATES + SENT, LATER + SENT, "1000"),
        (DATES + SENT, SENT, "1000"),
        (DATES + SENT, OTHER + SENT, "1000"),
        (TAG, TAG, "1001"),
        (DATES + SENT, DATES + SENT, "1001"),
    ],
    ids=[
        "other tag", "no tag", "weak tag", "same tag, other date", "other date", "no date",
        "tag in place of a date", "same tag, other size", "same date, other size",
    ],
)  # fmt: skip
def test_resume_changed_validator_restarts(
    tmp_path: Path, engine: EngineName, first: Headers, then: Headers, total: str
) -> None:
    changing = Changing(first, then, total, NEW[HALF:])
    with raw_server(changing) as server:
        result = fetch(server.url, tmp_path, engine)
    assert result.written == ["x"]
    assert (tmp_path / "x").read_bytes() == NEW
    assert len(changing.conditions) == 2, "it tried to resume"


@pytest.mark.parametrize(
    "first",
    [
        [], [("ETag", 'W/"one"')], [("ETag", "one")], [("ETag", '"é"')], DATES,
        [("Last-Modified", "yesterday"), *SENT], [*DATES, ("Date", DATES[0][1])],
        [("ETag", 'W/"one"'), *DATES, *SENT], [("ETag", f'"{"x" * 2000}"')],
    ],
    ids=lambda headers: str(headers)[:60],
)  # fmt: skip
def test_resume_without_strong_validator_restarts(
    tmp_path: Path, engine: EngineName, first: Headers
) -> None:
    changing = Changing(first, first, "1000", NEW[HALF:])
    with raw_server(changing) as server:
        fetch(server.url, tmp_path, engine)
    assert (tmp_path / "x").read_bytes() == NEW
    assert changing.conditions == ["first"]


@pytest.mark.parametrize(
    ("validators", "condition"), [(TAG, '"one"'), (DATES + SENT, DATES[0][1])], ids=["tag", "date"]
)
@pytest.mark.parametrize("total", ["1000", "*"])
def test_resume_same_validator_fetches_the_rest(
    tmp_path: Path, engine: EngineName, validators: Headers, condition: str, total: str
) -> None:
    same = Changing(validators, validators, total, OLD[HALF:])
    with raw_server(same) as server:
        fetch(server.url, tmp_path, engine)
    assert (tmp_path / "x").read_bytes() == OLD
    assert same.conditions == ["first", condition]


def test_resume_short_range_is_not_complete(tmp_path: Path, engine: EngineName) -> None:
    short = Changing(TAG, TAG, "1000", OLD[HALF : HALF + 100])
    with raw_server(short) as server:
        fetch(server.url, tmp_path, engine)
    assert (tmp_path / "x").read_bytes() == NEW


def test_download_unrequested_range_fails(tmp_path: Path, engine: EngineName) -> None:
    headers = [("Content-Range", "bytes 0-99/1000"), *TAG]
    with raw_server(lambda _: response(OLD[:100], "206 Partial Content", headers)) as server:
        result = fetch(server.url, tmp_path, engine)
    assert [type(failed.error) for failed in result.failed] == [TransportError]
    assert list(tmp_path.iterdir()) == []


def test_resume_body_longer_than_range_is_discarded(tmp_path: Path, engine: EngineName) -> None:
    class Long(Changing):
        def __call__(self, request: RawRequest) -> bytes:
            sent = super().__call__(request)
            return sent.replace(b"500-999/", b"500-599/") if "range" in request.headers else sent

    with raw_server(Long(TAG, TAG, "1000", OLD[HALF:])) as server:
        fetch(server.url, tmp_path, engine)
    assert (tmp_path / "x").read_bytes() == NEW


@dataclass
class Clock:
    """A clock that only moves when told to."""

    now: float = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in ("download.attempt", "download.response", "transport.retries"):
        monkeypatch.setattr(f"wbtyped.{module}.monotonic", clock.monotonic)
    return clock


@pytest.fixture
def attempt(tmp_path: Path) -> Iterator[Attempt]:
    """An attempt of a file of unknown size, with real delays between tries."""
    transfer = Transfer("http://h/", tmp_path / "x", None, None, "file 'x'")
    with (
        stamina.set_testing(False),
        VerifiedWriter(tmp_path / "x", size=None, md5=None, label="x") as writer,
    ):
        handler = ResponseHandler(transfer, writer)
        yield Attempt(transfer, writer, handler, lambda _transfer, _error: None)


@pytest.mark.parametrize(("gained", "is_given_up"), [(1, True), (10, True), (100_000, False)])
def test_attempt_trickle_is_given_up(
    attempt: Attempt, clock: Clock, gained: int, is_given_up: bool
) -> None:
    """Each connection brings a little and breaks: only real progress extends the budget."""
    delay: float | None = 0.0
    while delay is not None and clock.now < 600:
        attempt.begin()
        clock.now += delay + 1
        attempt.writer.write(b"x" * gained)
        delay = attempt.retry_delay(TransientError("cut off"), 60)
    assert (delay is None) is is_given_up
    assert clock.now < 120 or not is_given_up


def test_attempt_restart_is_not_progress(attempt: Attempt, clock: Clock) -> None:
    delay: float | None = 0.0
    while delay is not None and clock.now < 600:
        attempt.begin()
        clock.now += delay + 1
        attempt.writer.write(b"x" * 100_000)
        delay = attempt.retry_delay(TransientError("cut off"), 60)
        attempt.writer.restart()
    assert delay is None
