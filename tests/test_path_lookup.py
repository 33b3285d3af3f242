"""`api.from_path`: any path to the object that it names."""

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from wbtyped import Api
from wbtyped.artifacts import ArtifactCollection, ArtifactType
from wbtyped.artifacts.lineage import Artifact, Run
from wbtyped.errors import NotFoundError, OfflineError, UsageError
from wbtyped.projects.project import Project
from wbtyped.server import Fault, WandbServer


@pytest.fixture(autouse=True)
def _contents(wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log", {"media/a.png": b"x"})
    wandb_server.add_run("crew/ship/data", {"a.txt": b"x"})
    wandb_server.add_run("me/ship/own")
    wandb_server.add_artifact("crew/ship/maps", "dataset", {"a.csv": b"1"})
    wandb_server.add_artifact("crew/ship/dataset", "model", {"a.csv": b"1"})
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.csv": b"1"})
    wandb_server.add_artifact("me/ship/mine", "dataset", {"a.csv": b"2"})


def shown(found: object) -> str:
    """Return the kind and the path of an object."""
    match found:
        case Artifact():
            return f"Artifact {found.qualified_name}"
        case ArtifactCollection():
            return f"ArtifactCollection {found.full_path} {found.type}"
        case ArtifactType():
            return f"ArtifactType {found.entity}/{found.project} {found.type}"
        case Run() | Project():
            return f"{type(found).__name__} {found.full_path}"
        case _:
            return repr(found)


FOUND = {
    "crew/ship": ("Project crew/ship", 1),
    "crew/ship/log": ("Run crew/ship/log", 1),
    "crew/ship/runs/log": ("Run crew/ship/log", 1),
    "crew/ship/data": ("Run crew/ship/data", 1),
    "crew/ship/maps": ("ArtifactCollection crew/ship/maps dataset", 2),
    "crew/ship/dataset": ("ArtifactCollection crew/ship/dataset model", 2),
    "crew/ship/model": ("ArtifactType crew/ship model", 2),
    "crew/ship/artifacts/dataset": ("ArtifactType crew/ship dataset", 1),
    "crew/ship/dataset/data": ("ArtifactCollection crew/ship/data dataset", 1),
    "crew/ship/dataset/data/v0": ("Artifact crew/ship/data:v0", 1),
    "crew/ship/data:latest": ("Artifact crew/ship/data:v0", 1),
    "crew/ship:log": ("Run crew/ship/log", 3),
    "ship": ("Project me/ship", 2),
    "ship/own": ("Run me/ship/own", 3),
    "ship/mine": ("ArtifactCollection me/ship/mine dataset", 4),
    "ship/mine:v0": ("Artifact me/ship/mine:v0", 2),
    "ship:own": ("Run me/ship/own", 3),
    "ship/runs/own": ("Run me/ship/own", 2),
    "wandb://crew/ship/data": ("ArtifactCollection crew/ship/data dataset", 1),
    "wandb://crew/ship/runs/log/media/a.png": ("Run crew/ship/log", 1),
    "wandb-artifact://crew/ship/maps:v0/a.csv": ("Artifact crew/ship/maps:v0", 1),
    PurePosixPath("crew/ship/log"): ("Run crew/ship/log", 1),
    Path("wandb://crew/ship/maps:v0"): ("Artifact crew/ship/maps:v0", 1),
}


@pytest.mark.parametrize("path", FOUND, ids=str)
async def test_path_is_found_with_few_requests(
    wandb_server: WandbServer, api: Api, path: str | Path
) -> None:
    expected, requests = FOUND[path]
    assert shown(api.from_path(path)) == expected
    assert len(wandb_server.requests) == requests, wandb_server.requests.operations()
    assert shown(await api.afrom_path(path)) == expected
    await api.aclose()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("crew/ship", "ArtifactType crew/ship dataset"),
        ("crew/ship/data", "ArtifactCollection crew/ship/data dataset"),
        ("crew/ship/data:v0", "Artifact crew/ship/data:v0"),
        ("ship/mine", "ArtifactCollection me/ship/mine dataset"),
    ],
)
def test_type_tells_what_shares_a_name_apart(api: Api, path: str, expected: str) -> None:
    assert shown(api.from_path(path, type="dataset")) == expected


def test_version_of_another_type_is_refused(api: Api) -> None:
    with pytest.raises(UsageError, match="maps:v0 is of type 'dataset', not 'model'"):
        api.from_path("crew/ship/maps:v0", "model")
    with pytest.raises(NotFoundError, match="artifact collection crew/ship/maps does not exist"):
        api.from_path("crew/ship/maps", "model")


