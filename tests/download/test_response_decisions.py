"""What a response means for a transfer: decided by status, headers and bytes alone."""

import gzip
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.download.transfers import URL, new_handler, transfer_to
from tests.fake_clock import fake_clock
from wbtyped.download.recorded_reference import ENCODINGS, Recorded
from wbtyped.download.response import ResponseHandler
from wbtyped.download.transfer import Piece, Transfer, UrlExpired
from wbtyped.errors import (
    AuthenticationError,
    ChecksumError,
    NotFoundError,
    TransportError,
    WbtypedError,
)
from wbtyped.transport.retries import TransientError

CONTENT = bytes(range(100))
NOWHERE = Path("nowhere", "x")
"""What is small stays in memory, so nothing is written there before a commit."""
TAG = {"etag": '"one"'}
DATED = {
    "last-modified": "Wed, 21 Oct 2015 07:28:00 GMT",
    "date": "Wed, 21 Oct 2015 08:00:00 GMT",
}
IDENTITY = {"Accept-Encoding": "identity"}
KEY = {"Authorization": "Basic key"}


def known(headers: dict[str, str] | None = None) -> Transfer:
    return transfer_to(NOWHERE, CONTENT, headers=headers)


def unknown() -> Transfer:
    return transfer_to(NOWHERE)


def part(start: int, stop: int, total: int | None = len(CONTENT)) -> dict[str, str]:
    whole = "*" if total is None else total
    return {"content-range": f"bytes {start}-{stop - 1}/{whole}"}


# What is asked for.


@pytest.mark.parametrize(
    ("transfer", "first", "expected"),
    [
        (known(), {}, {"Range": "bytes=40-"}),
        (known(), TAG, {"Range": "bytes=40-", "If-Range": '"one"'}),
        (unknown(), TAG, {"Range": "bytes=40-", "If-Range": '"one"'}),
        (unknown(), DATED, {"Range": "bytes=40-", "If-Range": DATED["last-modified"]}),
        (unknown(), {}, {}),
        (unknown(), {"etag": 'W/"one"'}, {}),
    ],
    ids=["digest", "digest and tag", "tag", "date", "nothing", "weak tag"],
)
def test_request_after_an_interruption_resumes_only_identifiable_content(
    transfer: Transfer, first: dict[str, str], expected: dict[str, str]
) -> None:
    handler, writer = new_handler(transfer)
    handler.start()
    assert handler.request()[1] == IDENTITY
    assert handler.begin(200, first)
    handler.write(CONTENT[:40])
    handler.start()
    assert handler.request()[1] == IDENTITY | expected
    assert writer.written == (40 if expected else 0)


def test_request_for_a_piece_names_its_bytes() -> None:
    handler, _ = new_handler(transfer_to(NOWHERE, size=20, piece=Piece(30, 50, 100)))
    handler.start()
    assert handler.request()[1] == IDENTITY | {"Range": "bytes=30-49"}
    assert handler.begin(206, part(30, 50))
    handler.write(CONTENT[30:36])
    handler.start()
    assert handler.request()[1] == IDENTITY | {"Range": "bytes=36-49"}


def test_request_for_a_reference_accepts_the_recorded_encodings() -> None:
    recorded = Recorded('"one"', 100)
    handler, _ = new_handler(transfer_to(NOWHERE, size=100, recorded=recorded))
    assert handler.request()[1] == {"Accept-Encoding": ENCODINGS}


def test_request_after_a_redirect_follows_it_until_the_next_try() -> None:
    handler, _ = new_handler(known(KEY))
    handler.start()
    url, headers = handler.request()
    assert (str(url), headers) == (URL, IDENTITY | KEY)
    assert not handler.begin(302, {"location": "http://other.test/signed"})
    url, headers = handler.request()
    assert (str(url), headers) == ("http://other.test/signed", IDENTITY)
    handler.start()
    assert str(handler.request()[0]) == URL


# What the head of a response means.


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, NotFoundError), (410, TransportError), (204, TransportError), (304, TransportError),
        (302, TransportError), (400, TransportError), (501, TransportError),
        (401, AuthenticationError), (403, AuthenticationError),
        (408, TransientError), (429, TransientError), (500, TransientError), (503, TransientError),
        (412, TransientError), (416, TransientError),
    ],
)  # fmt: skip
def test_error_status_becomes_the_matching_error(status: int, expected: type[Exception]) -> None:
    handler, writer = new_handler(known(KEY))
    handler.request()
    with pytest.raises(expected, match="file 'x'") as caught:
        handler.begin(status, {"retry-after": "5"})
    assert type(caught.value) is expected
    if isinstance(caught.value, TransientError) and status not in {412, 416}:
        assert (caught.value.status, caught.value.retry_after) == (status, 5)
    assert writer.written == 0


