"""Every fault, as a client sees it."""

import json
import threading
from collections.abc import Callable

import httpx
import pytest

from wbtyped.errors import UsageError
from wbtyped.server import Fault, WandbServer

from .conftest import FILES, Ask, stored

CONTENT = bytes(range(256)) * 1000
VIEWER = "query Who { viewer { username } }"


@pytest.fixture
def node(wandb_server: WandbServer, ask: Ask) -> dict[str, str]:
    """Node of a file."""
    wandb_server.add_run("crew/ship/log", files={"a.bin": CONTENT})
    edges = ask(FILES).json()["data"]["project"]["run"]["files"]["edges"]
    found: dict[str, str] = edges[0]["node"]
    return found


def receive(http: httpx.Client, url: str) -> tuple[bytes, bool]:
    """Return the received part of a body, and whether it is complete."""
    body = b""
    try:
        with http.stream("GET", url) as response:
            for block in response.iter_raw():
                body += block
    except httpx.RemoteProtocolError:
        return body, False
    return body, True


def test_status_fault_sends_body_and_retry_after(wandb_server: WandbServer, ask: Ask) -> None:
    fault = Fault(
        kind="graphql",
        status=429,
        retry_after="7",
        body=b'{"error": "slow down"}',
        content_type="application/json",
    )
    with wandb_server.fault(fault):
        rejected = ask(VIEWER)
        assert (rejected.status_code, rejected.headers["Retry-After"]) == (429, "7")
        assert rejected.json() == {"error": "slow down"}
    assert ask(VIEWER).status_code == 200
    assert (fault.hits, fault.seen) == (1, 1)


def test_fault_with_skip_and_times_affects_those_requests(
    wandb_server: WandbServer, ask: Ask
) -> None:
    wandb_server.faults.add(Fault(kind="graphql", status=503, skip=1, times=2))
    assert [ask(VIEWER).status_code for _ in range(5)] == [200, 503, 503, 200, 200]


def test_fault_with_operation_or_path_affects_only_matches(
    wandb_server: WandbServer, ask: Ask, http: httpx.Client
) -> None:
    wandb_server.add_run("crew/ship/log", files={"a": b"1", "b": b"2"})
    auth = ("api", wandb_server.api_key)
    files = f"{wandb_server.url}/files/crew/ship/log"
    wandb_server.faults.add(Fault(kind="graphql", operation="Who", status=500))
    wandb_server.faults.add(Fault(kind="file", path="/log/b", status=500))
    assert [ask(VIEWER).status_code, ask(FILES).status_code] == [500, 200]
    assert [http.get(f"{files}/{n}", auth=auth).status_code for n in "ab"] == [302, 500]
    wandb_server.faults.clear()
    assert ask(VIEWER).status_code == 200


def test_latency_does_not_delay_close(wandb_server: WandbServer, node: dict[str, str]) -> None:
    wandb_server.faults.add(Fault(kind="storage-get", latency=600))
    with httpx.Client(timeout=0.2) as hasty, pytest.raises(httpx.ReadTimeout):
        hasty.get(node["directUrl"])
    wandb_server.close()


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="graphql", cut_before_headers=True, times=1),
        Fault(kind="file", cut_before_headers=True, times=1),
        Fault(kind="storage-get", cut_before_headers=True, times=1),
    ],
    ids=lambda fault: fault.kind,
)
def test_cut_before_headers_closes_connection(
    wandb_server: WandbServer,
    http: httpx.Client,
    ask: Ask,
    node: dict[str, str],
    fault: Fault,
) -> None:
    send: dict[str, Callable[[], httpx.Response]] = {
        "graphql": lambda: ask(VIEWER),
        "file": lambda: http.get(node["url"], auth=("api", wandb_server.api_key)),
        "storage-get": lambda: http.get(node["directUrl"]),
    }
    with wandb_server.fault(fault):
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            send[fault.kind]()
        assert send[fault.kind]().status_code in {200, 302}