def test_defaults_of_settings_are_used(wandb_server: WandbServer) -> None:
    with Api(entity="crew", project="ship") as api:
        assert shown(api.from_path("log")) == "Run crew/ship/log"
        assert shown(api.from_path("maps")) == "ArtifactCollection crew/ship/maps dataset"
        assert shown(api.from_path("maps:latest")) == "Artifact crew/ship/maps:v0"
        assert "GetViewer" not in wandb_server.requests.operations()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("crew/nowhere", "project crew/nowhere does not exist; project me/crew does not exist"),
        ("crew/nowhere/x", "project crew/nowhere does not exist"),
        (
            "crew/ship/x",
            "^crew/ship/x is neither a run nor an artifact type nor a collection on h",
        ),
        ("crew/ship/x:v1", "artifact crew/ship/x:v1 does not exist; run crew/ship/x:v1 does not"),
        ("crew/ship:x", "project me/crew does not exist; run crew/ship/x does not exist"),
        ("crew/nowhere/x:v1", "project crew/nowhere does not exist"),
        ("crew/ship/nothing/x", "has no artifact type 'nothing'"),
    ],
)
async def test_path_of_nothing_names_all_that_was_looked_for(
    wandb_server: WandbServer, api: Api, path: str, says: str
) -> None:
    with pytest.raises(NotFoundError, match=says) as failed:
        api.from_path(path)
    with pytest.raises(NotFoundError, match=says):
        await api.afrom_path(path)
    tail = f" on {wandb_server.url}, or the API key from WANDB_API_KEY may not see it"
    assert str(failed.value).endswith(tail)
    assert str(failed.value).count(wandb_server.url) == 1
    assert failed.value.path
    assert failed.value.missing
    await api.aclose()


def test_missing_project_is_requested_once(wandb_server: WandbServer, api: Api) -> None:
    with pytest.raises(NotFoundError, match="^project crew/nowhere does not exist"):
        api.from_path("crew/nowhere/x:v1")
    assert wandb_server.requests.operations() == ["ArtifactByPath"]


@pytest.mark.parametrize("path", ["crew/ship/log", "crew/ship/dataset", "crew/ship/model"])
def test_name_is_found_on_servers_without_collections_by_name(
    wandb_server: WandbServer, api: Api, path: str
) -> None:
    unknown = {"message": 'Cannot query field "artifactCollection" on type "Project".'}
    body = json.dumps({"errors": [unknown]}).encode()
    fault = Fault(kind="graphql", operation="CollectionOrType", status=400, body=body)
    expected = FOUND[path][0]
    with wandb_server.fault(fault):
        assert shown(api.from_path(path)) == expected


def test_own_urls_of_objects_lead_back_to_them(wandb_server: WandbServer, api: Api) -> None:
    for path in ("crew/ship", "crew/ship/log", "crew/ship/maps:v0"):
        found = api.from_path(path)
        assert isinstance(found, (Project, Run, Artifact))
        for url in (found.url, f"{found.url}?nw=nwuserme", f"{found.url}/#top"):
            assert shown(api.from_path(url)) == shown(found)
            assert shown(api.from_path(url.removeprefix("http://"))) == shown(found)
    run, artifact = api.run("crew/ship/log"), api.artifact("crew/ship/maps:v0")
    assert api.run(f"{run.url}/files/media/a.png").id == "log"
    assert api.artifact(f"{artifact.url}/files/a.csv").digest == artifact.digest
    assert api.artifact_collection("dataset", artifact.url.removesuffix("/v0")).name == "maps"
    assert [r.id for r in api.runs(f"{wandb_server.url}/crew/ship/table")]
    assert api.project(f"{wandb_server.url}/crew/ship/workspace").full_path == "crew/ship"
    assert [t.name for t in api.artifact_types(api.project("ship", "crew").url)]


def test_reference_between_artifacts_is_a_path(api: Api) -> None:
    artifact = api.artifact("crew/ship/maps:v0")
    uri = next(iter(artifact.manifest)).ref_url()
    assert uri.startswith("wandb-artifact://")
    assert shown(api.from_path(uri)) == "Artifact crew/ship/maps:v0"
    assert shown(api.artifact(uri, "dataset")) == "Artifact crew/ship/maps:v0"
    with pytest.raises(UsageError, match="not a collection"):
        api.artifacts("dataset", uri)
    with pytest.raises(NotFoundError, match="artifact with the id QXJ0aWZhY3Q6OTk5 does not exist"):
        api.from_path("wandb-artifact://41727469666163743a393939/a.csv")


async def test_page_of_another_server_sends_nothing(wandb_server: WandbServer, api: Api) -> None:
    page = "https://wandb.ai/crew/ship/runs/log"
    artifact = api.artifact("crew/ship/maps:v0")
    before = len(wandb_server.requests)
    uses: list[Callable[[str], object]] = [
        api.from_path, api.run, api.artifact, api.runs, api.artifact_types, api.project,
        artifact.link, lambda path: api.artifacts("dataset", path),
        lambda path: api.artifact_collection("dataset", path), api.artifact_exists,
    ]  # fmt: skip
    for use in uses:
        with pytest.raises(UsageError, match=f"is not on {wandb_server.url}, the server of this"):
            use(page)
    with pytest.raises(UsageError, match="is not on"):
        await api.afrom_path(page)
    assert len(wandb_server.requests) == before


def test_offline_from_path_names_what_it_cannot_load() -> None:
    with Api({"entity": "crew"}, offline=True) as api, pytest.raises(OfflineError) as refused:
        api.from_path("crew/ship/log")
    assert "crew/ship/log while offline" in str(refused.value)