@pytest.mark.parametrize("status", [401, 403])
def test_401_or_403_for_a_signed_url_means_that_it_expired(status: int) -> None:
    handler, _ = new_handler(known())
    handler.request()
    with pytest.raises(UrlExpired):
        handler.begin(status, {})


@pytest.mark.parametrize(("status", "expected"), [(403, TransientError), (401, UrlExpired)])
def test_401_or_403_after_a_redirect_is_not_about_the_key(
    status: int, expected: type[Exception]
) -> None:
    handler, _ = new_handler(known(KEY))
    handler.request()
    handler.begin(302, {"location": "http://other.test/signed"})
    with pytest.raises(expected):
        handler.begin(status, {})


@pytest.mark.parametrize("status", [408, 500, 429, 404, 403])
def test_error_status_keeps_earlier_bytes(status: int) -> None:
    handler, writer = new_handler(known())
    handler.request()
    handler.begin(200, TAG)
    handler.write(CONTENT[:40])
    with pytest.raises((TransientError, UrlExpired, NotFoundError)):
        handler.begin(status, {})
    assert writer.written == 40


@pytest.mark.parametrize("status", [412, 416])
def test_refused_range_restarts(status: int) -> None:
    handler, writer = new_handler(known())
    handler.request()
    handler.begin(200, {})
    handler.write(CONTENT[:40])
    with pytest.raises(TransientError):
        handler.begin(status, {})
    assert writer.written == 0
    handler.start()
    assert handler.request()[1] == IDENTITY


def test_200_for_a_range_request_restarts() -> None:
    handler, writer = new_handler(known())
    handler.request()
    handler.begin(200, {})
    handler.write(CONTENT[:40])
    handler.begin(200, {})
    assert writer.written == 0
    handler.write(CONTENT)
    handler.end()
    assert writer.written == 100


def test_200_for_a_piece_is_an_error() -> None:
    handler, _ = new_handler(transfer_to(NOWHERE, size=20, piece=Piece(30, 50, 100)))
    handler.request()
    with pytest.raises(TransportError):
        handler.begin(200, {})


WRONG_PARTS = {
    "no range": {},
    "no sense": {"content-range": "bytes 99-40/100"},
    "other unit": {"content-range": "lines 40-99/100"},
    "earlier": part(39, 100),
    "later": part(41, 100),
    "other total": part(40, 100, 101),
    "compressed": part(40, 100) | {"content-encoding": "gzip"},
}


@pytest.mark.parametrize("headers", WRONG_PARTS.values(), ids=WRONG_PARTS)
def test_unexpected_range_restarts(headers: dict[str, str]) -> None:
    handler, writer = new_handler(known())
    handler.request()
    handler.begin(200, {})
    handler.write(CONTENT[:40])
    with pytest.raises(TransientError, match="a different range than requested"):
        handler.begin(206, headers)
    assert writer.written == 0


def test_206_without_a_range_request_is_refused() -> None:
    handler, _ = new_handler(known())
    handler.request()
    with pytest.raises(TransientError):
        handler.begin(206, part(0, 100))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [(part(30, 50), True), (part(30, 40), True), (part(30, 50, None), True),
     (part(30, 51), False), (part(29, 50), False), (part(31, 50), False)],
)  # fmt: skip
def test_piece_must_start_as_requested_and_may_be_shorter(
    headers: dict[str, str], expected: bool
) -> None:
    handler, _ = new_handler(transfer_to(NOWHERE, size=20, piece=Piece(30, 50, 100)))
    handler.request()
    try:
        assert handler.begin(206, headers)
    except TransientError:
        assert not expected
    else:
        assert expected


# What its body means.


@pytest.mark.parametrize(
    ("transfer", "headers", "sent", "expected"),
    [
        (known(), {}, 100, None),
        (known(), {}, 99, TransientError),
        (unknown(), {}, 99, None),
        (unknown(), {"content-length": "100"}, 99, TransientError),
        (unknown(), {"content-length": "100"}, 100, None),
        (unknown(), {"content-length": "nonsense"}, 7, None),
    ],
    ids=["whole", "cut off", "no size", "announced", "announced, whole", "nonsense"],
)
def test_end_of_a_truncated_body_is_transient(
    transfer: Transfer, headers: dict[str, str], sent: int, expected: type[Exception] | None
) -> None:
    handler, _ = new_handler(transfer)
    handler.request()
    handler.begin(200, headers)
    handler.write(CONTENT[:sent])
    if expected is None:
        handler.end()
        return
    with pytest.raises(expected, match="cut off"):
        handler.end()


