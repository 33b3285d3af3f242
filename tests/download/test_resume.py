"""A download that is continued: with bytes of one content, or from the beginning."""

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

OLD, CREATE_FLAGS = b"a" * 1000, b"b" * 1000
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
    """Cuts the first content in the middle, and has another one afterwards."""

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
        return response(CREATE_FLAGS, "200 OK", self.then)


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
def test_resume_with_another_validator_starts_again(
    tmp_path: Path, engine: EngineName, first: Headers, then: Headers, total: str
) -> None:
    changing = Changing(first, then, total, CREATE_FLAGS[HALF:])
    with raw_server(changing) as server:
        result = fetch(server.url, tmp_path, engine)
    assert result.written == ["x"]
    assert (tmp_path / "x").read_bytes() == CREATE_FLAGS
    assert len(changing.conditions) == 2, "it was tried to continue"


@pytest.mark.parametrize(
    "first",
    [
        [], [("ETag", 'W/"one"')], [("ETag", "one")], [("ETag", '"é"')], DATES,
        [("Last-Modified", "yesterday"), *SENT], [*DATES, ("Date", DATES[0][1])],
        [("ETag", 'W/"one"'), *DATES, *SENT], [("ETag", f'"{"x" * 2000}"')],
    ],
    ids=lambda headers: str(headers)[:60],
)  # fmt: skip
def test_without_a_strong_validator_nothing_is_resumed(
    tmp_path: Path, engine: EngineName, first: Headers
) -> None:
    changing = Changing(first, first, "1000", CREATE_FLAGS[HALF:])
    with raw_server(changing) as server:
        fetch(server.url, tmp_path, engine)
    assert (tmp_path / "x").read_bytes() == CREATE_FLAGS
    assert changing.conditions == ["first"]


@pytest.mark.parametrize(
    ("validators", "condition"), [(TAG, '"one"'), (DATES + SENT, DATES[0][1])], ids=["tag", "date"]
)
@pytest.mark.parametrize("total", ["1000", "*"])
def test_resume_of_the_same_content_brings_the_rest(
    tmp_path: Path, engine: EngineName, validators: Headers, condition: str, total: str
) -> None:
    same = Changing(validators, validators, total, OLD[HALF:])
    with raw_server(same) as server:
        fetch(server.url, tmp_path, engine)
    assert (tmp_path / "x").read_bytes() == OLD
    assert same.conditions == ["first", condition]


def test_a_part_that_ends_early_is_not_taken_for_the_whole(
    tmp_path: Path, engine: EngineName
) -> None:
    short = Changing(TAG, TAG, "1000", OLD[HALF : HALF + 100])
    with raw_server(short) as server:
        fetch(server.url, tmp_path, engine)
    assert (tmp_path / "x").read_bytes() == CREATE_FLAGS


def test_a_part_that_nobody_asked_for_is_not_taken_for_the_whole(
    tmp_path: Path, engine: EngineName
) -> None:
    headers = [("Content-Range", "bytes 0-99/1000"), *TAG]
    with raw_server(lambda _: response(OLD[:100], "206 Partial Content", headers)) as server:
        result = fetch(server.url, tmp_path, engine)
    assert [type(failed.error) for failed in result.failed] == [TransportError]
    assert list(tmp_path.iterdir()) == []


def test_a_part_longer_than_its_range_is_thrown_away(tmp_path: Path, engine: EngineName) -> None:
    class Long(Changing):
        def __call__(self, request: RawRequest) -> bytes:
            answer = super().__call__(request)
            return (
                answer.replace(b"500-999/", b"500-599/") if "range" in request.headers else answer
            )

    with raw_server(Long(TAG, TAG, "1000", OLD[HALF:])) as server:
        fetch(server.url, tmp_path, engine)
    assert (tmp_path / "x").read_bytes() == CREATE_FLAGS


@pytest.mark.parametrize(("gained", "is_given_up"), [(1, True), (10, True), (100_000, False)])
def test_a_trickle_over_many_connections_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gained: int, is_given_up: bool
) -> None:
    """Each connection brings a little and breaks: only what gets on may go on past the budget."""
    now = 0.0
    for module in ("wbtyped.download.attempt", "wbtyped.transport.retries"):
        monkeypatch.setattr(f"{module}.monotonic", lambda: now)
    transfer = Transfer("http://h/", tmp_path / "x", None, None, "file 'x'")
    with (
        stamina.set_testing(False),
        VerifiedWriter(tmp_path / "x", size=None, md5=None, label="x") as sink,
    ):
        attempt = Attempt(
            transfer, sink, ResponseHandler(transfer, sink), lambda _transfer, _error: None
        )
        wait: float | None = 0.0
        while wait is not None and now < 600:
            attempt.begin()
            now += wait + 1
            sink.write(b"x" * gained)
            wait = attempt.wait(TransientError("cut off"), 60)
    assert (wait is None) is is_given_up
    assert now < 120 or not is_given_up


def test_starting_again_is_not_getting_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    for module in ("wbtyped.download.attempt", "wbtyped.transport.retries"):
        monkeypatch.setattr(f"{module}.monotonic", lambda: now)
    transfer = Transfer("http://h/", tmp_path / "x", None, None, "file 'x'")
    with (
        stamina.set_testing(False),
        VerifiedWriter(tmp_path / "x", size=None, md5=None, label="x") as sink,
    ):
        attempt = Attempt(
            transfer, sink, ResponseHandler(transfer, sink), lambda _transfer, _error: None
        )
        wait: float | None = 0.0
        while wait is not None and now < 600:
            attempt.begin()
            now += wait + 1
            sink.write(b"x" * 100_000)
            wait = attempt.wait(TransientError("cut off"), 60)
            sink.restart()
    assert wait is None
