"""Execution of GraphQL requests, whatever they query."""

import httpx
import pytest

from wbtyped.server import WandbServer

from .conftest import Ask

HIDDEN = [
    '{ __schema { types { name } } t: __type(name: "Run") { name } viewer { username } }',
    "query { ...F } fragment F on Query { __schema { types { name } } viewer { username } }",
    'query { ... on Query { ... { a: __type(name: "Run") { name } } } viewer { username } }',
]


@pytest.mark.parametrize("query", HIDDEN)
def test_hidden_schema_is_null_everywhere(wandb_server: WandbServer, ask: Ask, query: str) -> None:
    wandb_server.introspection = False
    response = ask(query)
    assert response.status_code == 200
    data = response.json()["data"]
    assert data.pop("viewer") == {"username": "me"}
    assert set(data.values()) == {None}
    assert data
    assert "errors" not in response.json()


def test_hidden_schema_keeps_typename(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.introspection = False
    assert ask("{ viewer { __typename } }").json()["data"]["viewer"] == {"__typename": "User"}


def test_partial_data_with_error_keeps_the_rest(ask: Ask) -> None:
    response = ask("{ projects(anonymous: true) { edges { cursor } } viewer { username } }")
    assert response.status_code == 501
    assert response.json()["data"] == {"projects": None, "viewer": {"username": "me"}}
    assert response.json()["errors"][0]["path"] == ["projects"]


TWO = "query A { viewer { username } } query B { viewer { entity } }"


@pytest.mark.parametrize(
    ("query", "name", "status"),
    [
        (TWO, "B", 200),
        (TWO, "C", 400),
        (TWO, "", 400),
        ("query A { viewer { username } }", "", 200),
        ("query A { viewer { username } }", None, 200),
        # A field may be named like a keyword; the token after it is not an operation name.
        ("{ viewer { username } } fragment mutation on User { id }", "", 400),
        ("{\n  query: viewer { entity }\n  mutation: viewer { username } }", "", 200),
    ],
)
def test_operation_name_selects_operation(
    wandb_server: WandbServer, http: httpx.Client, query: str, name: str | None, status: int
) -> None:
    body = {"query": query, "operationName": name}
    auth = ("api", wandb_server.api_key)
    response = http.post(f"{wandb_server.url}/graphql", json=body, auth=auth)
    assert response.status_code == status
    assert ("errors" in response.json()) is (status != 200)


UPSERT = """
mutation Upsert($input: UpsertBucketInput!) {
  upsertBucket(input: $input) { bucket { config } }
}
"""


@pytest.mark.parametrize("config", [{"lr": 1}, 5, "{not json", "[" * 100_000])
def test_json_string_with_invalid_json_is_rejected(ask: Ask, config: object) -> None:
    rejected = ask(UPSERT, input={"modelName": "ship", "config": config})
    assert rejected.status_code == 400
    assert "JSON" in rejected.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "config",
    ['{"a": NaN, "b": [Infinity, -Infinity]}', f'{{"a": {"9" * 5000}}}', "null", "[]", "5", '""'],
)
def test_json_string_is_stored_unchanged(ask: Ask, config: str) -> None:
    kept = ask(UPSERT, input={"modelName": "ship", "config": config}).json()
    assert kept["data"]["upsertBucket"]["bucket"]["config"] == config


@pytest.mark.parametrize(("step", "status"), [(5, 200), ("5", 200), (2**40, 200), ("x", 400)])
def test_int64_accepts_strings(ask: Ask, step: object, status: int) -> None:
    query = """
    query History($from: Int64) {
      project(name: "gone") { run(name: "gone") { history(minStep: $from) } }
    }
    """
    assert ask(query, **{"from": step}).status_code == status


def test_internal_error_hides_details(
    wandb_server: WandbServer, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    wandb_server._database.connection.execute("DROP TABLE files")  # pyright: ignore[reportPrivateUsage] - breaks it
    wandb_server._database.connection.execute("DROP TABLE runs")  # pyright: ignore[reportPrivateUsage] - for good
    failed = ask(UPSERT, input={"modelName": "ship"})
    assert failed.status_code == 500
    assert failed.json()["errors"] == [
        {"message": "An internal error occurred.", "path": ["upsertBucket"]}
    ]
    assert "no such table" in caplog.text


def test_unknown_url_returns_404(wandb_server: WandbServer, http: httpx.Client) -> None:
    gone = http.get(f"{wandb_server.url}/files/nothing")
    assert (gone.status_code, gone.json()["errors"]) == (404, [{"message": "not found"}])
    assert http.get(f"{wandb_server.url}/graphql").status_code == 405
    auth = ("api", wandb_server.api_key)
    absent = http.get(f"{wandb_server.url}/files/a/b/c/d", auth=auth)
    assert (absent.status_code, absent.json()["error"]) == (404, "file not found")


@pytest.mark.parametrize("header", ["Basic \xff\xfe", "Basic YXBpOv8=", "Bearer \xe9", "Basic", ""])
def test_undecodable_key_is_rejected(
    wandb_server: WandbServer, http: httpx.Client, header: str
) -> None:
    headers = [(b"Authorization", header.encode("latin-1"))]
    rejected = http.post(f"{wandb_server.url}/graphql", content=b"{}", headers=headers)
    assert rejected.status_code == 401
    assert rejected.headers["WWW-Authenticate"].startswith("Basic ")
    assert rejected.json()["errors"] == [
        {"message": "user is not logged in", "extensions": {"code": "PERMISSION_ERROR"}}
    ]


def test_hidden_schema_honours_directives(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.introspection = False
    query = """
    query Q($no: Boolean = false) {
      a: __type(name: "Run") @include(if: $no) { name } b: __schema { types { name } }
    }
    """
    assert ask(query).json() == {"data": {"b": None}}
