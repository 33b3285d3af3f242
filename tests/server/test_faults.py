"""Every way in which the server can be told to misbehave, as a client sees it."""

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
    """A file as queries see it."""
    wandb_server.add_run("crew/ship/log", files={"a.bin": CONTENT})
    edges = ask(FILES).json()["data"]["project"]["run"]["files"]["edges"]
    found: dict[str, str] = edges[0]["node"]
    return found


def came(http: httpx.Client, url: str) -> tuple[bytes, bool]:
    """Return what came of a body, and whether it ended as it was announced to."""
    body = b""
    try:
        with http.stream("GET", url) as answer:
            for block in answer.iter_raw():
                body += block
    except httpx.RemoteProtocolError:
        return body, False
    return body, True


def test_status_with_words_and_a_time_to_wait(wandb_server: WandbServer, ask: Ask) -> None:
    fault = Fault(
        kind="graphql",
        status=429,
        retry_after="7",
        body=b'{"error": "slow down"}',
        content_type="application/json",
    )
    with wandb_server.fault(fault):
        refused = ask(VIEWER)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
        assert refused.json() == {"error": "slow down"}
    assert ask(VIEWER).status_code == 200
    assert (fault.hits, fault.seen) == (1, 1)


def test_how_often(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.faults.add(Fault(kind="graphql", status=503, skip=1, times=2))
    assert [ask(VIEWER).status_code for _ in range(5)] == [200, 503, 503, 200, 200]


def test_which_requests(wandb_server: WandbServer, ask: Ask, http: httpx.Client) -> None:
    wandb_server.add_run("crew/ship/log", files={"a": b"1", "b": b"2"})
    auth = ("api", wandb_server.api_key)
    files = f"{wandb_server.url}/files/crew/ship/log"
    wandb_server.faults.add(Fault(kind="graphql", operation="Who", status=500))
    wandb_server.faults.add(Fault(kind="file", path="/log/b", status=500))
    assert [ask(VIEWER).status_code, ask(FILES).status_code] == [500, 200]
    assert [http.get(f"{files}/{n}", auth=auth).status_code for n in "ab"] == [302, 500]
    wandb_server.faults.clear()
    assert ask(VIEWER).status_code == 200


def test_latency_outlasts_a_client_and_not_the_server(
    wandb_server: WandbServer, node: dict[str, str]
) -> None:
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
def test_cut_before_headers(
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
def test_cut_within_the_body(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str], size: int
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", cut_after=size)):
        assert came(http, node["directUrl"]) == (CONTENT[:size], False)
    assert came(http, node["directUrl"]) == (CONTENT, True)


def test_cut_of_a_body_that_is_shorter_changes_nothing(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", cut_after=len(CONTENT) + 1)):
        assert came(http, node["directUrl"]) == (CONTENT, True)


@pytest.mark.parametrize("size", [0, 1, 100_000, len(CONTENT)])
def test_cut_of_an_upload(
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


def test_wrong_bytes_keep_the_length(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", corrupt=True)):
        body, whole = came(http, node["directUrl"])
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
def test_wrong_length_is_announced(
    wandb_server: WandbServer,
    http: httpx.Client,
    node: dict[str, str],
    fault: Fault,
    expected: bytes,
) -> None:
    with wandb_server.fault(fault):
        answer = http.get(node["directUrl"])
    assert answer.content == expected
    assert answer.headers["Content-Length"] == str(len(expected))


def test_effects_on_a_body_go_together(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    fault = Fault(kind="storage-get", corrupt=True, shorten=10, cut_after=20)
    with wandb_server.fault(fault), http.stream("GET", node["directUrl"]) as answer:
        assert answer.headers["Content-Length"] == str(len(CONTENT) - 10)
        with pytest.raises(httpx.RemoteProtocolError):
            answer.read()


def test_expired_addresses(
    wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]
) -> None:
    with wandb_server.fault(Fault(kind="storage-get", expired=True, times=1)):
        refused = http.get(node["directUrl"])
        assert (refused.status_code, "ExpiredToken" in refused.text) == (403, True)
        assert http.get(node["directUrl"]).status_code == 200


def test_redirects(wandb_server: WandbServer, http: httpx.Client, node: dict[str, str]) -> None:
    auth = ("api", wandb_server.api_key)
    with wandb_server.fault(Fault(kind="file", redirect=node["url"])):
        with pytest.raises(httpx.TooManyRedirects):
            http.get(node["url"], auth=auth, follow_redirects=True)
    with wandb_server.fault(Fault(kind="file", redirect="http://other.test/x", status=307)):
        moved = http.get(node["url"], auth=auth)
    assert (moved.status_code, moved.headers["Location"]) == (307, "http://other.test/x")


def test_introspection_off_for_some(wandb_server: WandbServer, ask: Ask) -> None:
    query = "query Probe { __schema { queryType { name } } viewer { username } }"
    with wandb_server.fault(Fault(kind="graphql", operation="Probe", introspection_off=True)):
        hidden = ask(query)
    assert (hidden.status_code, hidden.json()) == (
        200,
        {"data": {"__schema": None, "viewer": {"username": "me"}}},
    )
    assert ask(query).json()["data"]["__schema"] == {"queryType": {"name": "Query"}}


def test_a_fault_strikes_before_the_key_is_looked_at(
    wandb_server: WandbServer, http: httpx.Client
) -> None:
    with wandb_server.fault(Fault(kind="graphql", status=502)):
        answer = http.post(f"{wandb_server.url}/graphql", content=json.dumps({"query": VIEWER}))
    assert answer.status_code == 502


def test_faults_may_change_while_requests_run(wandb_server: WandbServer, ask: Ask) -> None:
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
def test_faults_that_cannot_be(make: Callable[[], Fault]) -> None:
    with pytest.raises(UsageError):
        make()
