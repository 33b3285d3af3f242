"""Registries over GraphQL: search, allowed types, and changes to projects."""

import json

import httpx
import pytest

from wbtyped.server import WandbServer
from wbtyped.server.server import FEATURES

from .conftest import Ask, stored

SEARCH = """
query Search(
  $projects: JSONString, $collections: JSONString, $versions: JSONString, $order: String,
  $first: Int, $after: String
) {
  organization(name: "Acme") {
    orgType
    available
    advancedRegistryFeatures { advancedSearch }
    orgEntity {
      name entityType
      projects(filters: $projects) { edges { node { name allowAllArtifactTypesInRegistry } } }
      artifactCollections(
        projectFilters: $projects, filters: $collections, collectionTypes: [PORTFOLIO]
      ) { totalCount edges { node { name } } }
      artifactMemberships(
        projectFilters: $projects, collectionFilters: $collections, filters: $versions,
        order: $order, first: $first, after: $after
      ) { edges { node { versionIndex artifactCollection { name } } }
        pageInfo { endCursor hasNextPage } }
    }
  }
}
"""
UPSERT = """mutation U($i: UpsertModelInput!) {
  upsertModel(input: $i) { inserted project {
    id allowAllArtifactTypesInRegistry artifactTypes(includeAll: true) { edges { node { name } } }
  } }
}"""
RENAME = """mutation R($i: RenameProjectInput!) {
  renameProject(input: $i) { inserted project { name } }
}"""
DELETE = "mutation D($id: String!) { deleteModel(input: {id: $id}) { success } }"
LINK = """mutation L($i: LinkArtifactInput!) { linkArtifact(input: $i) { versionIndex } }"""


