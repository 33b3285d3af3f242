"""Which hosts references and redirects may lead to."""

import ipaddress
import socket
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtyped import Api
from wbtyped.config.hosts import HostPolicy, Space, checked_hosts, space_of
from wbtyped.config.settings import find_settings
from wbtyped.download.options import EngineName
from wbtyped.errors import HostNotAllowedError, UsageError
from wbtyped.server import Reference, WandbServer
from wbtyped.urls import web_url

KEY = "k" * 40
PUBLIC, PRIVATE, LINK, LOOP = Space.PUBLIC, Space.PRIVATE, Space.LINK_LOCAL, Space.LOOPBACK
SPACES = {
    "8.8.8.8": PUBLIC, "2606:4700::1111": PUBLIC, "64:ff9b::808:808": PUBLIC,
    "10.0.0.1": PRIVATE, "172.16.3.4": PRIVATE, "192.168.1.1": PRIVATE, "100.64.0.1": PRIVATE,
    "100.100.100.200": PRIVATE, "fd00:ec2::254": PRIVATE, "::ffff:10.0.0.1": PRIVATE,
    "224.0.0.1": PRIVATE, "64:ff9b::a00:1": PRIVATE, "192.0.2.1": PRIVATE,
    "169.254.169.254": LINK, "fe80::1": LINK, "::ffff:169.254.169.254": LINK,
    "127.0.0.1": LOOP, "127.8.9.1": LOOP, "::1": LOOP, "0.0.0.0": LOOP, "::": LOOP,
    "::ffff:127.0.0.1": LOOP, "2002:7f00:1::": LOOP, "64:ff9b::7f00:1": LOOP,
}  # fmt: skip


@pytest.mark.parametrize("text", SPACES)
def test_space_of_addresses(text: str) -> None:
    assert space_of(ipaddress.ip_address(text)) is SPACES[text]


@given(address=st.ip_addresses())
def test_every_address_has_a_space(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert isinstance(space_of(address), Space)
    if isinstance(address, ipaddress.IPv6Address) and address.sixtofour is not None:
        # Newer Pythons call all of 2002::/16 private; what counts is the address inside.
        assert space_of(address) is space_of(address.sixtofour)
    elif address.is_loopback or address.is_private or address.is_link_local:
        assert space_of(address) is not PUBLIC


def policy(base: str, *allowed: str) -> HostPolicy:
    return HostPolicy(web_url(base, "base"), checked_hosts(allowed))


def refused(hosts: HostPolicy, url: str) -> bool:
    try:
        hosts.check_reference("x", web_url(url, "x"))
    except HostNotAllowedError as error:
        assert error.host in str(error)
        assert "WBTYPED_ALLOW_HOSTS=" in str(error)
        return True
    return False


LOCAL = [
    "http://127.0.0.1/", "http://127.1:8080/", "http://2130706433/", "http://0x7f.1/",
    "http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://0/", "http://[::1]/",
    "http://[::ffff:7f00:1]/", "http://169.254.169.254/latest/meta-data/", "http://10.1.2.3/",
    "https://192.168.0.1/", "http://[fe80::1]/", "http://user:x@127.0.0.1/",
]  # fmt: skip


@pytest.mark.parametrize("url", LOCAL)
def test_public_host_may_not_lead_to_a_local_one(url: str) -> None:
    public = policy("https://8.8.8.8")
    assert refused(public, url)
    assert not refused(policy("https://8.8.8.8", "*"), url)
    assert not refused(policy("http://127.0.0.1:8080"), url)
    with pytest.raises(HostNotAllowedError, match="redirects from a public host"):
        public.check_redirect("x", web_url("http://9.9.9.9/", "x"), web_url(url, "x"))
    with pytest.raises(HostNotAllowedError):
        policy("http://127.0.0.1").check_redirect(
            "x", web_url("http://9.9.9.9/", "x"), web_url(url, "x")
        )


def test_hosts_may_lead_to_their_own_or_a_wider_space() -> None:
    assert not refused(policy("https://8.8.8.8"), "https://9.9.9.9/")
    assert not refused(policy("https://10.0.0.1"), "http://192.168.3.4/")
    assert not refused(policy("https://10.0.0.1"), "http://localhost/")
    assert refused(policy("https://10.0.0.1"), "http://169.254.169.254/")
    # The server may keep its own files where it likes.
    public = policy("https://8.8.8.8")
    public.check_redirect("x", web_url("https://8.8.8.8/a", "x"), web_url("http://10.0.0.1/", "x"))


def test_host_name_has_the_spaces_of_all_its_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {
        "both.test": ["9.9.9.9", "10.0.0.1"],
        "inner.test": ["10.0.0.1"],
        "out.test": ["9.9.9.9"],
    }
    asked: list[str] = []

    def look_up(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        if host not in known:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 0)) for text in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    public = policy("https://out.test")
    assert refused(public, "http://both.test/")
    assert refused(public, "http://inner.test/")
    assert refused(public, "http://inner.test/")
    assert not refused(public, "http://unknown.test/")
    assert asked.count("inner.test") == 1, "each name is looked up once"
    assert not refused(policy("https://inner.test"), "http://both.test/")
    assert not refused(policy("https://out.test", "inner.test"), "http://inner.test/")
    assert not refused(policy("https://out.test", "*.test"), "http://both.test/")
    assert not refused(policy("https://out.test", "10.0.0.0/8"), "http://inner.test/")
    assert refused(policy("https://out.test", "10.0.0.0/8"), "http://both.test/")


