"""What each paginator sends, recorded on the wire: document once, variables of every page."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Protocol, TypedDict

import pytest
from syrupy.assertion import SnapshotAssertion
from wbtyped_graphql import calls

from wbtyped import Api, Paginator
from wbtyped.artifacts import ArtifactTypes, ProjectArtifactCollections
from wbtyped.artifacts.contents.signed_urls import SignedUrls as ArtifactFileAddresses
from wbtyped.runs.download import SignedUrls as RunFileAddresses
from wbtyped.server import WandbServer

RUN = "crew/ship/log"


class Sent(TypedDict):
    """What went over the wire for one list."""

    document: str
    variables: list[object]


class Walkable(Protocol):
    """A list that both loops can read."""

    def __iter__(self) -> Iterator[object]: ...
    def __aiter__(self) -> AsyncIterator[object]: ...


def sent(server: WandbServer, operation: str) -> Sent:
    """Return what was sent for an operation since the log was last emptied."""
    requests = [r for r in server.requests if r.operation_name == operation]
    documents = {request.document for request in requests}
    assert len(documents) == 1, "every page asks with the same document"
    variables: list[object] = [
        named_cursor(request.variables or {}, page) for page, request in enumerate(requests)
    ]
    return {"document": documents.pop(), "variables": variables}


def named_cursor(variables: Mapping[str, object], page: int) -> dict[str, object]:
    """Replace a cursor, which may contain a time; that pages follow one another, lists check."""
    return {
        name: f"cursor of page {page}" if value and name.lower().endswith("cursor") else value
        for name, value in variables.items()
    }


def count(items: Iterable[object]) -> int:
    return sum(1 for _ in items)


async def test_files(wandb_server: WandbServer, snapshot: SnapshotAssertion) -> None:
    wandb_server.add_run(RUN, files={f"page/{i}.txt": b"x" for i in range(5)})
    with Api() as api:
        run = api.run(RUN)
        wandb_server.requests.clear()
        assert count(run.files(pattern="page/%", per_page=2)) == 5
        synchronous = sent(wandb_server, "RunFiles")

        wandb_server.requests.clear()
        found = [file async for file in run.files(pattern="page/%", per_page=2)]
        assert len(found) == 5
        await api.aclose()
    assert sent(wandb_server, "RunFiles") == synchronous
    assert synchronous == snapshot


async def test_one_file_by_name(wandb_server: WandbServer, snapshot: SnapshotAssertion) -> None:
    wandb_server.add_run(RUN, files={"a.txt": b"x"})
    with Api() as api:
        run = api.run(RUN)
        wandb_server.requests.clear()
        run.file("a.txt")
        assert sent(wandb_server, "RunFiles")["variables"] == snapshot


def seed_artifacts(server: WandbServer) -> None:
    server.add_run(RUN, files={f"{i}.txt": b"x" for i in range(5)})
    for name in ("a", "b", "c", "d", "e"):
        files = {f"{i}.txt": b"x" for i in range(5)}
        server.add_artifact(f"crew/ship/{name}", f"type-{name}", files)
    for _ in range(5):
        server.add_artifact("crew/ship/data", "dataset", {"x": b"x"}, logged_by=RUN, used_by=[RUN])
    for name in ("two", "three", "four", "five"):
        server.add_artifact(f"crew/ship/{name}", "dataset", {"x": b"x"})
    for name in ("boat", "raft", "tug", "yacht"):
        server.add_run(f"crew/{name}/log")
        server.add_run(f"crew/fleet/{name}")
    server.add_run("crew/fleet/log")
    server.add_organization("acme", "acme-org", ["crew"])
    for name in ("a", "b", "c", "d", "e"):
        server.link_artifact(f"crew/ship/{name}:v0", f"acme-org/wandb-registry-{name}/best")


LISTS: dict[str, tuple[str, Callable[[Api], Walkable]]] = {
    "runs": ("Runs", lambda api: api.runs("crew/fleet", per_page=2)),
    "runs with their data": (
        "RunsWithData",
        lambda api: api.runs("crew/fleet", {}, "-created_at", 2, lazy=False),
    ),
    "projects": ("Projects", lambda api: api.projects("crew", 2)),
    "types": ("ArtifactTypes", lambda api: ArtifactTypes(api.client, "crew", "ship", 2)),
    "collections": (
        "ArtifactCollections",
        lambda api: api.artifact_collections("crew/ship", "dataset", 2),
    ),
    "filtered collections": (
        "ArtifactCollections",
        lambda api: api.artifact_collections(
            "crew/ship", "dataset", 2, filters={"name": {"$ne": ""}}, order="-name"
        ),
    ),
    "collections of a project": (
        "ProjectArtifactCollections",
        lambda api: ProjectArtifactCollections(api.client, "crew", "ship", 4),
    ),
    "filtered collections of a project": (
        "ProjectArtifactCollections",
        lambda api: ProjectArtifactCollections(
            api.client, "crew", "ship", 4, filters={"name": {"$ne": ""}}
        ),
    ),
    "names of a project": (
        "ProjectNames",
        lambda api: Paginator.of(
            calls.project_names(entity="crew", project="ship", per_page=4),
            client=api.client,
            connection=lambda page: page.project.artifact_collections if page.project else None,
        ),
    ),
    "registries": ("Registries", lambda api: api.registries("acme", per_page=2)),
    "filtered registries": (
        "Registries",
        lambda api: api.registries("acme", {"name": {"$ne": "model"}}, "-name", 2),
    ),
    "collections of registries": (
        "RegistryCollections",
        lambda api: api.registries("acme", {"name": {"$ne": "model"}}).collections(
            {"name": "best"}, "+name", 2
        ),
    ),
    "versions of registries": (
        "RegistryVersions",
        lambda api: (
            api.registries("acme", {"name": {"$ne": "model"}})
            .collections({"name": "best"})
            .versions({"alias": "latest"}, per_page=2)
        ),
    ),
    "versions": ("Artifacts", lambda api: api.artifacts("dataset", "crew/ship/data", 2)),
    "logged": ("RunArtifacts", lambda api: api.run(RUN).logged_artifacts(2)),
    "used": ("RunArtifacts", lambda api: api.run(RUN).used_artifacts(2)),
    "files": ("ArtifactFilesById", lambda api: api.artifact("crew/ship/a").files(per_page=2)),
    "addresses": (
        "ArtifactFileAddresses",
        lambda api: ArtifactFileAddresses(api.artifact("crew/ship/a").contents, None, 2),
    ),
    "addresses in a run": (
        "RunFileAddresses",
        lambda api: RunFileAddresses(api.run(RUN).files().selection, [], 2),
    ),
}


@pytest.mark.parametrize("features", ["all", "none"])
def test_one_version_on_newer_and_older_servers(snapshot: SnapshotAssertion, features: str) -> None:
    with WandbServer() if features == "all" else WandbServer(features=[]) as server:
        server.add_artifact("crew/ship/data", "dataset", {"x": b"x"})
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            api.client.features()
            server.requests.clear()
            api.artifact("crew/ship/data:v0")
        [request] = server.requests
    assert {"document": request.document, "variables": request.variables} == snapshot


@pytest.mark.parametrize("name", LISTS)
async def test_lists_of_artifacts(
    wandb_server: WandbServer, snapshot: SnapshotAssertion, name: str
) -> None:
    seed_artifacts(wandb_server)
    operation, make = LISTS[name]
    with Api() as api:
        first, second = make(api), make(api)
        wandb_server.requests.clear()
        assert count(first) > 4
        synchronous = sent(wandb_server, operation)
        wandb_server.requests.clear()
        async for _ in second:
            pass
        await api.aclose()
    assert sent(wandb_server, operation) == synchronous
    assert len(synchronous["variables"]) == 3, "a walk of three pages"
    assert synchronous == snapshot
