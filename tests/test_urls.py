"""URLs are parsed as browsers do, and sent alike by both engines."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.proxying import RealProxy
from tests.raw_server import RawRequest, raw_server, response
from wbtyped import Client
from wbtyped.config.settings import find_settings
from wbtyped.download.batch import Batch, BatchOptions
from wbtyped.download.disk.folder_tree import FolderTree
from wbtyped.download.options import EngineName
from wbtyped.download.transfer import Transfer
from wbtyped.errors import TransportError
from wbtyped.transport.redirects import RedirectChain
from wbtyped.urls import shown_url, web_url

# As `new URL(...)` in a browser's console shows them.
SENT = {
    "http://host/Bücher.txt": "http://host/B%C3%BCcher.txt",
    "HTTP://HOST/A": "http://host/A",
    "http://host/a b": "http://host/a%20b",
    "http://host/a%20b": "http://host/a%20b",
    "http://host/100%": "http://host/100%",
    "http://host/%zz%2g%C3%BC": "http://host/%zz%2g%C3%BC",
    "http://host/a+b?c+d": "http://host/a+b?c+d",
    "http://host/?q=ü&r='\"<>": "http://host/?q=%C3%BC&r=%27%22%3C%3E",
    "http://host/[x]|y^z`{w}": "http://host/[x]|y%5Ez%60%7Bw%7D",
    "http://host/?[x]|y^z`{w}": "http://host/?[x]|y^z`{w}",
    "http://host": "http://host/",
    "http://host?": "http://host/?",
    "http://host/a#b?c": "http://host/a",
    "http://host/a/../b/./%2e%2E/c/.": "http://host/c/",
    "http://host/..%2fa": "http://host/..%2fa",
    "http:\\\\host\\a?b\\c": "http://host/a?b\\c",
    "  http://host/a\n\tb ": "http://host/ab",
    "http:////host/a": "http://host/a",
    "http://host:80/": "http://host/",
    "https://host:443/": "https://host/",
    "http://host:0443/": "http://host:443/",
    "http://Bücher.example/": "http://xn--bcher-kva.example/",
    "http://☃.net/": "http://xn--n3h.net/",
    "http://%68ost/": "http://host/",
    "http://a\u3002b/": "http://a.b/",
    "http://127.1/": "http://127.0.0.1/",
    "http://0x7f000001/": "http://127.0.0.1/",
    "http://0177.0.0.1/": "http://127.0.0.1/",
    "http://2130706433/": "http://127.0.0.1/",
    "http://[0:0::1]:81/": "http://[::1]:81/",
    "http://host/\ud800": "http://host/%EF%BF%BD",
}
UNUSABLE = [
    "", "/a", "//host/", "host", "ftp://host/", "javascript:alert(1)", "http://", "http:///",
    "http://xn--/", "http://xn--a-/", "http://a..b/", "http://.a/", "http://host:65536/",
    "http://host:1x/", f"http://host:{'9' * 5000}/", "http://a b/", "http://a<b/", "http://[::1/",
    "http://[1]/", "http://[fe80::1%25eth0]/", "http://1.2.3.256/", "http://1.2.3.4.5/",
    "http://99999999999/", f"http://{'a' * 64}/", f"http://{'a.' * 200}b/", "http://%zz/",
    "http://%00/", "http://a\x00b/", "http://\u00ad/", "http://user@/", f"http://h/{'a' * 70_000}",
    f"http://h/{'ü' * 20_000}",
]  # fmt: skip


@pytest.mark.parametrize("text", SENT, ids=ascii)
def test_web_url_matches_browsers(text: str) -> None:
    assert str(web_url(text, "file")) == SENT[text]


@pytest.mark.parametrize("text", UNUSABLE, ids=lambda text: ascii(text)[:40])
def test_web_url_invalid_names_the_request(text: str) -> None:
    with pytest.raises(TransportError, match="^file 'x': the URL .* cannot be fetched") as failed:
        web_url(text, "file 'x'")
    assert len(str(failed.value)) < 400


def test_user_and_password_are_in_a_header_and_no_message() -> None:
    url = web_url("http://us%40er:pa%3Ass@host/a?sig=secret", "file")
    assert (str(url), url.authorization) == ("http://host/a?sig=secret", "Basic dXNAZXI6cGE6c3M=")
    for text in ("http://user:pass@host/a?secret", "http:user:pass@host", "http:\\\\user:pass@h"):
        assert "pass" not in shown_url(text)
        assert "secret" not in shown_url(text)
    assert "secret" not in repr(url)
    with pytest.raises(TransportError) as failed:
        web_url("http://user:pass@ho st/?secret", "file")
    assert not {"pass", "secret"} & {word for word in ("pass", "secret") if word in str(failed)}


ODD = st.text(st.characters() | st.sampled_from("/\\?#%@:[].-+ \t\r\n\x00ü☃xn"), max_size=40)
WEB = st.builds("".join, st.tuples(st.sampled_from(["http://", "HTTPS:", "//", "", "/"]), ODD))


@settings(max_examples=500)
@given(text=WEB)
def test_web_url_of_any_string_can_be_sent(text: str) -> None:
    try:
        url = web_url(text, "file", web_url("http://base/a/b", "base"))
    except TransportError:
        return
    assert str(url).isascii()
    assert str(url).isprintable()
    assert " " not in str(url)
    again = web_url(str(url), "file")
    assert again == url._replace(authorization=None)


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("c d", "http://h:8/a/c%20d"), ("/x\\y", "http://h:8/x/y"), ("//o/ü", "http://o/%C3%BC"),
        ("?q", "http://h:8/a/b?q"), ("?", "http://h:8/a/b?"), ("http:c", "http://h:8/a/c"),
        ("https:o/", "https://o/"), ("#f", "http://h:8/a/b"), ("", "http://h:8/a/b"),
        ("x:80/", None), ("a/b:c", "http://h:8/a/a/b:c"), ("../../..", "http://h:8/"), ("\\\\o/", "http://o/"),
    ],
)  # fmt: skip
def test_redirects_match_browsers(location: str, leads: str | None) -> None:
    route = RedirectChain("file", "http://h:8/a/b", {"Authorization": "key"})
    if leads is None:
        with pytest.raises(TransportError, match="redirect"):
            route.follow(302, {"location": location})
        return
    assert route.follow(302, {"location": location})
    assert str(route.url) == leads
    assert route.headers() == ({"Authorization": "key"} if ":8" in leads else {})


def test_redirect_loop_ends() -> None:
    route = RedirectChain("file", "http://h/a", {})
    with pytest.raises(TransportError, match="redirected more than 20 times"):
        while route.follow(302, {"location": "/a"}):
            pass


PATHS = {
    "/Bücher.txt": "/B%C3%BCcher.txt", "/a b": "/a%20b", "/100%": "/100%", "/%zz": "/%zz",
    "/a%2Fb%2fc": "/a%2Fb%2fc", "/a+b?c+d e=%2B": "/a+b?c+d%20e=%2B", "/?": "/?", "": "/",
    "/a/../b": "/b", "/[x]|'\"": "/[x]|'%22", "/?q='{}|^`": "/?q=%27{}|^`",
    "/☃?☃": "/%E2%98%83?%E2%98%83", "/a\\b": "/a/b", "/a#b": "/a",
    "/;a=b,c!$&()*~@": "/;a=b,c!$&()*~@",
}  # fmt: skip


def client() -> Client:
    given = {"base_url": "http://127.0.0.1:9"}
    return Client(find_settings(given, timeout=5, api_key="k" * 40, environ={}), retry_budget=1)


@pytest.mark.parametrize("scheme", [None, "http", "socks5"])
def test_engines_send_urls_as_browsers_do(
    tmp_path: Path, engine: EngineName, scheme: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given so, and where a redirect leads to; also through proxies."""

    def respond(request: RawRequest) -> bytes:
        if request.target.startswith("/to/"):
            location = paths[int(request.target[4:])].encode().decode("latin-1")
            return response(b"", "302 Found", [("Location", location or "/")])
        return response(b"x")

    paths = list(PATHS)
    with RealProxy() as proxy, raw_server(respond) as server:
        if scheme is not None:
            monkeypatch.setenv("http_proxy", f"{scheme}://127.0.0.1:{proxy.port}")
            monkeypatch.setenv("no_proxy", "")
        urls = [f"{server.url}{path}" for path in paths]
        urls += [f"{server.url}/to/{number}" for number in range(len(paths))]
        plan = [
            Transfer(url, tmp_path / str(number), 1, None, f"file {number}", str(number))
            for number, url in enumerate(urls)
        ]
        result = Batch(
            client().transport, FolderTree(tmp_path), BatchOptions(engine=engine), plan, "list"
        ).run()
    assert len(result.written) == len(plan)
    assert bool(proxy.asked) == (scheme is not None)
    targets = [r.target for r in server.requests if not r.target.startswith("/to/")]
    assert sorted(targets) == sorted([*PATHS.values()] * 2)