@pytest.mark.parametrize("size", [0, 1, len(CONTENT) // 2, len(CONTENT) - 1])
def test_cut_after_closes_within_body(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str], size: int
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", cut_after=size)):
        assert receive(http, node["directUrl"]) == (CONTENT[:size], False)
    assert receive(http, node["directUrl"]) == (CONTENT, True)


def test_cut_after_beyond_body_changes_nothing(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", cut_after=len(CONTENT) + 1)):
        assert receive(http, node["directUrl"]) == (CONTENT, True)


@pytest.mark.parametrize("size", [0, 1, 100_000, len(CONTENT)])
def test_cut_after_of_upload_leaves_nothing(
    wandb_server: WandbServer, http: httpx.Client, ask: Ask, size: int
) -> None:
    wandb_server.add_run("crew/ship/log")
    run = ask(FILES, names=["new"], upload=True).json()["data"]["project"]["run"]
    url: str = run["files"]["edges"][0]["node"]["url"]
    with wandb_server.fault(Fault(kind="storage-put", cut_after=size)):
        with pytest.raises((httpx.RemoteProtocolError, httpx.WriteError, httpx.ReadError)):
            http.put(url, content=CONTENT)
    assert ask(FILES).json()["data"]["project"]["run"]["fileCount"] == 0
    assert stored(wandb_server) == set()
    assert http.put(url, content=CONTENT).status_code == 200


def test_corrupt_keeps_length(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", corrupt=True)):
        body, whole = receive(http, node["directUrl"])
    assert (len(body), whole, body == CONTENT) == (len(CONTENT), True, False)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(kind="storage-get", shorten=3), CONTENT[:-3]),
        (Fault(kind="storage-get", shorten=len(CONTENT) + 9), b""),
        (Fault(kind="storage-get", lengthen=3), CONTENT + b"\0\0\0"),
    ],
    ids=["shorter", "nothing", "longer"],
)
def test_shorten_and_lengthen_announce_length(
    wandb_server: WandbServer,
    http: httpx.Client,
    node: dict[str, str],
    fault: Fault,
    expected: bytes,
) -> None:
    with wandb_server.fault(fault):
        response = http.get(node["directUrl"])
    assert response.content == expected
    assert response.headers["Content-Length"] == str(len(expected))


def test_body_effects_can_be_combined(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    fault = Fault(kind="storage-get", corrupt=True, shorten=10, cut_after=20)
    with wandb_server.fault(fault), http.stream("GET", node["directUrl"]) as response:
        assert response.headers["Content-Length"] == str(len(CONTENT) - 10)
        with pytest.raises(httpx.RemoteProtocolError):
            response.read()


def test_expired_rejects_signed_url(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", expired=True, times=1)):
        rejected = http.get(node["directUrl"])
        assert (rejected.status_code, "ExpiredToken" in rejected.text) == (403, True)
        assert http.get(node["directUrl"]).status_code == 200


def test_redirect_fault_redirects(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    auth = ("api", wandb_server.api_key)
    with wandb_server.fault(Fault(kind="file", redirect=node["url"])):
        with pytest.raises(httpx.TooManyRedirects):
            http.get(node["url"], auth=auth, follow_redirects=True)
    with wandb_server.fault(Fault(kind="file", redirect="http://other.test/x", status=307)):
        redirect = http.get(node["url"], auth=auth)
    assert (redirect.status_code, redirect.headers["Location"]) == (307, "http://other.test/x")


def test_introspection_off_affects_only_operation(wandb_server: WandbServer, ask: Ask) -> None:
    query = "query Probe { __schema { queryType { name } } viewer { username } }"
    with wandb_server.fault(Fault(kind="graphql", operation="Probe", introspection_off=True)):
        hidden = ask(query)
    assert (hidden.status_code, hidden.json()) == (
        200,
        {"data": {"__schema": None, "viewer": {"username": "me"}}},
    )
    assert ask(query).json()["data"]["__schema"] == {"queryType": {"name": "Query"}}


def test_fault_applies_before_authentication(wandb_server: WandbServer, http: httpx.Client) -> None:
    with wandb_server.fault(Fault(kind="graphql", status=502)):
        response = http.post(f"{wandb_server.url}/graphql", content=json.dumps({"query": VIEWER}))
    assert response.status_code == 502


def test_faults_can_change_during_requests(wandb_server: WandbServer, ask: Ask) -> None:
    done = threading.Event()

    def change() -> None:
        while not done.is_set():
            with wandb_server.fault(Fault(kind="graphql", status=503)):
                pass

    changing = threading.Thread(target=change)
    changing.start()
    try:
        assert {ask(VIEWER).status_code for _ in range(50)} <= {200, 503}
    finally:
        done.set()
        changing.join()
    assert ask(VIEWER).status_code == 200


@pytest.mark.parametrize(
    "make",
    [
        lambda: Fault(kind="file", operation="RunFiles", status=500),
        lambda: Fault(kind="storage-get", introspection_off=True),
        lambda: Fault(kind="graphql", expired=True),
        lambda: Fault(kind="storage-get", cut_after=-1),
        lambda: Fault(kind="graphql", status=500, times=-1),
    ],
)
def test_invalid_fault_raises_usage_error(make: Callable[[], Fault]) -> None:
    with pytest.raises(UsageError):
        make()
