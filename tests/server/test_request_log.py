"""What the server records of requests, and how much memory that takes."""

import json
import subprocess
import sys
from textwrap import dedent

import httpx
import pytest

from wbtyped.server import RecordedRequest, WandbServer
from wbtyped.server.limits import RECORDED_BODY_BYTES
from wbtyped.server.request_log import RequestLog

from .conftest import FILES, Ask


def entry(number: int, size: int) -> RecordedRequest:
    return RecordedRequest("api", "POST", f"/{number}", {"a": "b" * size}, authorized=True)


def test_log_drops_oldest_beyond_limits() -> None:
    many, large = RequestLog(limit=3), RequestLog(size_limit=10_000)
    for number in range(9):
        many.add(entry(number, 1))
        large.add(entry(number, 3_000))
    assert [request.path for request in many] == ["/6", "/7", "/8"]
    assert [request.path for request in large] == ["/6", "/7", "/8"]
    large.add(entry(9, 20_000))
    assert len(large) == 0, "one that is larger than all of the log"
    large.add(entry(10, 3_000))
    assert [request.path for request in large] == ["/10"]
    large.clear()
    for number in range(3):
        large.add(entry(number, 3_000))
    assert len(large) == 3


def test_unauthorized_request_records_only_path(wandb_server: WandbServer) -> None:
    headers = {"X-Secret": "s" * 1000, "Authorization": "Bearer wrong"}
    url = f"{wandb_server.url}/graphql"
    httpx.post(url, json={"query": FILES, "variables": {"a": 1}}, headers=headers)
    httpx.get(f"{wandb_server.url}/files/a/b/c/{'d' * 5000}", headers=headers)
    httpx.get(f"{wandb_server.storage_url}/blobs/a/b?signature=wrong", headers=headers)
    kept = list(wandb_server.requests)
    assert [(r.origin, r.path[:10], r.authorized) for r in kept] == [
        ("api", "/graphql", True),
        ("api", "/files/a/b", True),
        ("storage", "/blobs/a/b", True),
    ]
    for request in kept:
        assert request.size < 3_000
        assert (request.headers, request.document, request.variables) == ({}, "", None)


def test_large_request_is_recorded_without_variables(wandb_server: WandbServer, ask: Ask) -> None:
    for size in (1000, RECORDED_BODY_BYTES):
        wandb_server.requests.clear()
        ask("query Mine { viewer { id } }", text="x" * size)
        [request] = wandb_server.requests
        assert (request.operation_name, request.document[:10]) == ("Mine", "query Mine")
        assert request.variables == ({"text": "x" * size} if size == 1000 else None)
        assert request.size < 10_000
        assert wandb_server.requests.operations() == ["Mine"]


MEMORY = """
    import json, resource, httpx
    from wbtyped.server import WandbServer
    body = b'{"query": "#' + bytes(31_000_000) + b'"}'
    with WandbServer() as server:
        def post(key):
            headers = {"Content-Type": "application/json"}
            url, auth = server.url + "/graphql", ("api", key)
            return httpx.post(url, content=body, auth=auth, headers=headers).status_code
        answered = {post("x" * 40)}
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        answered |= {post("x" * 40) for _ in range(10)} | {post(server.api_key) for _ in range(3)}
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(json.dumps([sorted(answered), grown // 1024, len(server.requests)]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory in other units")
def test_large_unauthorized_requests_use_no_memory() -> None:
    command = [sys.executable, "-c", dedent(MEMORY)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    statuses, mebibytes, kept = json.loads(printed)
    assert (statuses, kept) == ([401, 413], 11)
    assert mebibytes < 32