def test_end_of_a_truncated_range_is_transient() -> None:
    handler, writer = new_handler(unknown())
    handler.request()
    handler.begin(200, TAG)
    handler.write(CONTENT[:40])
    handler.start()
    handler.request()
    handler.begin(206, TAG | part(40, 100))
    handler.write(CONTENT[40:90])
    with pytest.raises(TransientError, match="cut off"):
        handler.end()
    assert writer.written == 90, "what came is of use"


def test_body_longer_than_its_range_restarts() -> None:
    handler, writer = new_handler(unknown())
    handler.request()
    handler.begin(200, TAG)
    handler.write(CONTENT[:40])
    handler.begin(206, TAG | part(40, 60))
    handler.write(CONTENT[40:60])
    with pytest.raises(TransientError, match="more than the announced range"):
        handler.write(b"!")
    assert writer.written == 0


def test_body_longer_than_the_file_is_a_checksum_error() -> None:
    handler, _ = new_handler(known())
    handler.request()
    handler.begin(200, {})
    with pytest.raises(ChecksumError, match="101 bytes"):
        handler.write(CONTENT + b"!")


@settings(deadline=None)
@given(cut=st.integers(0, 200), step=st.integers(1, 50))
def test_compressed_body_is_decoded_or_transient(cut: int, step: int) -> None:
    handler, writer = new_handler(unknown())
    handler.request()
    packed = gzip.compress(CONTENT * 10, mtime=0)
    assert handler.begin(200, {"content-encoding": "gzip", "content-length": str(len(packed))})
    body = packed[:cut]
    for at in range(0, len(body), step):
        handler.write(body[at : at + step])
    if 0 < cut < len(packed):
        with pytest.raises(TransientError, match="cut off"):
            handler.end()
        handler.interrupted()
        assert writer.written == 0, "there is no resuming in the middle of a stream"
    else:
        handler.end()


def test_corrupt_compressed_body_is_transient() -> None:
    handler, _ = new_handler(unknown())
    handler.request()
    handler.begin(200, {"content-encoding": "gzip"})
    with pytest.raises(TransientError, match="compressed body is corrupt"):
        handler.write(b"no gzip at all")


def test_interrupted_identity_body_is_kept() -> None:
    handler, writer = new_handler(known())
    handler.request()
    handler.begin(200, {})
    handler.write(CONTENT[:40])
    handler.interrupted()
    assert writer.written == 40


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [(200, {"accept-ranges": "bytes"}, True), (200, {"accept-ranges": "none"}, False),
     (200, {}, False), (200, {"accept-ranges": "bytes", "content-encoding": "gzip"}, False)],
)  # fmt: skip
def test_ranges_are_accepted_only_if_the_server_says_so(
    status: int, headers: dict[str, str], expected: bool
) -> None:
    handler, _ = new_handler(known())
    handler.request()
    handler.begin(status, headers)
    assert handler.accepts_ranges is expected


# How fast it comes.


def test_trickling_body_is_aborted_after_a_window() -> None:
    with fake_clock() as clock:
        handler, _ = new_handler(unknown(), window=10)
        handler.request()
        handler.begin(200, {})
        for _ in range(9):
            clock.advance(1)
            handler.write(b"x" * 10)
        clock.advance(1)
        with pytest.raises(TransientError, match="only 100 bytes received in 10 s"):
            handler.write(b"x" * 10)


def test_slow_but_steady_body_is_not_aborted() -> None:
    with fake_clock() as clock:
        handler, writer = new_handler(unknown(), window=10)
        handler.request()
        handler.begin(200, {})
        for _ in range(40):
            clock.advance(2.5)
            handler.write(b"x" * 320)
        assert writer.written == 40 * 320


def test_each_try_has_a_whole_window() -> None:
    with fake_clock() as clock:
        handler, _ = new_handler(known(), window=10)
        handler.request()
        handler.begin(200, {})
        handler.write(CONTENT[:1])
        clock.advance(100)
        handler.start()
        handler.request()
        handler.begin(206, part(1, 100))
        clock.advance(9)
        handler.write(CONTENT[1:2])


# References.