def test_user_and_password_are_sent_to_their_origin_only(
    tmp_path: Path, engine: EngineName
) -> None:
    with raw_server(lambda _: response(b"x")) as other:

        def respond(request: RawRequest) -> bytes:
            if request.target == "/far":
                return response(b"go " * 50, "302 Found", [("Location", f"{other.url}/x")])
            return response(b"x")

        with raw_server(respond) as server:
            plan = [
                Transfer(f"http://me:pw@{server.host}{path}", tmp_path / path[1:], 1, None, path)
                for path in ("/near", "/far")
            ]
            Batch(
                client().transport, FolderTree(tmp_path), BatchOptions(engine=engine), plan, "list"
            ).run()
    assert {r.headers.get("authorization") for r in server.requests} == {"Basic bWU6cHc="}
    assert [r.headers.get("authorization") for r in other.requests] == [None]


def test_invalid_url_fails_only_its_own_file(tmp_path: Path, engine: EngineName) -> None:
    with raw_server(lambda _: response(b"x")) as server:
        urls = [f"{server.url}/good", *UNUSABLE]
        plan = [
            Transfer(url, tmp_path / str(number), 1, None, f"file {number}", str(number))
            for number, url in enumerate(urls)
        ]
        options = BatchOptions(engine=engine, on_error="collect")
        result = Batch(client().transport, FolderTree(tmp_path), options, plan, "list").run()
    assert result.written == ["0"]
    assert {type(failed.error) for failed in result.failed} == {TransportError}
    assert len(result.failed) == len(UNUSABLE)
