"""URLs that the server gives out."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from wbtyped.server import WandbServer

from .conftest import FILES


def get_urls(server: WandbServer, http: httpx.Client, host: str) -> tuple[str, str, str]:
    """Return the URLs of a file as given to a client that uses this host."""
    body = {"query": FILES}
    auth = ("api", server.api_key)
    response = http.post(f"{server.url}/graphql", json=body, auth=auth, headers={"Host": host})
    node = response.json()["data"]["project"]["run"]["files"]["edges"][0]["node"]
    redirect = http.get(f"{server.url}/files/crew/ship/log/a", auth=auth, headers={"Host": host})
    return node["url"], node["directUrl"], redirect.headers["Location"]


@pytest.fixture(scope="module")
def named_server() -> Iterator[WandbServer]:
    with WandbServer(allow_hosts=["wandb.test"]) as server:
        server.add_run("crew/ship/log", files={"a": b"x"})
        yield server


@pytest.mark.parametrize("host", ["wandb.test:1234", "wandb.test", "[::1]:1234", "[::1]"])
def test_urls_use_host_of_request(named_server: WandbServer, http: httpx.Client, host: str) -> None:
    storage = urlsplit(named_server.storage_url)
    url, direct, location = get_urls(named_server, http, host)
    assert url == f"http://{host}/files/crew/ship/log/a"
    for storage_url in (direct, location):
        parts = urlsplit(storage_url)
        assert (parts.hostname, parts.port) == (urlsplit(f"//{host}").hostname, storage.port)
        here = parts._replace(netloc=storage.netloc).geturl()
        assert http.get(here).content == b"x", "the signature holds for every name of the server"


@pytest.mark.parametrize("host", ["evil.test/x", "user@evil.test", "a b", "[zz]"])
def test_urls_with_invalid_host_use_own_origin(http: httpx.Client, host: str) -> None:
    with WandbServer(allow_hosts=["*"]) as server:
        server.add_run("crew/ship/log", files={"a": b"x"})
        url, direct, _ = get_urls(server, http, host)
        assert url.startswith(server.url)
        assert direct.startswith(server.storage_url)


def test_urls_of_proxied_storage_are_those_of_the_proxy(http: httpx.Client) -> None:
    with WandbServer(storage_url="https://storage.test") as server:
        server.add_run("crew/ship/log", files={"a": b"x"})
        _, direct, location = get_urls(server, http, "localhost:1234")
        assert direct.startswith("https://storage.test/blobs/")
        assert location.startswith("https://storage.test/blobs/")
