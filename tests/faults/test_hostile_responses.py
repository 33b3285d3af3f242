"""Whatever a server sends, only errors of our own tree are raised, and a batch continues."""

import base64
import hashlib
import json
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.raw_server import RawRequest, RawServer, raw_server, response
from wbtyped import Api, Client
from wbtyped.config.settings import find_settings
from wbtyped.download.batch import Batch, BatchOptions
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.options import EngineName
from wbtyped.download.transfer import Transfer
from wbtyped.errors import WbtypedError
from wbtyped.server import WandbServer
from wbtyped.transport.response_headers import content_range, http_date, retry_after, validators

CONTENT = b"0123456789" * 10
MD5 = base64.b64encode(hashlib.md5(CONTENT).digest()).decode()
ENGINES: list[EngineName] = ["httpx", "curl"]
FEW_EXAMPLES = settings(deadline=None, max_examples=60)

# Values of headers: valid, absurd, and arbitrary.

NINES = "9" * 5000
DATES = [
    "Wed, 21 Oct 2015 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2359",
    "Mon, 1 Jan 0001 00:00:00 +2359", "Wed, 32 Oct 2015 07:28:00 GMT",
    "Wed, 21 Oct 99999 07:28:00 GMT", "21 Oct 2015 07:28:00 +9999999",
    f"Wed, 21 Oct {NINES} 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00", "0",
]  # fmt: skip
NUMBERS = [
    "0",
    "-1",
    "1e400",
    "nan",
    "-inf",
    "1_0",
    "\u0663",
    "0x10",
    NINES,
    f"-{NINES}",
    "1.5",
    " 7 ",
]
VALUES: dict[str, list[str]] = {
    "Retry-After": [*NUMBERS, *DATES],
    "Content-Range": [
        "bytes 0-99/100", "bytes 0-99/*", f"bytes 0-{NINES}/{NINES}", f"bytes {NINES}-{NINES}/*",
        "bytes 99-0/100", "bytes 50-99/60", "bytes */100", "BYTES 50-99/100", "bytes 50-99/100",
        "bytes \u0663-\u0664/\u0665",
        "bytes 0-99/100, bytes 0-99/100", "items 0-1/2", "bytes -1-5/6",
    ],
    "Content-Length": [*NUMBERS, "100", "50", "100, 100", "18446744073709551616"],
    "Content-Encoding": [
        "gzip", "gzip, gzip", "identity", "", "br", ",", NINES, "x-gzip", "deflate", "GZip ; q=1",
    ],
    "Transfer-Encoding": ["chunked", "gzip, chunked", "identity", "x"],
    "ETag": ['"a"', 'W/"a"', "a", '"', '"é"', f'"{NINES}"', '"\x01"', "", "W/"],
    "Last-Modified": DATES,
    "Date": DATES,
    "Accept-Ranges": ["bytes", "none", NINES, "Bytes, x"],
    "Location": [
        "/good", "", "//", "http://", "http://xn--/", "http://a..b/", "http://[/", "http://\xff/",
        "http://host:99999/", f"/{NINES * 20}", "/\xfc", "javascript:1", "/\x01", "?", "bad",
        "http://127.0.0.1:1/", f"http://{'a' * 300}/", "http://%00/", "ftp://h/", "http://u:p@/",
        "/%", "http://h\u00adost:x/",
    ],
    "Set-Cookie": ["a=b; expires=Fri, 99 Foo 99999", NINES, "=;=", "a=b; domain=.; path=é"],
    "Connection": ["upgrade", "close", NINES],
}  # fmt: skip
NAMES = sorted(VALUES)
ANY_TEXT = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60)


@st.composite
def headers(draw: st.DrawFn) -> list[tuple[str, str]]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4))
    return [(name, draw(st.sampled_from(VALUES[name]) | ANY_TEXT)) for name in names]


STATUSES = st.sampled_from([200, 206, 301, 302, 307, 308, 401, 403, 404, 412, 416, 429, 500, 503])


@dataclass
class Hostile:
    """Answer `/good` correctly, and everything else as configured."""

    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    raw: bytes | None = None
    cut: bool = False

    def __call__(self, request: RawRequest) -> bytes:
        if request.target == "/good":
            return response(CONTENT)
        if self.raw is not None:
            return self.raw
        if self.cut and "range" not in request.headers:
            # Only the first half, so that the client requests a range.
            length = [("Content-Length", str(len(CONTENT)))]
            kept = [pair for pair in self.headers if pair[0] in {"ETag", "Last-Modified", "Date"}]
            return response(CONTENT[:50], "200 OK", [*length, *kept])
        return response(CONTENT[50:] if self.cut else CONTENT, self.status, self.headers)


@pytest.fixture(scope="module")
def hostile() -> Iterator[tuple[Hostile, RawServer]]:
    hostile = Hostile()
    with raw_server(hostile) as server:
        yield hostile, server


def client(url: str) -> Client:
    overrides = {"base_url": url}
    return Client(find_settings(overrides, timeout=2, api_key="k" * 40, environ={}), retry_budget=2)


