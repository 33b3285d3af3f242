"""How GraphQL requests are executed, whatever they are about."""

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
def test_a_hidden_schema_is_null_wherever_it_is_asked_for(
    wandb_server: WandbServer, ask: Ask, query: str
) -> None:
    wandb_server.introspection = False
    answer = ask(query)
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data.pop("viewer") == {"username": "me"}
    assert set(data.values()) == {None}
    assert data
    assert "errors" not in answer.json()


def test_type_names_are_no_introspection(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.introspection = False
    assert ask("{ viewer { __typename } }").json()["data"]["viewer"] == {"__typename": "User"}


def test_mutations_that_do_nothing_say_so(ask: Ask) -> None:
    refused = ask('mutation { deleteModel(input: {id: "x"}) { success } }')
    assert refused.status_code == 501
    assert refused.json() == {
        "data": {"deleteModel": None},
        "errors": [
            {"message": "the embedded server does not know deleteModel", "path": ["deleteModel"]}
        ],
    }


def test_data_beside_an_error_is_no_failure_of_the_server(ask: Ask) -> None:
    answer = ask("{ serverInfo { frontendHost } viewer { username } }")
    assert answer.status_code == 200
    assert answer.json()["data"] == {"serverInfo": None, "viewer": {"username": "me"}}
    assert answer.json()["errors"][0]["path"] == ["serverInfo", "frontendHost"]


TWO = "query A { viewer { username } } query B { viewer { entity } }"


@pytest.mark.parametrize(
    ("query", "name", "status"),
    [
        (TWO, "B", 200),
        (TWO, "C", 400),
        (TWO, "", 400),
        ("query A { viewer { username } }", "", 200),
        ("query A { viewer { username } }", None, 200),
        # A field may be called like a keyword, and its neighbour is no name of an operation.
        ("{ viewer { username } } fragment mutation on User { id }", "", 400),
        ("{\n  query: viewer { entity }\n  mutation: viewer { username } }", "", 200),
    ],
)
def test_names_of_operations(
    wandb_server: WandbServer, http: httpx.Client, query: str, name: str | None, status: int
) -> None:
    body = {"query": query, "operationName": name}
    auth = ("api", wandb_server.api_key)
    answer = http.post(f"{wandb_server.url}/graphql", json=body, auth=auth)
    assert answer.status_code == status
    assert ("errors" in answer.json()) is (status != 200)


UPSERT = """
mutation Upsert($input: UpsertBucketInput!) {
  upsertBucket(input: $input) { bucket { config } }
}
"""


@pytest.mark.parametrize("config", [{"lr": 1}, 5, "{not json", "[" * 100_000])
def test_json_strings_hold_json(ask: Ask, config: object) -> None:
    refused = ask(UPSERT, input={"modelName": "ship", "config": config})
    assert refused.status_code == 400
    assert "JSON" in refused.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "config",
    ['{"a": NaN, "b": [Infinity, -Infinity]}', f'{{"a": {"9" * 5000}}}', "null", "[]", "5", '""'],
)
def test_json_strings_are_kept_as_they_came(ask: Ask, config: str) -> None:
    kept = ask(UPSERT, input={"modelName": "ship", "config": config}).json()
    assert kept["data"]["upsertBucket"]["bucket"]["config"] == config


@pytest.mark.parametrize(("step", "status"), [(5, 200), ("5", 200), (2**40, 200), ("x", 400)])
def test_large_numbers_may_be_text(ask: Ask, step: object, status: int) -> None:
    query = """
    query History($from: Int64) {
      project(name: "gone") { run(name: "gone") { history(minStep: $from) } }
    }
    """
    assert ask(query, **{"from": step}).status_code == status


def test_an_internal_error_tells_no_details(
    wandb_server: WandbServer, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    wandb_server._database.reading.execute("DROP TABLE files")  # pyright: ignore[reportPrivateUsage] - breaks it
    wandb_server._database.reading.execute("DROP TABLE runs")  # pyright: ignore[reportPrivateUsage] - for good
    failed = ask(UPSERT, input={"modelName": "ship"})
    assert failed.status_code == 500
    assert failed.json()["errors"] == [
        {"message": "An internal error occurred.", "path": ["upsertBucket"]}
    ]
    assert "no such table" in caplog.text


def test_addresses_that_do_not_exist(wandb_server: WandbServer, http: httpx.Client) -> None:
    gone = http.get(f"{wandb_server.url}/nothing")
    assert (gone.status_code, gone.json()["errors"]) == (404, [{"message": "no such address"}])
    assert http.get(f"{wandb_server.url}/graphql").status_code == 405
    auth = ("api", wandb_server.api_key)
    absent = http.get(f"{wandb_server.url}/files/a/b/c/d", auth=auth)
    assert (absent.status_code, absent.json()["error"]) == (404, "file not found")


@pytest.mark.parametrize("header", ["Basic \xff\xfe", "Basic YXBpOv8=", "Bearer \xe9", "Basic", ""])
def test_keys_that_are_no_text(wandb_server: WandbServer, http: httpx.Client, header: str) -> None:
    headers = [(b"Authorization", header.encode("latin-1"))]
    refused = http.post(f"{wandb_server.url}/graphql", content=b"{}", headers=headers)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert refused.json()["errors"] == [
        {"message": "user is not logged in", "extensions": {"code": "PERMISSION_ERROR"}}
    ]


def test_directives_hold_for_a_hidden_schema(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.introspection = False
    query = """
    query Q($no: Boolean = false) {
      a: __type(name: "Run") @include(if: $no) { name } b: __schema { types { name } }
    }
    """
    assert ask(query).json() == {"data": {"b": None}}
