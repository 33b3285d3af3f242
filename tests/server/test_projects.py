"""Entities, projects and runs over GraphQL."""

import json

import pytest

from wbtyped.errors import UsageError
from wbtyped.server import WandbServer

from .conftest import Ask

UPSERT = """
mutation Upsert($input: UpsertBucketInput!) {
  upsertBucket(input: $input) {
    inserted clientMutationId
    bucket {
      id name displayName state config summaryMetrics tags group jobType fileCount
      createdAt heartbeatAt user { username } project { name entityName entity { isTeam } }
    }
  }
}
"""
RUNS = """
query Runs($after: String, $first: Int, $order: String, $filters: JSONString) {
  project(name: "ship", entityName: "crew") {
    runCount(filters: $filters)
    runs(after: $after, first: $first, order: $order, filters: $filters) {
      totalCount edges { cursor node { name } }
      pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    }
  }
}
"""


@pytest.fixture
def five_runs(wandb_server: WandbServer) -> None:
    for name in ("d", "a", "c", "e", "b"):
        wandb_server.add_run(f"crew/ship/{name}")


@pytest.mark.usefixtures("five_runs")
@pytest.mark.parametrize(
    ("order", "names"),
    [(None, "daceb"), ("+created_at", "daceb"), ("-created_at", "becad")],
)
def test_runs_are_ordered_by_creation(ask: Ask, order: str | None, names: str) -> None:
    found, cursor = "", None
    for page in range(3):
        response = ask(RUNS, after=cursor, first=2, order=order).json()["data"]["project"]
        runs, info = response["runs"], response["runs"]["pageInfo"]
        assert (response["runCount"], runs["totalCount"]) == (5, 5)
        found += "".join(edge["node"]["name"] for edge in runs["edges"])
        cursor = info["endCursor"]
        assert cursor == runs["edges"][-1]["cursor"]
        assert (info["hasPreviousPage"], info["hasNextPage"]) == (page > 0, page < 2)
    assert found == names


@pytest.mark.usefixtures("five_runs")
def test_runs_with_unsupported_arguments_are_rejected(ask: Ask) -> None:
    assert ask(RUNS, after="YWZ0ZXI6eA==").status_code == 400
    query = '{ project(name: "ship", entityName: "crew") { runs(jobKey: "x") { totalCount } } }'
    assert "argument jobKey" in ask(query).json()["errors"][0]["message"]


def test_projects_of_entity_are_paginated(wandb_server: WandbServer, ask: Ask) -> None:
    for name in ("one", "two", "three"):
        wandb_server.add_run(f"crew/{name}/log")
    query = """
    query Projects($after: String) {
      entity(name: "crew") {
        name isTeam user { id } project(name: "two") { name }
        projects(first: 2, after: $after) {
          edges { node { name entityName } } pageInfo { endCursor hasNextPage }
        }
      }
      models(entityName: "crew", first: 1) { edges { node { name } } }
      projects { edges { node { name } } }
    }
    """
    response = ask(query).json()["data"]
    crew = response["entity"]
    assert (crew["name"], crew["isTeam"], crew["user"]) == ("crew", True, None)
    assert crew["project"] == {"name": "two"}
    assert [edge["node"]["name"] for edge in crew["projects"]["edges"]] == ["one", "two"]
    assert response["models"] == {"edges": [{"node": {"name": "one"}}]}
    assert response["projects"] == {"edges": []}, "those of the account"
    cursor = crew["projects"]["pageInfo"]["endCursor"]
    rest = ask(query, after=cursor).json()["data"]["entity"]["projects"]
    assert [edge["node"]["name"] for edge in rest["edges"]] == ["three"]
    assert rest["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize(
    ("order", "names"),
    [("+name", "abc"), ("-created_at", "bca"), ("-updatedAt", "bca"), ("name", "abc")],
)
def test_projects_are_ordered(wandb_server: WandbServer, ask: Ask, order: str, names: str) -> None:
    for name in ("a", "c", "b"):
        wandb_server.add_run(f"crew/{name}/log")
    query = """query P($order: String, $after: String, $filters: JSONString) {
      projects(entityName: "crew", order: $order, first: 2, after: $after) {
        edges { node { name } } pageInfo { endCursor } }
      entity(name: "crew") { projects(order: $order, filters: $filters) {
        edges { node { name } } } }
    }"""
    data = ask(query, order=order).json()["data"]
    first = [edge["node"]["name"] for edge in data["projects"]["edges"]]
    data = ask(query, order=order, after=data["projects"]["pageInfo"]["endCursor"]).json()["data"]
    assert "".join([*first, data["projects"]["edges"][0]["node"]["name"]]) == names
    chosen = ask(query, order=order, filters='{"name": {"$regex": "^[ac]"}}').json()["data"]
    found = [edge["node"]["name"] for edge in chosen["entity"]["projects"]["edges"]]
    assert "".join(found) == names.replace("b", "")
    assert ask(query, order="-colour").status_code == 400


def test_viewer_has_teams(wandb_server: WandbServer, ask: Ask) -> None:
    query = """{
      viewer { username entity admin teams { edges { node { name isTeam } } } }
      own: entity { name isTeam user { username } }
      gone: entity(name: "nobody") { name }
    }"""
    wandb_server.add_run("crew/ship/log")
    wandb_server.add_run("me/ship/log")
    assert ask(query).json()["data"] == {
        "viewer": {
            "username": "me",
            "entity": "me",
            "admin": True,
            "teams": {
                "edges": [
                    {"node": {"name": "me", "isTeam": False}},
                    {"node": {"name": "crew", "isTeam": True}},
                ]
            },
        },
        "own": {"name": "me", "isTeam": False, "user": {"username": "me"}},
        "gone": None,
    }


