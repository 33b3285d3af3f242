"""Headers that ask storage for a part, or for something only if; and what it tells of a content."""

import base64
import hashlib

import httpx
import pytest

from wbtyped.server import WandbServer

from .conftest import FILES, Ask

CONTENT = bytes(range(256)) * 20
SIZE = len(CONTENT)


@pytest.fixture
def address(wandb_server: WandbServer, ask: Ask) -> str:
    wandb_server.add_run("crew/ship/log", files={"a.bin": CONTENT, "empty": b""})
    return signed(ask, "a.bin")


def signed(ask: Ask, name: str) -> str:
    run = ask(FILES, names=[name]).json()["data"]["project"]["run"]
    return str(run["files"]["edges"][0]["node"]["directUrl"])


def test_digest_of_a_whole_content(address: str, http: httpx.Client) -> None:
    md5 = base64.b64encode(hashlib.md5(CONTENT).digest()).decode()
    assert http.get(address).headers["Content-MD5"] == md5
    assert http.head(address).headers["Content-MD5"] == md5
    part = http.get(address, headers={"Range": "bytes=1-2"})
    assert "Content-MD5" not in part.headers, "it would be that of other bytes"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=5-2",
        "bytes=a-b",
        "bytes=-",
        "bytes=",
        "lines=1-2",
        "nonsense",
        "bytes=0-1,5-6",
        "bytes=" + "9" * 5000 + "-",
    ],
)
def test_ranges_that_are_none_bring_everything(
    address: str, http: httpx.Client, asked: str
) -> None:
    answer = http.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, CONTENT)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        (f"bytes=10-{SIZE * 2}", 10, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
    ],
)
def test_ranges_at_the_edges(
    address: str, http: httpx.Client, asked: str, start: int, end: int
) -> None:
    answer = http.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, CONTENT[start:end])
    assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert answer.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_ranges_beyond_the_end(address: str, http: httpx.Client, asked: str) -> None:
    refused = http.get(address, headers={"Range": asked})
    assert (refused.status_code, refused.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_empty_content(address: str, http: httpx.Client, ask: Ask) -> None:
    empty = signed(ask, "empty")
    answer = http.get(empty)
    assert (answer.status_code, answer.content, answer.headers["Content-Length"]) == (200, b"", "0")
    assert http.get(empty, headers={"Range": "bytes=0-"}).status_code == 416


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-None-Match", "{etag}", 304),
        ("If-None-Match", 'W/{etag}, "other"', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"{bare}x"', 200),
        ("If-Match", "{etag}", 200),
        ("If-Match", "*", 200),
        ("If-Match", '"other"', 412),
    ],
)
def test_conditions(address: str, http: httpx.Client, header: str, value: str, status: int) -> None:
    etag = http.get(address).headers["ETag"]
    given = value.format(etag=etag, bare=etag.strip('"'))
    answer = http.get(address, headers={header: given})
    assert answer.status_code == status
    assert answer.content == (CONTENT if status == 200 else answer.content)
    assert answer.headers.get("ETag", etag) == etag


def test_equal_contents_have_one_tag(
    wandb_server: WandbServer, address: str, http: httpx.Client, ask: Ask
) -> None:
    wandb_server.add_run("crew/ship/log", files={"b": CONTENT, "c": CONTENT + b"!"})
    tags = [http.get(signed(ask, name)).headers["ETag"] for name in ("a.bin", "b", "c")]
    assert tags[0] == tags[1] != tags[2]


@pytest.mark.parametrize("query", ["signature=\xe9", "expires=x&signature=y", "signature=%00", ""])
def test_broken_signatures(address: str, http: httpx.Client, query: str) -> None:
    refused = http.get(f"{address.partition('?')[0]}?{query}")
    assert (refused.status_code, "SignatureDoesNotMatch" in refused.text) == (403, True)


def test_contents_that_are_gone(
    wandb_server: WandbServer, address: str, http: httpx.Client
) -> None:
    wandb_server.add_run("crew/ship/log", files={"a.bin": b"another"})
    gone = http.get(address)
    assert (gone.status_code, "NoSuchKey" in gone.text) == (404, True)
