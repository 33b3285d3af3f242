"""Proxies from the environment: the same for the API and for both engines."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import files_in
from tests.proxying import RealProxy
from wbtyped import Api
from wbtyped.config.proxies import Exemption, Proxies, Setting, parse_proxy
from wbtyped.download.options import EngineName
from wbtyped.errors import TransportError, UsageError
from wbtyped.server import Fault, Reference, WandbServer

FILES = {f"{n}.txt": b"%d" % n * 1000 for n in range(3)}
FORMS = [
    ("http_proxy", "http://{}"),
    ("HTTP_PROXY", "http://{}"),
    ("all_proxy", "http://{}"),
    ("ALL_PROXY", "http://{}/"),
    ("WANDB_HTTP_PROXY", "http://{}"),
    ("WANDB__PROXIES", json.dumps({"http": "http://{}"})),
    ("http_proxy", "{}"),
    ("http_proxy", " HTTP://{} "),
    ("all_proxy", "socks5://{}"),
    ("ALL_PROXY", "socks5h://{}"),
    ("ALL_PROXY", "socks://{}/"),
]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http", "https", "all", "no", "ftp"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)


@pytest.fixture
def proxy() -> Iterator[RealProxy]:
    with RealProxy() as proxy:
        yield proxy


@pytest.fixture
def run_path(wandb_server: WandbServer) -> str:
    wandb_server.add_run("crew/ship/log", FILES)
    return "crew/ship/log"


def hosts(proxy: RealProxy) -> set[str]:
    return {line.partition(" ")[2] for line in proxy.asked}


def both_origins(server: WandbServer) -> set[str]:
    return {url.removeprefix("http://") for url in (server.url, server.storage_url)}


@pytest.mark.parametrize(("variable", "form"), FORMS, ids=lambda form: form.replace("{}", "it"))
def test_proxy_each_variable_is_used(
    wandb_server: WandbServer, engine: EngineName, proxy: RealProxy, run_path: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, form: str,
) -> None:  # fmt: skip
    monkeypatch.setenv(variable, form.replace("{}", f"127.0.0.1:{proxy.port}"))
    with Api() as api:
        api.run(run_path).files().download(tmp_path)
    assert files_in(tmp_path) == FILES
    assert hosts(proxy) == both_origins(wandb_server)


async def test_proxy_is_used_by_async_client(
    wandb_server: WandbServer, proxy: RealProxy, run_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", f"socks://127.0.0.1:{proxy.port}")
    async with Api() as api:
        assert (await api.arun(run_path)).id == "log"
    assert hosts(proxy) == {wandb_server.url.removeprefix("http://")}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NO_PROXY", "127.0.0.1"),
        ("no_proxy", "other.test, 127.0.0.0/8"),
        ("no_proxy", "[::1]"),
        ("NO_PROXY", "::1/128,fe80::/10 localhost"),
        ("no_proxy", "*"),
    ],
)
def test_no_proxy_exempt_host_is_reached_directly(
    engine: EngineName, proxy: RealProxy, run_path: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str,
) -> None:  # fmt: skip
    is_exempt = "127" in value or value == "*"
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv(variable, value)
    if is_exempt:
        monkeypatch.setenv("http_proxy", "gopher://nobody")
    with Api() as api:
        api.run(run_path).files().download(tmp_path)
    assert files_in(tmp_path) == FILES
    assert bool(proxy.asked) != is_exempt


@pytest.mark.parametrize(
    ("variable", "value", "shown"),
    [
        ("ALL_PROXY", "socks4://proxy.test:1080", "'socks4://proxy.test:1080'"),
        ("HTTP_PROXY", "gopher://proxy.test", "'gopher://proxy.test'"),
        ("http_proxy", "http://", "'http://'"),
        ("http_proxy", "http://me:secret@proxy.test:port", "'http://***@proxy.test:port'"),
        ("WANDB__PROXIES", "{broken", "'{broken'"),
    ],
)
def test_proxy_unusable_is_named(
    engine: EngineName, wandb_server: WandbServer, run_path: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, shown: str,
) -> None:  # fmt: skip
    files = Api().run(run_path).files()
    assert len(files) == len(FILES)
    monkeypatch.setenv(variable, value)
    for request in (lambda: Api().viewer, lambda: files.download(tmp_path)):
        with pytest.raises(UsageError) as refused:
            request()
        assert f"{variable} names the proxy {shown}" in str(refused.value)
        assert "secret" not in str(refused.value)


def test_proxy_socks_without_extra_fails(
    run_path: str, proxy: RealProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{proxy.port}")
    with pytest.raises(UsageError, match=r"ALL_PROXY needs the extra: pip install 'wbtyped\[socks"):
        Api().run(run_path)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert Api().run(run_path).id == "log"


def test_proxy_unreachable_is_named(
    engine: EngineName, run_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RealProxy() as gone:
        pass
    files = Api().run(run_path).files()
    assert len(files) == len(FILES)
    monkeypatch.setenv("HTTP_PROXY", f"http://me:secret@127.0.0.1:{gone.port}")
    expected = f"through the proxy http://127.0.0.1:{gone.port} of HTTP_PROXY"
    for request in (lambda: Api().viewer, lambda: files.download(tmp_path)):
        with pytest.raises(TransportError) as failed:
            request()
        assert expected in str(failed.value)
        assert "secret" not in str(failed.value)


def test_proxy_password_is_sent(
    engine: EngineName, run_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = Api().run(run_path).files()
    assert len(files) == len(FILES)
    with RealProxy(password="p@ss/#word") as proxy:
        for login in ("me:p@ss/#word", "me:p%40ss%2F%23word"):
            monkeypatch.setenv("http_proxy", f"http://{login}@127.0.0.1:{proxy.port}")
            assert Api().viewer.username
            assert files.download(tmp_path / login[4:6]).ok
        proxy.asked.clear()
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        for request in (lambda: Api().viewer, lambda: files.download(tmp_path / "none")):
            with pytest.raises(TransportError, match=r"407 Proxy Auth.*of http_proxy") as failed:
                request()
            assert "several tries" not in str(failed.value)
        assert proxy.asked == []


@pytest.mark.parametrize("exempt", ["localhost", "127.0.0.0/8"])
def test_proxy_is_chosen_for_each_redirect(
    engine: EngineName, proxy: RealProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    exempt: str,
) -> None:  # fmt: skip
    with WandbServer() as first, WandbServer(host="localhost") as second:
        second.add_run("crew/ship/log", {"there.txt": b"there"})
        target = Api({"base_url": second.url}, api_key=second.api_key).run("crew/ship/log")
        reference = Reference(f"{first.storage_url}/blobs/start", size=5)
        first.add_artifact("crew/ship/data", "dataset", {}, {"it.txt": reference})
        artifact = Api({"base_url": first.url}, api_key=first.api_key).artifact("crew/ship/data:v0")
        assert len(artifact.manifest) == 1
        lead = Fault(kind="storage-get", redirect=target.file("there.txt").direct_url)
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", exempt)
        with first.fault(lead):
            artifact.download(tmp_path)
        proxied = first if exempt == "localhost" else second
        assert hosts(proxy) == {proxied.storage_url.removeprefix("http://")}
    assert (tmp_path / "it.txt").read_bytes() == b"there"


# The rules alone.

NETWORKS = [
    ("10.0.0.0/8", "10.1.2.3", True),
    ("10.0.0.0/8", "11.1.2.3", False),
    ("10.1.2.3/8", "10.9.9.9", True),
    ("fd00::/8", "fd12::1", True),
    ("[fd00::]/8", "fd12::1", True),
    ("::1", "0:0:0:0:0:0:0:1", True),
    ("[::1]", "::1", True),
    ("[::1]", "[::1]", True),
    ("[::1]:8080", "::1", False),
    ("[::1]:80", "::1", True),
    ("127.0.0.1:80", "127.0.0.1", True),
    ("127.0.0.1:81", "127.0.0.1", False),
    ("10.0.0.0/8", "ten.test", False),
]
NAMES = [
    ("a.test", "a.test", True),
    ("a.test", "x.a.test", True),
    ("a.test", "xa.test", False),
    (".a.test", "x.a.test", True),
    ("*.a.test", "x.a.test", True),
    ("A.Test.", "a.test", True),
    ("a.test", "A.TEST.", True),
    ("https://a.test", "a.test", True),
    ("a.test:80", "a.test", True),
    ("a.test:81", "a.test", False),
    ("bücher.test", "xn--bcher-kva.test", True),
    ("a", "b", False),
    ("", "a", False),
]


@pytest.mark.parametrize(("entry", "host", "exempt"), NETWORKS + NAMES)
def test_no_proxy_entry_matches_host(entry: str, host: str, exempt: bool) -> None:
    for variable in ("no_proxy", "NO_PROXY"):
        environ = {"ALL_PROXY": "http://proxy.test", variable: f"other.test, {entry}"}
        proxies = Proxies.of_environment(environ)
        assert proxies.is_exempt(host, 80) is exempt
        assert (proxies.find("http", host, 80) is None) is exempt


def test_no_proxy_invalid_network_is_named() -> None:
    environ = {"ALL_PROXY": "http://proxy.test", "No_Proxy": "10.0.0.0/99"}
    with pytest.raises(UsageError, match=r"No_Proxy names '10.0.0.0/99'"):
        Proxies.of_environment(environ).find("http", "10.0.0.1", 80)
    del environ["ALL_PROXY"]
    assert Proxies.of_environment(environ).find("http", "10.0.0.1", 80) is None


@pytest.mark.parametrize(
    ("environ", "scheme", "variable"),
    [
        ({"http_proxy": "a", "HTTP_PROXY": "b"}, "http", "http_proxy"),
        ({"http_proxy": "", "HTTP_PROXY": "b"}, "http", None),
        ({"http_proxy": "", "ALL_PROXY": "b"}, "http", "ALL_PROXY"),
        ({"HTTP_PROXY": "b", "all_proxy": "c"}, "http", "HTTP_PROXY"),
        ({"HTTP_PROXY": "b", "all_proxy": "c"}, "https", "all_proxy"),
        ({"HTTP_PROXY": "b", "REQUEST_METHOD": "GET"}, "http", None),
        ({"HTTPS_PROXY": "b", "REQUEST_METHOD": "GET"}, "https", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "b", "WANDB_HTTPS_PROXY": "c"}, "https", "WANDB_HTTPS_PROXY"),
        ({"ftp_proxy": "b"}, "http", None),
        ({}, "https", None),
    ],
)
def test_proxies_find_follows_precedence(
    environ: dict[str, str], scheme: str, variable: str | None
) -> None:
    proxy = Proxies.of_environment(environ).find(scheme, "a.test", 80)
    assert (proxy.variable if proxy else None) == variable


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("proxy.test", "http://proxy.test:80"),
        ("https://proxy.test", "https://proxy.test:443"),
        ("socks://proxy.test", "socks5h://proxy.test:1080"),
        ("http://[::1]:3128/", "http://[::1]:3128"),
        ("http://me@proxy.test:1", "http://me:@proxy.test:1"),
        ("me:a@b@proxy.test:1", "http://me:a%40b@proxy.test:1"),
    ],
)
def test_parse_proxy_normalises_url(value: str, url: str) -> None:
    proxy = parse_proxy(Setting("http_proxy", value))
    assert proxy.url == url
    assert "me:" not in f"{proxy} {proxy!r}"


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_proxies_any_string_raises_only_usage_error(value: str, exempt: str, host: str) -> None:
    environ = {"ALL_PROXY": value, "NO_PROXY": exempt, "WANDB__PROXIES": value}
    try:
        Proxies.of_environment(environ).find("http", host, 80)
    except UsageError as error:
        assert any(name in str(error) for name in environ)


@given(st.ip_addresses(), st.integers(1, 65535))
def test_exemption_ip_address_covers_itself(address: object, port: int) -> None:
    assert Exemption.parse(str(address)).covers(str(address), port)