@contextmanager
def temporary_folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def check_download(url: str, engine: EngineName, *, is_known: bool) -> None:
    """Download a good and a bad file: the bad one is correct, or fails with an error of ours."""
    size, md5 = (len(CONTENT), MD5) if is_known else (None, None)
    with temporary_folder() as root:
        plan = [
            Transfer(f"{url}/{name}", root / name, size, md5, f"file {name!r}", name)
            for name in ("bad", "good")
        ]
        options = BatchOptions(engine=engine, on_error="collect")
        result = Batch(client(url).transport, FolderTree(root), options, plan, "list").run()
        assert "good" in result.written
        assert (root / "good").read_bytes() == CONTENT
        assert all(isinstance(failed.error, WbtypedError) for failed in result.failed)
        if is_known and "bad" in result.written:
            assert (root / "bad").read_bytes() == CONTENT


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@FEW_EXAMPLES
@given(status=STATUSES, headers=headers(), cut=st.booleans(), is_known=st.booleans())
def test_download_with_any_headers_raises_own_errors(
    hostile: tuple[Hostile, RawServer],
    engine: EngineName,
    status: int,
    headers: list[tuple[str, str]],
    cut: bool,
    is_known: bool,
) -> None:
    responses, server = hostile
    responses.status, responses.headers = f"{status} X", headers
    responses.raw, responses.cut = None, cut
    check_download(server.url, engine, is_known=is_known)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_download_with_each_absurd_header_raises_own_errors(
    hostile: tuple[Hostile, RawServer], engine: EngineName, name: str
) -> None:
    responses, server = hostile
    status = {"Retry-After": 429, "Content-Range": 206, "Location": 302}.get(name, 200)
    responses.status, responses.raw, responses.cut = f"{status} X", None, status == 206
    for value in VALUES[name]:
        responses.headers = [(name, value), ("ETag", '"a"')]
        check_download(server.url, engine, is_known=False)


HEADS = st.sampled_from(
    [
        b"", b"\r\n\r\n", b"HTTP/1.1", b"HTTP/1.1 \r\n\r\n", b"HTTP/1.1 abc X\r\n\r\n",
        b"HTTP/1.1 99999999999 X\r\n\r\n", b"HTTP/0.9 200 OK\r\n\r\nx", b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: x\r\n\r\n", b"HTTP/1.1 200 OK\r\nx\r\n\r\n",
        b"HTTP/1.1 -1 X\r\n\r\n",
        b"HTTP/1.1 000 X\r\n\r\n", b"HTTP/1.1 101 X\r\n\r\n", b"HTTP/1.1 100 X\r\n\r\n" * 3,
        b"HTTP/1.1 200 \xff\xfe\r\nx: \xff\r\n\r\n", b"HTTP/1.1 200 OK\r\nx: y\r\n z\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 400_000 + b"\r\n\r\n", b"\x00" * 1000,
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 50_000 + b"\r\n", b"SSH-2.0-OpenSSH_9\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx",
    ]
) | st.binary(max_size=100)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@FEW_EXAMPLES
@given(raw=HEADS)
def test_response_that_is_not_http_raises_own_errors(
    hostile: tuple[Hostile, RawServer], engine: EngineName, raw: bytes
) -> None:
    responses, server = hostile
    responses.raw = raw
    check_download(server.url, engine, is_known=True)
    with suppress(WbtypedError):
        client(server.url).transport.post("query", b"{}", repeatable=True)
    with suppress(WbtypedError):
        client(server.url).transport.put("upload", server.url, lambda: b"x", {})


@FEW_EXAMPLES
@given(text=st.text(max_size=60) | st.sampled_from([*NUMBERS, *DATES, *VALUES["Content-Range"]]))
def test_header_parsers_accept_anything(text: str) -> None:
    wait = retry_after(text)
    assert wait is None or 0 <= wait <= 366 * 24 * 3600
    assert http_date(text) is None or http_date(text)
    found = content_range({"content-range": text})
    assert found is None or 0 <= found.start < found.stop <= 10**18
    condition = validators({"etag": text, "last-modified": text, "date": text}).condition
    assert condition.isascii()


# GraphQL.

ABSURD_VALUES: list[object] = [
    None, True, -1, 0, 2**63, 10**30, -(10**400), 1.5, 1e308, "", " ", "x", "/", "../x", "\0", "é",
    "x" * 5000, "9" * 5000, "-5", "http://xn--/", "http://[", "//", "javascript:1", "\u202e",
    "http://127.0.0.1:1/\xfc", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2015",
    "wandb-artifact://zz/x", [], {}, [None], [[]], {"x": 1}, "UnVuOng=", "=", "\U0001f600",
    float("nan"), float("inf"),
]  # fmt: skip
_json = TypeAdapter[object](object)