def test_host_names_are_not_resolved_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> list[object]:
        raise AssertionError("the proxy does that")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setenv("all_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert not refused(policy("https://out.test"), "http://inner.test/")
    assert refused(policy("https://out.test"), "http://127.0.0.1/")


@pytest.mark.parametrize("host", ["", "http://a", "a/b", "a:80", "a b", "10.0.0.0/99", "u@h"])
def test_allow_hosts_with_an_invalid_host(host: str) -> None:
    with pytest.raises(UsageError, match="allow_hosts"):
        Api(api_key=KEY, allow_hosts=[host])
    with pytest.raises(UsageError, match="list of strings"):
        Api(api_key=KEY, allow_hosts="minio.example.com")


def test_allow_hosts_from_the_environment() -> None:
    environ = {"WBTYPED_ALLOW_HOSTS": "MinIO.example.com, 10.0.0.0/8"}
    found = find_settings(api_key=KEY, environ=environ)
    assert found.allow_hosts == ("minio.example.com", "10.0.0.0/8")
    assert find_settings(api_key=KEY, allow_hosts=[], environ=environ).allow_hosts == ()
    with pytest.raises(UsageError, match="WBTYPED_ALLOW_HOSTS"):
        find_settings(api_key=KEY, environ={"WBTYPED_ALLOW_HOSTS": "http://a"})


class Handler(BaseHTTPRequestHandler):
    """A proxy that is every public host: `/to/<url>` redirects, all else is the host's name."""

    def do_GET(self) -> None:
        """Answer in the place of any host."""
        assert isinstance(self.server, Everywhere)
        self.server.asked.append(self.path)
        target = urlsplit(self.path)
        if target.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", target.path.removeprefix("/to/"))
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = (target.hostname or "").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Everywhere(ThreadingHTTPServer):
    """The proxy, and what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []


@contextmanager
def everywhere() -> Generator[Everywhere]:
    with Everywhere() as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_download_follows_redirects_to_allowed_hosts_only(
    wandb_server: WandbServer, engine: EngineName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine
    public, inner = "http://files.example.com", "http://10.11.12.13/secret"
    references = {
        "fine": Reference(f"{public}/a"),
        "moved": Reference(f"{public}/to/http://other.example.com/b"),
        "local": Reference(f"{public}/to/{inner}"),
        "twice": Reference(f"{public}/to/{public}/to/http://localhost/secret"),
    }
    wandb_server.add_artifact("crew/ship/far", "dataset", {"own": b"own"}, references)
    with everywhere() as proxy, Api(allow_hosts=()) as api, Api(allow_hosts=["10.*"]) as open_api:
        first, second = api.artifact("crew/ship/far"), open_api.artifact("crew/ship/far")
        assert len(first.manifest) == len(second.manifest) == 5
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        result = first.files().download(tmp_path / "strict", on_error="collect")
        assert sorted(result.written) == ["fine", "moved", "own"]
        assert {f.name: type(f.error) for f in result.failed} == {
            "local": HostNotAllowedError, "twice": HostNotAllowedError,
        }  # fmt: skip
        assert all("reference" in str(failed.error) for failed in result.failed)
        assert not [url for url in proxy.asked if "secret" in urlsplit(url).path.split("/")[1:2]]
        result = second.files().download(tmp_path / "open", on_error="collect")
        assert [failed.name for failed in result.failed] == ["twice"]
        assert (tmp_path / "open" / "local").read_bytes() == b"10.11.12.13"


def test_references_of_a_local_server_to_loopback_work(
    wandb_server: WandbServer, engine: EngineName, tmp_path: Path
) -> None:
    assert engine
    with everywhere() as there, Api() as api:
        url = f"http://127.0.0.1:{there.server_port}"
        references = {"a": Reference(f"{url}/a"), "b": Reference(f"{url}/to/{url}/b")}
        wandb_server.add_artifact("crew/ship/far", "dataset", {}, references)
        artifact = api.artifact("crew/ship/far")
        assert artifact.files().download(tmp_path).ok
        assert (tmp_path / "b").exists()
        assert artifact.open_file("a").save(tmp_path / "one").exists()
