"""Sending operations: retries, errors, and who gets the API key."""

import asyncio
import json
import logging
import pickle
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from wbtyped_graphql import calls
from wbtyped_graphql.get_run import GetRun
from wbtyped_graphql.operation import Envelope, Operation

from wbtyped import Api, Client
from wbtyped.config.settings import find_settings
from wbtyped.errors import (
    AuthenticationError,
    GraphQLError,
    NotFoundError,
    RateLimitError,
    SchemaMismatchError,
    TransportError,
)
from wbtyped.server import Fault, WandbServer

QUERY = calls.get_run(entity="crew", project="ship", name="log")


def graphql_response(data: object = None, errors: object = None, status: int = 200) -> Fault:
    """Make the server respond to GetRun with this body."""
    body = {key: value for key, value in (("data", data), ("errors", errors)) if value is not None}
    return Fault(
        kind="graphql",
        operation="GetRun",
        status=status,
        body=json.dumps(body).encode(),
        content_type="application/json",
    )


@pytest.fixture
def client(wandb_server: WandbServer, api: Api) -> Client:
    wandb_server.add_run("crew/ship/log")
    return api.client


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="graphql", status=503, times=2),
        Fault(kind="graphql", status=429, times=2, retry_after="0"),
        Fault(kind="graphql", status=500, times=2, body=b"<html>oops</html>"),
        Fault(kind="graphql", cut_before_headers=True, times=2),
        Fault(kind="graphql", cut_after=0, times=2),
        Fault(kind="graphql", cut_after=20, times=2),
    ],
    ids=lambda f: f"status {f.status}" if f.status else f"cut {f.cut_after}",
)
async def test_send_retries_a_transient_failure(
    wandb_server: WandbServer, client: Client, fault: Fault
) -> None:
    with wandb_server.fault(fault):
        result = client.send(QUERY)
    assert result.project is not None
    assert result.project.run is not None
    assert fault.hits == 2
    fault.hits = fault.seen = 0
    with wandb_server.fault(fault):
        assert await client.asend(QUERY) == result
    assert fault.hits == 2
    await client.aclose()


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        (Fault(kind="graphql", status=503), 1),
        (Fault(kind="graphql", cut_before_headers=True), 1),
        (Fault(kind="graphql", status=429), 4),
    ],
    ids=["may be processed", "no response", "not processed"],
)
def test_send_repeats_a_mutation_only_if_unprocessed(
    wandb_server: WandbServer, client: Client, fault: Fault, sent: int
) -> None:
    once = Operation[GetRun](
        QUERY.document, QUERY.name, QUERY.variables, Envelope[GetRun], repeatable=False
    )
    wandb_server.requests.clear()
    with wandb_server.fault(fault), pytest.raises(TransportError):
        client.send(once)
    assert len(wandb_server.requests) == sent


def test_send_after_retries_names_object_server_and_status(
    wandb_server: WandbServer, client: Client
) -> None:
    with wandb_server.fault(Fault(kind="graphql", status=502)):
        with pytest.raises(
            TransportError, match="^run crew/ship/log: HTTP 502 Bad Gateway from http"
        ) as failed:
            client.send(QUERY)
    assert failed.value.status == 502
    with wandb_server.fault(Fault(kind="graphql", status=429, retry_after="1")):
        with pytest.raises(RateLimitError) as limited:
            client.send(QUERY)
    assert limited.value.retry_after == 1


def test_send_without_a_server_names_url_reason_attempts_and_what_to_check(
    wandb_server: WandbServer, client: Client
) -> None:
    wandb_server.close()
    with pytest.raises(
        TransportError,
        match=r"^cannot connect to http://127\.0\.0\.1:\d+: .* \(4 attempts in \d+\.\d s\);"
        " check the network, that WANDB_BASE_URL is right, and that the server is running$",
    ) as failed:
        client.send(QUERY)
    assert failed.value.status is None
    assert failed.value.__cause__ is not None


@pytest.mark.parametrize("configured", [True, False])
def test_retry_is_logged_where_the_script_has_configured_logging(
    wandb_server: WandbServer, configured: bool
) -> None:
    wandb_server.add_run("crew/ship/log")
    script = "from wbtyped import Api; Api().run('crew/ship/log')"
    if configured:
        script = f"import logging; logging.basicConfig(); {script}"
    with wandb_server.fault(Fault(kind="graphql", status=503, retry_after="1", times=1)):
        done = subprocess.run(
            [sys.executable, "-c", script], stderr=subprocess.PIPE, text=True, check=True
        )
    expected = (
        f"WARNING:wbtyped.retries:{wandb_server.url}: run crew/ship/log: HTTP 503 Service"
        " Unavailable; retrying in 1 s, and for up to 60 s more\n"
    )
    assert done.stderr == (expected if configured else "")