def paths(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every value inside a JSON value."""
    if path:
        yield path
    if isinstance(value, dict):
        pairs: list[tuple[str | int, object]] = list(value.items())  # pyright: ignore
    elif isinstance(value, list):
        pairs = list(enumerate(value))  # pyright: ignore
    else:
        return
    for name, inner in pairs:
        yield from paths(inner, (*path, name))


def replace_value(body: bytes, which: int, absurd: object) -> bytes:
    """Return a JSON document with the value at one path replaced."""
    value = json.loads(body)
    found = list(paths(value))
    *parents, last = found[which % len(found)]
    inner = value
    for name in parents:
        inner = inner[name]
    inner[last] = absurd
    return json.dumps(value).encode()


@dataclass
class Relay:
    """Forward requests to a real server, and alter the responses to one operation."""

    server: WandbServer
    operation: str = ""
    alter: Callable[[bytes], bytes] = bytes
    cached: dict[bytes, bytes] = field(default_factory=dict[bytes, bytes])

    def __call__(self, request: RawRequest) -> bytes:
        if request.target != "/graphql":
            return response(b"", "404 X")
        if request.body not in self.cached:
            headers = {
                "Authorization": request.headers["authorization"],
                "Content-Type": "application/json",
            }
            url = f"{self.server.url}/graphql"
            self.cached[request.body] = httpx.post(
                url, content=request.body, headers=headers
            ).content
        body = self.cached[request.body]
        if json.loads(request.body)["operationName"] == self.operation:
            body = self.alter(body)
        return response(body, "200 OK", [("Content-Type", "application/json")])


@pytest.fixture(scope="module")
def relay() -> Iterator[tuple[Relay, RawServer]]:
    with WandbServer() as server:
        server.add_run("crew/ship/log", {"a.txt": b"a", "b/c.txt": b"c" * 100})
        server.add_artifact("crew/ship/data", "dataset", {"a.txt": b"a", "b/c.txt": b"c" * 100})
        relay = Relay(server)
        with raw_server(relay) as raw:
            yield relay, raw


def use_everything(url: str, key: str, engine: EngineName) -> None:
    """Use everything that reads the altered responses; only our own errors may be raised."""
    with Api({"base_url": url}, api_key=key, timeout=2) as api, temporary_folder() as root:
        with suppress(WbtypedError):
            run = api.run("crew/ship/log")
            _ = run.created_at, run.url, repr(run), str(run.tags)
            files = run.files()
            files.download(root / "run", engine=engine, on_error="collect")
            _ = len(files), [(repr(file), file.updated_at, file.path_uri) for file in files]
            with suppress(WbtypedError):
                files[0].save(root, replace=True)
            _ = run.project_internal_id
        with suppress(WbtypedError):
            artifact = api.artifact("crew/ship/data:v0")
            _ = repr(artifact), artifact.created_at, artifact.size, artifact.ttl
            listed = artifact.files()
            listed.download(root / "artifact", engine=engine, on_error="collect")
            _ = len(listed), [(repr(file), file.updated_at) for file in listed]


OPERATIONS = [
    "GetRun", "RunFiles", "RunFileAddresses", "ArtifactByPath", "ArtifactManifest",
    "ArtifactFileAddresses", "ArtifactFilesById", "ServerFeatures",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
@settings(deadline=None, max_examples=40)
@given(
    which=st.integers(0, 1000),
    absurd=st.sampled_from(ABSURD_VALUES),
    engine=st.sampled_from(ENGINES),
)
@pytest.mark.filterwarnings("ignore:file .* path_uri")
def test_graphql_with_any_field_altered_raises_own_errors(
    relay: tuple[Relay, RawServer], operation: str, which: int, absurd: object, engine: EngineName
) -> None:
    hostile_relay, server = relay
    hostile_relay.operation = operation
    hostile_relay.alter = lambda body: replace_value(body, which, absurd)
    use_everything(server.url, hostile_relay.server.api_key, engine)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"1", b'"x"', b"{", b"[" * 100_000, b'{"data":' * 100_000, b"\xff\xfe",
        b'{"data": {"viewer": {"id": 1' + b"0" * 5000 + b"}}}", b'{"errors": [{}]}',
        b'{"errors": []}', b'{"errors": {}}', b'{"errors": [null]}',
        b'{"errors": [{"message": 5}]}',
        b'{"errors": [{"message": "x", "path": [{}]}]}', b'{"data": "\\ud800"}', b'{"data": NaN}',
        b'{"errors": [{"message": "\\ud800"}]}',
    ],
    ids=lambda body: ascii(body[:20]),
)  # fmt: skip
@pytest.mark.parametrize("status", ["200 OK", "400 X", "401 X", "404 X", "429 X", "500 X", "600 X"])
def test_graphql_with_any_body_raises_own_errors(body: bytes, status: str) -> None:
    headers = [("Retry-After", "9" * 400)]
    with raw_server(lambda _: response(body, status, headers)) as server:
        with pytest.raises(WbtypedError) as failed, Api({"base_url": server.url}, api_key="k" * 40):
            Api({"base_url": server.url}, api_key="k" * 40).run("a/b/c")
    assert len(str(failed.value)) < 2000