@pytest.fixture
def acme(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_organization("Acme", "acme-org", ["crew"])
    for number in range(3):
        wandb_server.add_artifact(
            "crew/ship/data", "dataset", {"x": b"%d" % number}, tags=[f"t{number}"],
            metadata={"rows": number},
        )  # fmt: skip
        wandb_server.link_artifact(
            f"crew/ship/data:v{number}", "acme-org/wandb-registry-a/gold", [f"g{number}"]
        )
    wandb_server.link_artifact("crew/ship/data:v0", "acme-org/wandb-registry-b/tin")
    wandb_server.link_artifact("crew/ship/data:v0", "acme-org/plain/tin")
    return wandb_server


def search(ask: Ask, **variables: object) -> dict[str, list[str]]:
    given = {
        key: value if key in {"order", "first", "after"} else json.dumps(value)
        for key, value in variables.items()
    }
    response = ask(SEARCH, **given)
    assert response.is_success, response.text
    found = response.json()["data"]["organization"]["orgEntity"]
    collections = [e["node"]["name"] for e in found["artifactCollections"]["edges"]]
    assert found["artifactCollections"]["totalCount"] == len(collections)
    members = [edge["node"] for edge in found["artifactMemberships"]["edges"]]
    return {
        "projects": [e["node"]["name"][-1] for e in found["projects"]["edges"]],
        "collections": collections,
        "versions": [
            f"{m['artifactCollection']['name']}{m['versionIndex']}" for m in members
        ],
    }  # fmt: skip


@pytest.mark.usefixtures("acme")
def test_registries_are_the_only_projects_of_an_organization(ask: Ask) -> None:
    assert search(ask) == {
        "projects": ["a", "b"],
        "collections": ["tin", "gold"],
        "versions": ["tin0", "gold2", "gold1", "gold0"],
    }
    entity = ask('{ entity(name: "acme-org") { projects { edges { node { name } } } } }')
    assert len(entity.json()["data"]["entity"]["projects"]["edges"]) == 3


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(
    ("variables", "versions"),
    [
        ({"projects": {"name": "wandb-registry-b"}}, ["tin0"]),
        ({"projects": {"id": 99}}, []),
        ({"projects": {"created_at": {"$lt": "2024"}}}, []),
        ({"collections": {"name": {"$contains": "ol"}}}, ["gold2", "gold1", "gold0"]),
        ({"collections": {"tag": "none"}}, []),
        ({"versions": {"tag": "t1"}}, ["gold1"]),
        ({"versions": {"alias": "g2"}}, ["gold2"]),
        ({"versions": {"alias": {"$in": ["g0", "g1"]}}}, ["gold1", "gold0"]),
        ({"versions": {"version": "v0"}}, ["tin0", "gold0"]),
        ({"versions": {"version": {"$gte": 1}}}, ["gold2", "gold1"]),
        ({"versions": {"metadata.rows": 0}}, ["tin0", "gold0"]),
        ({"versions": {"$not": {"alias": "latest"}}}, ["gold1", "gold0"]),
        ({"order": "+linked_at"}, ["gold0", "gold1", "gold2", "tin0"]),
        ({"order": "artifact_size", "first": 2}, ["gold0", "gold1"]),
    ],
)
def test_registry_versions_filters_select(
    ask: Ask, variables: dict[str, object], versions: list[str]
) -> None:
    assert search(ask, **variables)["versions"] == versions


@pytest.mark.usefixtures("acme")
def test_pages_of_registry_versions_are_complete(ask: Ask) -> None:
    found: list[str] = []
    cursor, more = None, True
    while more:
        page = ask(SEARCH, first=3, after=cursor).json()["data"]["organization"]["orgEntity"][
            "artifactMemberships"
        ]
        found += [edge["node"]["artifactCollection"]["name"] for edge in page["edges"]]
        cursor, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert found == ["tin", "gold", "gold", "gold"]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("name", ["projects", "collections", "versions"])
def test_malformed_registry_filters_are_rejected(ask: Ask, name: str) -> None:
    for filters in ('{"colour": 1}', '{"name": {"$near": 1}}', "[]"):
        assert ask(SEARCH, **{name: filters}).status_code == 400


def test_registry_accepts_its_types_only(acme: WandbServer, ask: Ask) -> None:
    given: dict[str, object] = {
        "entityName": "acme-org", "name": "wandb-registry-c", "artifactTypes": [{"name": "model"}],
        "allowAllArtifactTypesInRegistry": False,
    }  # fmt: skip
    created = ask(UPSERT, i=given).json()["data"]["upsertModel"]
    assert created["inserted"] is True
    assert created["project"]["allowAllArtifactTypesInRegistry"] is False
    assert created["project"]["artifactTypes"] == {"edges": [{"node": {"name": "model"}}]}
    version = acme._context.versions.by_id(1)  # pyright: ignore[reportPrivateUsage]
    assert version is not None
    link = {
        "artifactID": "QXJ0aWZhY3Q6MQ==", "entityName": "acme-org",
        "projectName": "wandb-registry-c", "artifactPortfolioName": "nets",
    }  # fmt: skip
    rejected = ask(LINK, i=link)
    assert rejected.status_code == 400
    assert "does not accept artifacts of type dataset" in rejected.text
    changed = ask(UPSERT, i={**given, "artifactTypes": [{"name": "dataset"}]})
    assert changed.json()["data"]["upsertModel"]["inserted"] is False
    assert ask(LINK, i=link).is_success
    assert ask(UPSERT, i={**given, "name": "a/b"}).status_code == 400


@pytest.mark.usefixtures("acme")
def test_rename_project_moves_what_is_in_it(ask: Ask) -> None:
    given = {
        "entityName": "crew", "oldProjectName": "ship", "newProjectName": "boat",
    }  # fmt: skip
    assert ask(RENAME, i=given).json()["data"]["renameProject"] == {
        "inserted": False, "project": {"name": "boat"},
    }  # fmt: skip
    query = '{ project(name: "boat", entityName: "crew") { artifact(name: "data") { state } } }'
    assert ask(query).json()["data"]["project"]["artifact"] == {"state": "COMMITTED"}
    assert ask(RENAME, i=given).status_code == 404
    taken = {"entityName": "acme-org", "oldProjectName": "plain"}
    assert ask(RENAME, i={**taken, "newProjectName": "wandb-registry-a"}).status_code == 409
    assert ask(RENAME, i={**taken, "newProjectName": "a/b"}).status_code == 400


def test_delete_project_frees_contents(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run("crew/ship/log", {"own": b"own", "shared": b"shared"})
    wandb_server.add_artifact("crew/ship/data", "t", {"x": b"x"}, logged_by="crew/ship/log")
    wandb_server.link_artifact("crew/ship/data:v0", "crew/shelf/best")
    wandb_server.add_run("crew/other/log", {"shared": b"shared"})
    found = ask('{ project(name: "ship", entityName: "crew") { id } }').json()["data"]["project"]
    assert ask(DELETE, id=found["id"]).json() == {"data": {"deleteModel": {"success": True}}}
    assert len(stored(wandb_server)) == 1
    query = """{ gone: project(name: "ship", entityName: "crew") { id }
      shelf: project(name: "shelf", entityName: "crew") {
        artifactCollection(name: "best") { artifacts { totalCount } } } }"""
    data = ask(query).json()["data"]
    assert data["gone"] is None
    assert data["shelf"]["artifactCollection"]["artifacts"]["totalCount"] == 0
    assert ask(DELETE, id=found["id"]).status_code == 404
    assert ask(DELETE, id="x").status_code == 404


def test_server_without_registry_search_rejects_it() -> None:
    with WandbServer(features=FEATURES - {"ARTIFACT_REGISTRY_SEARCH"}) as server:
        server.add_organization("Acme", "acme-org")
        body = {"query": SEARCH}
        response = httpx.post(f"{server.url}/graphql", json=body, auth=("api", server.api_key))
    assert response.status_code == 400
    assert "artifactMemberships" in response.text