def test_send_to_a_slow_server_times_out(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log")
    with (
        Api(timeout=0.05) as api,
        wandb_server.fault(Fault(kind="graphql", latency=0.3)),
        pytest.raises(TransportError, match="no response in time"),
    ):
        api.client.send(QUERY)


@pytest.mark.parametrize("status", [200, 400, 409, 422, 500])
def test_graphql_error_contains_the_messages_of_the_server(
    wandb_server: WandbServer, client: Client, status: int
) -> None:
    errors = [{"message": "first", "path": ["project", 0]}, {"message": "second"}]
    with wandb_server.fault(graphql_response({"project": None}, errors, status)):
        with pytest.raises(
            GraphQLError, match="^run crew/ship/log: http.*project.0: first; second"
        ) as refused:
            client.send(QUERY)
    assert refused.value.operation == "GetRun"
    assert refused.value.messages == ("first", "second")
    assert refused.value.path == ("project", 0)
    assert refused.value.status == status


def test_graphql_error_takes_precedence_over_a_null(
    wandb_server: WandbServer, client: Client
) -> None:
    broken = {"project": {"run": {"id": None, "config": None, "summaryMetrics": None}}}
    with wandb_server.fault(graphql_response(broken, [{"message": "no permission"}])):
        with pytest.raises(GraphQLError, match="no permission"):
            client.send(QUERY)


def test_null_for_a_required_field_is_a_schema_mismatch(
    wandb_server: WandbServer, client: Client
) -> None:
    with wandb_server.fault(
        graphql_response({"project": {"run": {"id": None, "config": None, "summaryMetrics": None}}})
    ):
        with pytest.raises(
            SchemaMismatchError, match=r"^run crew.*project\.run\.id: got null"
        ) as bad:
            client.send(QUERY)
    assert bad.value.operation == "GetRun"
    assert bad.value.path[-1] == "id"


@pytest.mark.parametrize("body", [{}, {"data": None}])
def test_response_without_data_is_a_schema_mismatch(
    wandb_server: WandbServer, client: Client, body: object
) -> None:
    fault = graphql_response()
    fault.body = json.dumps(body).encode()
    with wandb_server.fault(fault), pytest.raises(SchemaMismatchError, match="neither data nor"):
        client.send(QUERY)


@pytest.mark.parametrize("status", [200, 404, 301])
def test_response_that_is_not_graphql_hints_at_the_base_url(
    wandb_server: WandbServer, client: Client, status: int
) -> None:
    page = Fault(kind="graphql", status=status, body=b"<html>Please log in</html>")
    with wandb_server.fault(page), pytest.raises(TransportError, match="base URL"):
        client.send(QUERY)


def test_status_404_is_not_found(wandb_server: WandbServer, client: Client) -> None:
    gone = graphql_response(None, [{"message": "project not found"}], 404)
    with wandb_server.fault(gone), pytest.raises(NotFoundError, match="project not found"):
        client.send(QUERY)


def test_response_with_unknown_enum_value_and_field_is_accepted(
    wandb_server: WandbServer, client: Client
) -> None:
    run = {
        "id": "1", "projectId": "1", "name": "log", "displayName": None, "state": "hibernating",
        "tags": None, "group": None, "jobType": None, "sweepName": None, "commit": None,
        "notes": None, "createdAt": "2024-01-02T03:04:05", "heartbeatAt": None, "readOnly": None,
        "historyLineCount": "7", "user": None, "config": None, "summaryMetrics": None,
        "somethingNew": {"deep": 1},
    }  # fmt: skip
    with wandb_server.fault(graphql_response({"project": {"run": run}})):
        result = client.send(QUERY)
    assert result.project is not None
    assert result.project.run is not None
    assert result.project.run.state == "hibernating"
    assert result.project.run.history_line_count == 7
    assert result.project.run.created_at.isoformat() == "2024-01-02T03:04:05+00:00"


def test_wrong_key_is_refused_and_not_shown(wandb_server: WandbServer) -> None:
    wrong = "0123456789" * 4
    with Api(api_key=wrong) as api, pytest.raises(AuthenticationError) as refused:
        api.client.send(QUERY)
    assert wrong not in str(refused.value)


def test_viewer_null_is_an_authentication_error(wandb_server: WandbServer, api: Api) -> None:
    nobody = Fault(
        kind="graphql", status=200, body=b'{"data": {"viewer": null}}',
        content_type="application/json",
    )  # fmt: skip
    with wandb_server.fault(nobody), pytest.raises(AuthenticationError, match="recognize"):
        api.viewer.name  # noqa: B018


def test_key_is_in_no_repr_and_no_error(wandb_server: WandbServer, client: Client) -> None:
    key = wandb_server.api_key
    run = Api().run("crew/ship/log")
    for thing in (client, client.settings, run, run.files(), client.transport.retries):
        assert key not in repr(thing)
    wandb_server.close()
    with pytest.raises(TransportError) as failed:
        client.send(QUERY)
    seen: BaseException | None = failed.value
    while seen is not None:
        assert key not in repr(seen)
        seen = seen.__cause__


def test_key_is_sent_to_the_api_origin_only(wandb_server: WandbServer, client: Client) -> None:
    authorization = client.transport.authorization
    base = wandb_server.url
    assert authorization(f"{base}/graphql")
    assert authorization(f"{base}/files/a")
    host, _, port = base.removeprefix("http://").partition(":")
    for other in (
        wandb_server.storage_url,
        f"https://{host}:{port}/graphql",
        f"http://{host}:{int(port) + 1}/graphql",
        f"http://localhost:{port}/graphql",
        f"http://{host}.evil.test:{port}/graphql",
        f"http://{host}:{port}@evil.test/graphql",
    ):
        assert authorization(other) == {}


def test_key_is_sent_below_the_path_of_the_api_only() -> None:
    given = {"base_url": "https://host.test/wandb"}
    client = Client(find_settings(given, api_key="k" * 40, environ={}))
    assert client.transport.authorization("https://host.test/wandb/graphql")
    assert not client.transport.authorization("https://host.test/wandbish/graphql")
    assert not client.transport.authorization("https://host.test/other")


def test_redirected_query_fails_and_sends_no_key(wandb_server: WandbServer, client: Client) -> None:
    with WandbServer() as other:
        away = Fault(kind="graphql", redirect=f"{other.url}/graphql", status=307)
        with wandb_server.fault(away), pytest.raises(TransportError):
            client.send(QUERY)
        assert len(other.requests) == 0


def test_features_are_requested_once(wandb_server: WandbServer, client: Client) -> None:
    wandb_server.requests.clear()
    assert "MARK_RUN_FILES_UPLOADED" in client.features() == client.features()
    assert wandb_server.requests.operations() == ["ServerFeatures"]


def test_features_of_an_old_server_are_empty(wandb_server: WandbServer, client: Client) -> None:
    message = 'Cannot query field "features" on type "ServerInfo".'
    for status in (200, 400):
        old = graphql_response(None, [{"message": message}], status)
        old.operation = "ServerFeatures"
        with wandb_server.fault(old):
            assert Client(client.settings).features() == frozenset()


def test_client_works_in_several_event_loops(client: Client) -> None:
    async def ask() -> GetRun:
        try:
            return await client.asend(QUERY)
        finally:
            await client.aclose()

    assert asyncio.run(ask()) == asyncio.run(ask()) == client.send(QUERY)


def test_unpickled_clients_of_one_process_are_shared(client: Client) -> None:
    packed = pickle.dumps(client)
    assert pickle.loads(packed) is pickle.loads(packed)
    assert pickle.loads(packed).send(QUERY) == client.send(QUERY)


async def test_server_info_contains_the_version(client: Client) -> None:
    info = client.server_info()
    assert info is not None
    assert info.latest_local_version_info is not None
    assert await client.aserver_info() == info
    await client.aclose()


def test_closed_client_reopens(client: Client) -> None:
    before = client.send(QUERY)
    client.close()
    assert client.send(QUERY) == before


def test_logs_contain_neither_key_nor_signature(
    wandb_server: WandbServer, api: Api, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"x"})
    caplog.set_level(logging.DEBUG)
    file = api.run("crew/ship/log").file("a.txt")
    file.save(tmp_path)
    api.run("crew/ship/log").files().download(tmp_path / "many", engine="httpx")
    signature = parse_qs(urlsplit(file.direct_url).query)["signature"][0]
    # Those of the server, which runs in this process too, are its own.
    ours = [r.getMessage() for r in caplog.records if not r.name.startswith("uvicorn")]
    logged = "\n".join(ours)
    assert "/blobs/" in logged
    assert set(re.findall(r"signature=([^&' ]*)", logged)) == {"(hidden)"}
    assert signature not in logged
    assert wandb_server.api_key not in logged
