"""Every list can be read from its end, too."""

import json
from collections.abc import Mapping

import httpx
import pytest
from pydantic import JsonValue

from wbtyped.server import WandbServer

from .test_every_field import answer

LISTS = {
    "runs": 'project(entityName: "crew", name: "ship") { list: runs(%s) { %s } }',
    "runs by a key": (
        'project(entityName: "crew", name: "ship") { list: runs(order: "-config.lr", %s) { %s } }'
    ),
    "files": (
        'project(entityName: "crew", name: "ship") { run(name: "r0") { list: files(%s) { %s } } }'
    ),
    "versions": (
        'project(entityName: "crew", name: "ship") { artifactCollection(name: "data")'
        " { list: artifacts(%s) { %s } } }"
    ),
    "projects": 'entity(name: "crew") { list: projects(%s) { %s } }',
    "users": "list: users(%s) { %s }",
}
PAGE = "edges { cursor } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }"


@pytest.fixture
def five(wandb_server: WandbServer) -> WandbServer:
    """A server with five of everything."""
    for number in range(5):
        wandb_server.add_run(f"crew/ship/r{number}", config={"lr": number})
        wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": str(number)})
        if number:
            wandb_server.add_user(f"user{number}")
            wandb_server.add_project(f"crew/ship{number}")
    wandb_server.add_run("crew/ship/r0", {f"{number}.txt": "x" for number in range(5)})
    return wandb_server


def read(
    server: WandbServer, name: str, arguments: str
) -> tuple[list[str], Mapping[str, JsonValue]]:
    body = answer(server, f"{{ {LISTS[name] % (arguments, PAGE)} }}")
    assert "errors" not in body, body
    value: JsonValue = body["data"]
    while isinstance(value, dict) and "edges" not in value:
        value = next(iter(value.values()))
    assert isinstance(value, dict)
    edges, info = value["edges"], value["pageInfo"]
    assert isinstance(edges, list)
    assert isinstance(info, dict)
    return [str(edge["cursor"]) for edge in edges if isinstance(edge, dict)], info


@pytest.mark.parametrize("name", LISTS)
def test_last_entries_come_in_the_order_of_the_list(five: WandbServer, name: str) -> None:
    every, _ = read(five, name, "first: 50")
    assert len(every) == 5
    last, info = read(five, name, "last: 2")
    assert last == every[3:]
    assert info == {
        "startCursor": every[3], "endCursor": every[4],
        "hasNextPage": False, "hasPreviousPage": True,
    }  # fmt: skip
    before, info = read(five, name, f"last: 2, before: {json.dumps(every[3])}")
    assert before == every[1:3]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, True)
    rest, info = read(five, name, f"last: 9, before: {json.dumps(every[1])}")
    assert rest == every[:1]
    assert (info["hasNextPage"], info["hasPreviousPage"]) == (True, False)
    between = f"after: {json.dumps(every[0])}, before: {json.dumps(every[3])}"
    assert read(five, name, between)[0] == every[1:3]
    assert read(five, name, f"first: 1, {between}")[0] == every[1:2]
    assert read(five, name, "last: 0")[0] == []
    assert read(five, name, f"first: 2, after: {json.dumps(every[1])}")[0] == every[2:4]


@pytest.mark.parametrize(
    "arguments",
    ["last: -1", 'before: "x"', "first: 1, last: 1", 'first: -1, before: "YWZ0ZXI6MQ=="'],
)
@pytest.mark.parametrize("name", LISTS)
def test_wrong_page_is_rejected(five: WandbServer, name: str, arguments: str) -> None:
    response = httpx.post(
        f"{five.url}/graphql", auth=("api", five.api_key),
        json={"query": f"{{ {LISTS[name] % (arguments, PAGE)} }}"},
    )  # fmt: skip
    assert response.status_code == 400
    assert "errors" in response.json()
