"""Responses are limited in size and in time."""

import gzip
import itertools
import time
import tracemalloc
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wbtyped_graphql import calls

from tests.proxying import RealProxy
from tests.raw_server import RawRequest, raw_server, response
from wbtyped import Api, Client, ResponseLimits
from wbtyped.config.settings import find_settings
from wbtyped.download.batch import Batch, BatchOptions
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.options import EngineName
from wbtyped.download.transfer import Transfer
from wbtyped.errors import TransportError, UsageError
from wbtyped.server import WandbServer
from wbtyped.transport.content_decoding import BrokenBody, Decoder, decoder_for
from wbtyped.transport.retries import TransientError

QUERY = calls.get_viewer()
GZIP = [("Content-Encoding", "gzip")]
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def client(url: str, limits: ResponseLimits | None = None, timeout: float = 5) -> Client:
    given = {"base_url": url}
    found = find_settings(given, timeout=timeout, api_key="k" * 40, limits=limits, environ={})
    return Client(found, retry_budget=1)


def endless(_: RawRequest) -> Iterator[bytes]:
    yield CHUNKED
    yield from itertools.repeat(b"10000\r\n" + b" " * 65536 + b"\r\n")


async def test_endless_graphql_response_ends(engine: EngineName) -> None:
    small = ResponseLimits(graphql_bytes=1_000_000)
    with raw_server(endless) as server:
        sender = client(server.url, small)
        with pytest.raises(TransportError, match=r"larger than 1,000,000 bytes.*ResponseLimits"):
            sender.send(QUERY)
        with pytest.raises(TransportError, match="larger than 1,000,000 bytes"):
            await sender.asend(QUERY)
        await sender.aclose()


def test_response_of_the_limit_is_accepted() -> None:
    with raw_server(lambda _: response(b'{"data": {"viewer": null}}')) as server:
        assert client(server.url, ResponseLimits(graphql_bytes=26)).send(QUERY).viewer is None
        with pytest.raises(TransportError, match="larger than 25 bytes"):
            client(server.url, ResponseLimits(graphql_bytes=25)).send(QUERY)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip,GZIP", "br", "zstd", "gzip, identity, x"])
async def test_unsupported_content_encoding_is_refused(encoding: str) -> None:
    body = gzip.compress(gzip.compress(b'{"data": {}}'))
    answer = response(body, "200 OK", [("Content-Encoding", encoding)])
    with raw_server(lambda _: answer) as server:
        sender = client(server.url)
        with pytest.raises(TransportError, match="content encoding"):
            sender.send(QUERY)
        with pytest.raises(TransportError, match="content encoding"):
            await sender.asend(QUERY)
        with pytest.raises(TransportError, match="content encoding"):
            sender.transport.get("manifest", server.url, 1000)
        await sender.aclose()


def test_decompression_bomb_takes_little_memory() -> None:
    bomb = gzip.compress(bytes(200_000_000))
    with raw_server(lambda _: response(bomb, "200 OK", GZIP)) as server:
        sender = client(server.url, ResponseLimits(graphql_bytes=8_000_000))
        tracemalloc.start()
        with pytest.raises(TransportError, match="larger than 8,000,000"):
            sender.send(QUERY)
        with pytest.raises(TransportError, match="larger than 8,000,000"):
            sender.transport.get("manifest", server.url, 8_000_000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 30_000_000


def test_manifest_limit_applies_to_manifests(wandb_server: WandbServer) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {f"{n}.txt": b"x" for n in range(50)})
    with Api(limits=ResponseLimits(manifest_bytes=1000)) as api:
        artifact = api.artifact("crew/ship/data:v0")
        with pytest.raises(TransportError, match=r"manifest of .* larger than 1,000 bytes"):
            artifact.manifest  # noqa: B018
    with Api(limits=ResponseLimits(manifest_bytes=100_000)) as api:
        assert len(api.artifact("crew/ship/data:v0").manifest) == 50


# Time.


def every(seconds: float, blocks: Iterable[bytes]) -> Iterator[bytes]:
    for block in blocks:
        yield block
        time.sleep(seconds)