@pytest.mark.parametrize(
    ("recorded", "headers", "is_right"),
    [
        (Recorded('"one"', 100), TAG, True),
        (Recorded("one", 100), TAG, True),
        (Recorded('W/"one"', 100), TAG, True),
        (Recorded('"one"', 100), {"etag": 'W/"one"'}, True),
        (Recorded('"two"', 100), TAG, False),
        (Recorded('"one"', 100), {}, False),
        (Recorded(None, 100), {"etag": '"two"'}, True),
    ],
)
def test_reference_with_a_different_etag_is_a_checksum_error(
    recorded: Recorded, headers: dict[str, str], is_right: bool
) -> None:
    handler, _ = new_handler(transfer_to(NOWHERE, recorded=recorded))
    handler.request()
    if is_right:
        assert handler.begin(200, headers)
        return
    with pytest.raises(ChecksumError):
        handler.begin(200, headers)


@pytest.mark.parametrize(
    ("recorded", "sent", "is_right"),
    [
        (Recorded(None, 100), 100, True),
        (Recorded(None, 100), 101, False),
        (Recorded(None, None), 101, True),
        (Recorded('"one"', 100), 101, False),
        # The same weak tag promises no more than a content of the same worth.
        (Recorded('W/"one"', 100), 101, True),
    ],
)
def test_reference_of_a_different_size_is_a_checksum_error(
    recorded: Recorded, sent: int, is_right: bool
) -> None:
    handler, writer = new_handler(transfer_to(NOWHERE, recorded=recorded))
    handler.request()
    handler.begin(200, TAG)
    if is_right:
        handler.write(b"x" * sent)
        handler.end()
        assert writer.written == sent
    else:
        with pytest.raises(ChecksumError):
            handler.write(b"x" * sent)


# All of it together: tries that break off, against a content that changes.


class Version(NamedTuple):
    """A content of the server, and how it tells it from others."""

    content: bytes
    validators: dict[str, str]


def version(number: int, size: int, kind: str) -> Version:
    """Return the content of a number, with the strong validator of that number or without any."""
    tag = {"strong": f'"{number}"', "weak": f'W/"{number}"', "none": ""}[kind]
    return Version(bytes([number]) * size, {"etag": tag} if tag else {})


@dataclass
class Try:
    """How the server treats one try."""

    version: Version
    cut: int
    """Bytes after which the connection is lost."""
    knows_ranges: bool
    announces: bool


VERSIONS = st.builds(
    version, st.integers(0, 2), st.integers(1, 12), st.sampled_from(["strong", "weak", "none"])
)
TRIES = st.lists(
    st.builds(Try, VERSIONS, st.integers(0, 12), st.booleans(), st.booleans()), max_size=6
)


def respond(sent: dict[str, str], one: Try) -> tuple[int, dict[str, str], bytes]:
    """Answer as RFC 9110 has it."""
    content, headers = one.version.content, dict(one.version.validators)
    start = int(sent["Range"].removeprefix("bytes=").removesuffix("-")) if "Range" in sent else 0
    strong = headers.get("etag", "").startswith('"')
    same = "If-Range" not in sent or (strong and sent["If-Range"] == headers["etag"])
    if one.knows_ranges and start and same:
        if start >= len(content):
            return 416, {}, b""
        return 206, headers | part(start, len(content), len(content)), content[start:]
    if one.announces:
        headers["content-length"] = str(len(content))
    return 200, headers, content


def receive(handler: ResponseHandler, sent: dict[str, str], one: Try) -> None:
    """Give a handler what comes of a request in one try."""
    status, headers, body = respond(sent, one)
    handler.begin(status, headers)
    handler.write(body[: one.cut])
    if one.cut < len(body):
        raise TransientError("connection lost")
    handler.end()


@settings(max_examples=80, deadline=None)
@given(tries=TRIES, last=VERSIONS, has_digest=st.booleans())
def test_interrupted_tries_never_mix_two_contents(
    tries: list[Try], last: Version, has_digest: bool
) -> None:
    with TemporaryDirectory() as folder:
        target = Path(folder, "x")
        handler, writer = new_handler(transfer_to(target, last.content if has_digest else None))
        seen = list[bytes]()
        # In the end the server stays as it is, and of wrong content a further try begins again.
        for one in [*tries, *[Try(last, 99, knows_ranges=True, announces=True)] * 4]:
            seen.append(one.version.content)
            handler.start()
            sent = handler.request()[1]
            assert ("Range" in sent) is (writer.written > 0)
            try:
                receive(handler, sent, one)
                writer.commit(replace=False)
            except TransientError:
                handler.interrupted()
            except WbtypedError:
                writer.restart()
            else:
                break
        else:
            raise AssertionError("a server that stays as it is was not read")
        assert target.read_bytes() in ([last.content] if has_digest else seen)
        writer.close()
