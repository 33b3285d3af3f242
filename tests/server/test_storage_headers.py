"""Range and conditional headers of storage requests, and the headers of responses."""

import base64
import hashlib

import httpx
import pytest

from wbtyped.server import WandbServer

from .conftest import FILES, Ask

CONTENT = bytes(range(256)) * 20
SIZE = len(CONTENT)


@pytest.fixture
def url(wandb_server: WandbServer, ask: Ask) -> str:
    wandb_server.add_run("crew/ship/log", files={"a.bin": CONTENT, "empty": b""})
    return signed(ask, "a.bin")


def signed(ask: Ask, name: str) -> str:
    run = ask(FILES, names=[name]).json()["data"]["project"]["run"]
    return str(run["files"]["edges"][0]["node"]["directUrl"])


def test_download_has_content_md5(url: str, http: httpx.Client) -> None:
    md5 = base64.b64encode(hashlib.md5(CONTENT).digest()).decode()
    assert http.get(url).headers["Content-MD5"] == md5
    assert http.head(url).headers["Content-MD5"] == md5
    part = http.get(url, headers={"Range": "bytes=1-2"})
    assert "Content-MD5" not in part.headers, "it would be that of other bytes"


@pytest.mark.parametrize(
    "requested",
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
def test_invalid_range_returns_everything(url: str, http: httpx.Client, requested: str) -> None:
    response = http.get(url, headers={"Range": requested})
    assert (response.status_code, response.content) == (200, CONTENT)


@pytest.mark.parametrize(
    ("requested", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        (f"bytes=10-{SIZE * 2}", 10, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
    ],
)
def test_range_at_edge_is_clipped(
    url: str, http: httpx.Client, requested: str, start: int, end: int
) -> None:
    response = http.get(url, headers={"Range": requested})
    assert (response.status_code, response.content) == (206, CONTENT[start:end])
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response.headers["Content-Length"] == str(end - start)


@pytest.mark.parametrize(
    "requested", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"]
)
def test_range_beyond_end_returns_416(url: str, http: httpx.Client, requested: str) -> None:
    rejected = http.get(url, headers={"Range": requested})
    assert (rejected.status_code, rejected.headers["Content-Range"]) == (416, f"bytes */{SIZE}")


def test_empty_file_has_no_ranges(url: str, http: httpx.Client, ask: Ask) -> None:
    empty = signed(ask, "empty")
    response = http.get(empty)
    assert (response.status_code, response.content, response.headers["Content-Length"]) == (
        200,
        b"",
        "0",
    )
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
def test_condition_headers_compare_etag(
    url: str, http: httpx.Client, header: str, value: str, status: int
) -> None:
    etag = http.get(url).headers["ETag"]
    given = value.format(etag=etag, bare=etag.strip('"'))
    response = http.get(url, headers={header: given})
    assert response.status_code == status
    assert response.content == (CONTENT if status == 200 else response.content)
    assert response.headers.get("ETag", etag) == etag


def test_equal_files_have_equal_etags(
    wandb_server: WandbServer, url: str, http: httpx.Client, ask: Ask
) -> None:
    wandb_server.add_run("crew/ship/log", files={"b": CONTENT, "c": CONTENT + b"!"})
    tags = [http.get(signed(ask, name)).headers["ETag"] for name in ("a.bin", "b", "c")]
    assert tags[0] == tags[1] != tags[2]


@pytest.mark.parametrize("query", ["signature=\xe9", "expires=x&signature=y", "signature=%00", ""])
def test_malformed_signature_is_rejected(url: str, http: httpx.Client, query: str) -> None:
    rejected = http.get(f"{url.partition('?')[0]}?{query}")
    assert (rejected.status_code, "SignatureDoesNotMatch" in rejected.text) == (403, True)


def test_deleted_blob_returns_404(wandb_server: WandbServer, url: str, http: httpx.Client) -> None:
    wandb_server.add_run("crew/ship/log", files={"a.bin": b"another"})
    gone = http.get(url)
    assert (gone.status_code, "NoSuchKey" in gone.text) == (404, True)