HEAD = b"HTTP/1.1 200 OK\r\n"
REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 1000\r\n\r\n"
TRICKLES: dict[str, list[bytes]] = {
    "a body": [HEAD + b"Content-Length: 1000\r\n\r\n", *[b" "] * 300],
    "headers": [HEAD, *[b"x: y\r\n"] * 300],
    "interim responses": [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 300,
}


@pytest.mark.parametrize("trickle", TRICKLES)
async def test_slow_response_hits_the_total_time_limit(trickle: str) -> None:
    """Every byte comes within `timeout`, which is 5 s; the whole would take 30."""
    limits = ResponseLimits(seconds=0.3)
    with raw_server(lambda _: every(0.1, TRICKLES[trickle])) as server:
        sender = client(server.url, limits)
        began = time.monotonic()
        with pytest.raises(TransportError, match="within 0.3 s"):
            sender.send(QUERY)
        with pytest.raises(TransientError, match="within 0.3 s"):
            sender.transport.get("manifest", server.url, 1_000_000)
        with pytest.raises(TransportError, match="within 0.3 s"):
            await sender.asend(QUERY)
        assert time.monotonic() - began < 20
        await sender.aclose()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_proxies_do_not_lift_the_limit(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with RealProxy() as proxy, raw_server(lambda _: every(0.1, TRICKLES["a body"])) as server:
        monkeypatch.setenv("http_proxy", f"{scheme}://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        with pytest.raises(TransportError, match="within 0.3 s"):
            client(server.url, ResponseLimits(seconds=0.3)).send(QUERY)
        assert proxy.asked


@pytest.mark.parametrize("trickle", [*TRICKLES, "a redirect"])
def test_slow_file_is_retried_and_given_up(
    tmp_path: Path, engine: EngineName, trickle: str
) -> None:
    blocks = TRICKLES.get(trickle, [REDIRECT, *[b" "] * 300])
    with raw_server(lambda _: every(0.05, blocks)) as server:
        transfer = Transfer(server.url, tmp_path / "x", 1000, "0" * 22 + "==", "file 'x'", "x")
        options = BatchOptions(engine=engine, on_error="collect")
        transport = client(server.url, timeout=0.4).transport
        result = Batch(transport, FolderTree(tmp_path), options, [transfer], "list").run()
        asked = len(server.requests)
    [failed] = result.failed
    assert isinstance(failed.error, TransportError)
    assert asked > 1, "it may have been an accident"
    assert asked < 10


def test_time_limit_starts_at_the_first_read(wandb_server: WandbServer) -> None:
    """Not from when sending began, which may take as long as it takes."""

    def slowly() -> Iterator[bytes]:
        for _ in range(6):
            time.sleep(0.1)
            yield b"x" * 1000

    with raw_server(lambda _: response()) as server:
        transport = client(server.url, ResponseLimits(seconds=0.4)).transport
        transport.put("upload", server.url, slowly, {"Content-Length": "6000"})
        assert len(server.requests[0].body) == 6000


def test_endless_response_to_an_upload_is_not_read() -> None:
    with raw_server(endless) as server:
        client(server.url).transport.put("upload", server.url, lambda: b"x", {})


@pytest.mark.parametrize("name", ["a b", "", "a:b", "é", "a\nb", "x" * 300])
def test_upload_with_an_invalid_header_sends_nothing(name: str) -> None:
    with raw_server(lambda _: response()) as server:
        for headers in ({name: "x"}, {"x": f"{name}\r\ny: z"}, {"x": "é"}):
            with pytest.raises(TransportError, match="header that cannot be sent"):
                client(server.url).transport.put("upload", server.url, lambda: b"x", headers)
        assert server.requests == []


# What users say.


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "1", None])
def test_limits_invalid(value: object) -> None:
    for name in ("graphql_bytes", "manifest_bytes", "seconds"):
        fits = value is None or value == 1.5
        if name == "seconds" and fits:
            continue
        with pytest.raises(UsageError, match=name):
            ResponseLimits(**{name: value})  # type: ignore[arg-type] # as in code without types
    if value is not None:
        with pytest.raises(UsageError, match="limits must be an instance of ResponseLimits"):
            Api(limits=value)  # type: ignore[arg-type] # as in code without types


def test_limits_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        "WBTYPED_MAX_GRAPHQL_BYTES": "1000",
        "WBTYPED_MAX_MANIFEST_BYTES": "2000",
        "WBTYPED_RESPONSE_TIMEOUT": "2.5",
    }
    for name, value in names.items():
        monkeypatch.setenv(name, value)
    expected = ResponseLimits(graphql_bytes=1000, manifest_bytes=2000, seconds=2.5)
    assert Api(api_key="k" * 40).settings.limits == expected
    given = ResponseLimits(seconds=1)
    assert Api(api_key="k" * 40, limits=given).settings.limits == given
    for name in names:
        for wrong in ("0", "-1", "many", "nan", "inf", "9" * 5000):
            monkeypatch.setenv(name, wrong)
            with pytest.raises(UsageError, match=name):
                Api(api_key="k" * 40)
        monkeypatch.delenv(name)
    assert Api(api_key="k" * 40).settings.limits == ResponseLimits()
    assert ResponseLimits().overall(19) == 190


# Decoding.


def bare(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(content) + packer.flush()


@given(
    contents=st.lists(st.binary(max_size=3000), min_size=1, max_size=3),
    size=st.integers(1, 4000),
    form=st.sampled_from(["gzip", "deflate", "bare"]),
)
def test_decoder_decodes_blocks_of_any_size(contents: list[bytes], size: int, form: str) -> None:
    if form == "gzip":
        packed = b"".join(map(gzip.compress, contents))
    else:
        contents = contents[:1]
        packed = (zlib.compress if form == "deflate" else bare)(contents[0])
    decoder = Decoder("gzip" if form == "gzip" else "deflate")
    blocks = [packed[at : at + size] for at in range(0, len(packed), size)]
    plain = [piece for block in blocks for piece in decoder.decode(block)]
    decoder.finish()
    assert b"".join(plain) == b"".join(contents)


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_decoder_of_noise_raises_broken_body_at_most(noise: bytes, encoding: str) -> None:
    decoder = Decoder(encoding)
    try:
        for _ in decoder.decode(noise):
            pass
        decoder.finish()
    except BrokenBody:
        pass


@given(st.text(max_size=50))
def test_decoder_for_any_encoding_name(name: str) -> None:
    try:
        decoder_for({"content-encoding": name}, "file")
    except TransportError as error:
        assert len(str(error)) < 300
