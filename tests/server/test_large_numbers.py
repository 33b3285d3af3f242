"""Numbers beyond 64 bits, or with thousands of digits, wherever one is parsed."""

import base64
import json

import httpx
import pytest

from wbtyped import Api
from wbtyped.artifacts.lookup import MAX_VERSION
from wbtyped.errors import NotFoundError
from wbtyped.server import WandbServer
from wbtyped.server.http_errors import HttpError
from wbtyped.server.streams import read_stream_request
from wbtyped.server.uploaded_manifest import read_manifest

from .conftest import Ask

LARGE = ["9" * 19, str(2**63), "9" * 20, "9" * 400, "9" * 5000]


def opaque(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("digits", [*LARGE, str(MAX_VERSION + 1), f"0{'9' * 11}"])
async def test_impossible_version_is_not_found(
    wandb_server: WandbServer, api: Api, digits: str
) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"a"})
    assert api.artifact("crew/ship/data:v0").version == "v0"
    wandb_server.requests.clear()
    with pytest.raises(NotFoundError, match="does not exist"):
        api.artifact(f"crew/ship/data:v{digits}")
    with pytest.raises(NotFoundError, match="does not exist"):
        await api.aartifact(f"crew/ship/data:v{digits}")
    assert len(wandb_server.requests) == 0
    await api.aclose()


QUERIES = {
    "a version": 'query Q($n: String!) { project(name: "ship", entityName: "crew") {'
    " artifactCollectionMembership(name: $n) { id } artifact(name: $n) { id } } }",
    "an id": "query Q($n: ID!) { artifact(id: $n) { id } }",
    "a cursor": 'query Q($n: String) { project(name: "ship", entityName: "crew") {'
    " artifactTypes(after: $n) { edges { cursor } } runs(after: $n) { edges { cursor } }"
    ' run(name: "log") { outputArtifacts(after: $n) { edges { cursor } } }'
    ' artifactType(name: "dataset") { artifactCollections(after: $n) { edges { cursor } } }'
    " } }",
}


@pytest.mark.parametrize("digits", LARGE)
def test_queries_with_large_ids_find_nothing(
    wandb_server: WandbServer, ask: Ask, digits: str
) -> None:
    wandb_server.add_run("crew/ship/log", {"a": b"a"})
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"a"})
    found = ask(QUERIES["a version"], n=f"data:v{digits}")
    assert found.status_code == 200
    assert set(found.json()["data"]["project"].values()) == {None}
    assert ask(QUERIES["an id"], n=opaque(f"Artifact:{digits}")).json()["data"] == {
        "artifact": None
    }
    for key in (digits, f"[1,{digits}]", f"[{digits}]", digits[:5], "null", "x", "²"):
        response = ask(QUERIES["a cursor"], n=opaque(f"after:{key}"))
        assert response.status_code < 500, (key, response.text[:300])


@pytest.mark.parametrize("digits", LARGE)
def test_storage_paths_with_large_ids_are_rejected(
    wandb_server: WandbServer, http: httpx.Client, digits: str
) -> None:
    for path in (
        f"artifact-files/{digits}",
        f"artifact-files/{digits}/1",
        f"artifact-manifests/{digits}",
    ):
        rejected = http.put(f"{wandb_server.storage_url}/{path}", content=b"x")
        assert rejected.status_code in {403, 404}


@pytest.mark.parametrize("number", ["-1", "1.5", *LARGE[1:], "1e400"])
def test_bodies_with_large_numbers_are_rejected(number: str) -> None:
    with pytest.raises(HttpError):
        read_stream_request(f'{{"files": {{"a": {{"offset": {number}}}}}}}'.encode())
    with pytest.raises(HttpError):
        contents = f'{{"a": {{"digest": "x", "ref": "s3://b/a", "size": {number}}}}}'
        read_manifest(f'{{"version": 1, "contents": {contents}}}'.encode())


MUTATION = """
mutation M($t: Int64) { updateArtifact(input: {artifactID: "x", ttlDurationSeconds: $t}) {
  artifact { id } } }
"""


@pytest.mark.parametrize(
    "value", [2**63, -(2**63) - 1, "9" * 5000, "1_0", "²", "\uff15", "", 1.5, True]
)
def test_invalid_int64_is_rejected(ask: Ask, value: object) -> None:
    response = ask(MUTATION, t=value)
    assert response.status_code < 500
    assert "Int64" in json.dumps(response.json()["errors"])