def test_upsert_run_stores_all_fields(ask: Ask) -> None:
    given = {
        "entityName": "crew",
        "modelName": "ship",
        "name": "log",
        "displayName": "Log",
        "state": "finished",
        "config": '{"lr": {"value": 1}}',
        "summaryMetrics": '{"loss": 0.5}',
        "tags": ["a", None, "b"],
        "groupName": "g",
        "jobType": "train",
        "clientMutationId": "mine",
    }
    made = ask(UPSERT, input=given).json()["data"]["upsertBucket"]
    bucket = made["bucket"]
    assert (made["inserted"], made["clientMutationId"]) == (True, "mine")
    assert bucket["createdAt"].endswith("Z")
    assert bucket == {
        "id": bucket["id"],
        "name": "log",
        "displayName": "Log",
        "state": "finished",
        "config": given["config"],
        "summaryMetrics": given["summaryMetrics"],
        "tags": ["a", "b"],
        "group": "g",
        "jobType": "train",
        "fileCount": 0,
        "createdAt": bucket["createdAt"],
        "heartbeatAt": bucket["heartbeatAt"],
        "user": {"username": "me"},
        "project": {"name": "ship", "entityName": "crew", "entity": {"isTeam": True}},
    }
    changed = ask(UPSERT, input={"id": bucket["id"], "state": "failed"}).json()["data"]
    assert changed["upsertBucket"]["inserted"] is False
    assert changed["upsertBucket"]["bucket"] == {
        **bucket,
        "state": "failed",
        "heartbeatAt": changed["upsertBucket"]["bucket"]["heartbeatAt"],
    }
    assert ask(UPSERT, input={"id": "UnVuOjk5"}).status_code == 404


@pytest.mark.parametrize(
    ("config", "noted", "chosen"),
    [
        ("null", "{}", "{}"),
        ("[1]", "{}", "{}"),
        ('"text"', "{}", "{}"),
        ('{"_wandb": 5, "a": NaN}', "{}", '{"a": NaN}'),
        ('{"_wandb": {"value": [1]}}', "{}", "{}"),
        ('{"_wandb": {"value": {"t": Infinity}}}', '{"t": Infinity}', "{}"),
        (f'{{"a": {10**30}}}', "{}", f'{{"a": {10**30}}}'),
        (f'{{"a": {"9" * 5000}}}', "{}", '{"a": Infinity}'),
    ],
)
def test_config_with_keys_returns_part(ask: Ask, config: str, noted: str, chosen: str) -> None:
    ask(UPSERT, input={"modelName": "ship", "name": "log", "config": config})
    query = """{ project(name: "ship") { run(name: "log") {
      config wandbConfig(keys: ["t"]) chosen: config(keys: ["a"])
    } } }"""
    run = ask(query).json()["data"]["project"]["run"]
    assert run == {"config": config, "wandbConfig": noted, "chosen": chosen}


def test_wandb_config_returns_client_section(ask: Ask) -> None:
    config = '{"_wandb": {"value": {"t": 1}}, "other": {"value": 2}}'
    ask(UPSERT, input={"modelName": "ship", "name": "log", "config": config})
    query = (
        '{ project(name: "ship") { run(name: "log") { config wandbConfig(keys: ["t", "no"]) } } }'
    )
    run = ask(query).json()["data"]["project"]["run"]
    assert (run["config"], json.loads(run["wandbConfig"])) == (config, {"t": 1})


@pytest.mark.parametrize(
    "given",
    [
        {"modelName": "a/b"},
        {"modelName": "ship", "name": "a/b"},
        {"modelName": "ship", "entityName": "a/b"},
        {"modelName": "s" * 129},
    ],
)
def test_upsert_with_invalid_name_is_rejected(ask: Ask, given: dict[str, str]) -> None:
    rejected = ask(UPSERT, input=given)
    assert rejected.status_code == 400
    assert "invalid" in rejected.json()["errors"][0]["message"]


def test_upsert_project_creates_and_updates(ask: Ask) -> None:
    upsert = """
    mutation Model($input: UpsertModelInput!) {
      upsertModel(input: $input) { inserted project { name description access } model { name } }
    }
    """
    made = ask(upsert, input={"name": "ship", "description": "first", "access": "USER_READ"})
    assert made.json()["data"]["upsertModel"] == {
        "inserted": True,
        "project": {"name": "ship", "description": "first", "access": "USER_READ"},
        "model": {"name": "ship"},
    }
    changed = ask(upsert, input={"name": "ship", "description": "second"}).json()["data"]
    assert changed["upsertModel"]["inserted"] is False
    assert changed["upsertModel"]["project"] == {
        "name": "ship",
        "description": "second",
        "access": "USER_READ",
    }


@pytest.mark.parametrize("path", ["log", "ship/log", "a/b/c/d"])
def test_add_run_with_incomplete_path_raises_usage_error(
    wandb_server: WandbServer, path: str
) -> None:
    with pytest.raises(UsageError, match="entity/project/run"):
        wandb_server.add_run(path)
