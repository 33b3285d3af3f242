"""Requests without a key: rejected, unless the server lets everybody read public projects."""

import httpx
import pytest
from pydantic import JsonValue

from wbtyped import Api
from wbtyped.errors import AuthenticationError
from wbtyped.server import WandbServer

from .test_every_field import MUTATIONS, with_ids

READ = """{ viewer { id } project(entityName: "crew", name: "%s") {
  name readOnly run(name: "log") { config history files { edges { node { name url directUrl } } } }
  artifact(name: "data:v0") { files { edges { node { name directUrl } } } }
} }"""
LISTS = """{ projects(entityName: "crew") { edges { node { name } } }
  entities { edges { node { name } } }
  entity(name: "crew") { name projects { edges { node { name } } } members { username } }
  hidden: entity(name: "me") { name } own: entity { name } users { edges { node { username } } }
  user(userName: "me") { username } organizations { edges { node { name } } } }"""


@pytest.fixture
def open_server(wandb_server: WandbServer) -> WandbServer:
    """A server that needs no key to read, with a public, an open and a private project."""
    wandb_server.add_organization("Acme", "acme-org", teams=["crew"])
    for name, access in {"ship": "public", "raft": "open", "boat": "private"}.items():
        wandb_server.add_run(f"crew/{name}/log", {"a.txt": "hello"}, history=[{"loss": 1}])
        wandb_server.add_artifact(f"crew/{name}/data", "dataset", {"a.txt": "hi"})
        wandb_server.add_project(f"crew/{name}", access=access)
    wandb_server.anonymous_access = True
    return wandb_server


def ask(server: WandbServer, text: str, given: JsonValue = None) -> httpx.Response:
    body = {"query": text, "variables": {"input": given}}
    return httpx.post(f"{server.url}/graphql", json=body)


def test_request_without_key_is_rejected_by_default(open_server: WandbServer) -> None:
    open_server.anonymous_access = False
    assert ask(open_server, READ % "ship").status_code == 401
    for name in ("ship", "boat"):
        assert httpx.get(f"{open_server.url}/files/crew/{name}/log/a.txt").status_code == 401


@pytest.mark.parametrize("name", ["ship", "raft"])
def test_request_without_key_reads_public_project(open_server: WandbServer, name: str) -> None:
    body = ask(open_server, READ % name).json()
    assert "errors" not in body
    assert body["data"]["viewer"] is None
    project = body["data"]["project"]
    assert project["name"] == name
    (file,) = project["run"]["files"]["edges"]
    for url in (file["node"]["url"], file["node"]["directUrl"]):
        assert httpx.get(url, follow_redirects=True).content == b"hello"
    (file,) = project["artifact"]["files"]["edges"]
    assert httpx.get(file["node"]["directUrl"], follow_redirects=True).content == b"hi"


def test_request_without_key_sees_nothing_else(open_server: WandbServer) -> None:
    assert ask(open_server, READ % "boat").json()["data"] == {"viewer": None, "project": None}
    assert httpx.get(f"{open_server.url}/files/crew/boat/log/a.txt").status_code == 404
    shown: JsonValue = {"edges": [{"node": {"name": "ship"}}, {"node": {"name": "raft"}}]}
    assert ask(open_server, LISTS).json()["data"] == {
        "projects": shown,
        "entities": {"edges": [{"node": {"name": "crew"}}]},
        "entity": {"name": "crew", "projects": shown, "members": []},
        "hidden": None,
        "own": None,
        "users": {"edges": []},
        "user": None,
        "organizations": {"edges": []},
    }


def test_request_without_key_changes_nothing(open_server: WandbServer) -> None:
    for name, given in MUTATIONS:
        input_type = name[0].upper() + name[1:] + "Input"
        text = f"mutation M($input: {input_type}!) {{ {name}(input: $input) {{ __typename }} }}"
        assert ask(open_server, text, with_ids(given, {})).status_code == 401, name
    stream = f"{open_server.url}/files/crew/raft/log/file_stream"
    assert httpx.post(stream, json={"files": {}}).status_code == 401


def test_wrong_key_is_rejected_also_where_none_is_needed(open_server: WandbServer) -> None:
    wrong = ("api", "x" * 40)
    body = {"query": READ % "ship"}
    assert httpx.post(f"{open_server.url}/graphql", json=body, auth=wrong).status_code == 401
    file = f"{open_server.url}/files/crew/ship/log/a.txt"
    assert httpx.get(file, auth=wrong).status_code == 401
    with Api({"base_url": open_server.url}, api_key="x" * 40) as api:
        with pytest.raises(AuthenticationError):
            api.project("ship", "crew")


def test_key_works_as_without_anonymous_access(open_server: WandbServer) -> None:
    with Api({"base_url": open_server.url}, api_key=open_server.api_key) as api:
        assert api.viewer.username == "me"
        assert api.project("boat", "crew").name == "boat"
