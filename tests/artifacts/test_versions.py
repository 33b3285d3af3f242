"""Versions: listing, properties, edits, links, deletion, lineage."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from wbtyped import Api
from wbtyped.artifacts import Artifact, Artifacts, ArtifactTTL, RunArtifacts
from wbtyped.errors import (
    GraphQLError,
    NotFoundError,
    PartialSaveError,
    SchemaMismatchError,
    UsageError,
)
from wbtyped.server import Fault, WandbServer

VALUES: st.SearchStrategy[JsonValue] = st.one_of(
    st.integers(-3, 3), st.sampled_from(["a", "b"]), st.none()
)


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    for version in range(4):
        wandb_server.add_artifact(
            "crew/ship/data", "dataset", {"a.txt": f"a{version}".encode(), "sub/b.bin": b"bb"},
            aliases=[f"x{version}"], tags=["even"] if version % 2 == 0 else ["odd"],
            metadata={"step": version, "deep": {"loss": version / 2}}, description=f"d{version}",
            logged_by="crew/ship/maker", used_by=["crew/ship/user"],
        )  # fmt: skip
    wandb_server.link_artifact("crew/ship/data:v1", "crew/shelf/best", ["prod"])
    return wandb_server


@pytest.fixture
def data(server: WandbServer, api: Api) -> Artifact:
    return api.artifact("crew/ship/data:v1")


def test_versions_are_listed_newest_first(server: WandbServer, api: Api) -> None:
    listed = api.artifacts("dataset", "crew/ship/data", per_page=3)
    assert [a.name for a in listed] == ["data:v3", "data:v2", "data:v1", "data:v0"]
    assert len(listed) == 4
    oldest = Artifacts(api.client, "crew", "ship", "data", "dataset", order="version_index")
    assert [a.version for a in oldest] == ["v0", "v1", "v2", "v3"]
    again = api.artifacts("dataset", "crew/ship/data", start=listed.cursor, per_page=1)
    assert list(again) == []


def test_versions_listing_sends_one_request_per_page(server: WandbServer, api: Api) -> None:
    server.requests.clear()
    for artifact in api.artifacts("dataset", "crew/ship/data", per_page=2):
        assert artifact.metadata["step"] is not None
        assert artifact.aliases
        assert artifact.type == "dataset"
    assert server.requests.operations() == ["Artifacts"] * 2


def test_versions_filters_select(server: WandbServer, api: Api) -> None:
    def found(filters: dict[str, object]) -> list[str]:
        return [a.version for a in api.artifacts("dataset", "crew/ship/data", filters=filters)]

    assert found({"metadata.deep.loss": {"$gte": 1}}) == ["v3", "v2"]
    assert found({"alias": "x2"}) == ["v2"]
    assert found({"$or": [{"tag": "odd"}, {"version_index": 0}]}) == ["v3", "v1", "v0"]
    assert found({"description": {"$regex": "d[01]"}}) == ["v1", "v0"]
    assert found({"metadata.step": {"$not": {"$gt": 0}}}) == ["v0"]
    assert found({}) == ["v3", "v2", "v1", "v0"]


@settings(deadline=None, max_examples=40)
@given(
    values=st.lists(VALUES, min_size=1, max_size=5),
    operator=st.sampled_from(["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"]),
    operand=VALUES.filter(lambda value: value is not None),
)
def test_server_filters_compare_like_python(
    values: list[JsonValue], operator: str, operand: JsonValue
) -> None:
    from wbtyped.server.filters import Field, compile_filter

    def expected(value: JsonValue) -> bool:
        if operator in {"$eq", "$ne"}:
            return (value == operand) is (operator == "$eq")
        if type(value) is not type(operand):
            return False
        method = {"$gt": "__gt__", "$gte": "__ge__", "$lt": "__lt__", "$lte": "__le__"}[operator]
        return bool(getattr(value, method)(operand))

    fields: dict[str, Field[JsonValue]] = {"field": Field(lambda record: record)}
    matches = compile_filter(json.dumps({"field": {operator: operand}}), fields)
    assert matches is not None
    for value in values:
        assert matches(value) is expected(value)


def test_versions_tags_filter_across_empty_pages(server: WandbServer, api: Api) -> None:
    listed = api.artifacts("dataset", "crew/ship/data", per_page=1, tags="even")
    assert [a.version for a in listed] == ["v2", "v0"]
    assert len(listed) == 4, "the server cannot filter by tags"
    both = api.artifacts("dataset", "crew/ship/data", tags=["even", "odd"])
    assert list(both) == []


@pytest.mark.parametrize(
    ("kind", "name", "missing"),
    [
        ("dataset", "crew/no/data", "project"),
        ("no", "crew/ship/data", "type"),
        ("dataset", "crew/ship/no", "collection"),
    ],
)
def test_versions_missing_names_the_part(
    server: WandbServer, api: Api, kind: str, name: str, missing: str
) -> None:
    with pytest.raises(NotFoundError) as failed:
        len(api.artifacts(kind, name))
    assert failed.value.missing == missing


def test_version_properties(server: WandbServer, api: Api, data: Artifact) -> None:
    assert data.qualified_name == data.source_qualified_name == "crew/ship/data:v1"
    assert (data.entity, data.project, data.version, data.type) == ("crew", "ship", "v1", "dataset")
    assert data.state == "COMMITTED"
    assert (data.file_count, data.size) == (2, 4)
    assert data.description == "d1"
    assert data.tags == ["odd"]
    assert data.aliases == ["x1"]
    assert data.metadata == {"step": 1, "deep": {"loss": 0.5}}
    assert data.digest == data.manifest.digest()
    assert data.ttl is None
    assert data.history_step is None
    assert api.artifact(f"crew/ship/data:{data.commit_hash}").id == data.id
    assert data.url == f"{server.url}/crew/ship/artifacts/dataset/data/v1"
    assert data.created_at.endswith("Z")
    assert data.updated_at.endswith("Z")
    assert not data.is_link
    assert data.collection.name == data.source_collection.name == "data"
    assert repr(data) == "<Artifact crew/ship/data:v1>"


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("crew/ship/data", "v3"), ("crew/ship/data:latest", "v3"), ("crew/ship/data:x0", "v0"),
        ("crew/ship/data:v2", "v2"),
    ],
)  # fmt: skip
async def test_artifact_path_resolves(
    server: WandbServer, api: Api, path: str, version: str
) -> None:
    assert api.artifact(path).version == version
    assert (await api.aartifact(path, type="dataset")).version == version
    assert await api.aartifact_exists(path, "dataset")
    assert not api.artifact_exists(path, "model")
    await api.aclose()


def test_artifact_path_defaults_come_from_settings(server: WandbServer) -> None:
    with Api({"entity": "crew", "project": "ship"}) as api:
        assert api.artifact("data:x0").version == "v0"
        assert api.artifact("ship/data:x0").version == "v0"


async def test_async_artifact_path_defaults_come_from_account(server: WandbServer) -> None:
    server.add_artifact("me/uncategorized/mine", "dataset", {"a": b"x"})
    async with Api() as api:
        assert [t.name async for t in await api.aartifact_types()] == ["dataset"]
        collections = await api.aartifact_collections("uncategorized", "dataset")
        assert [c.name async for c in collections] == ["mine"]
        assert [a.name async for a in await api.aartifacts("dataset", "mine")] == ["mine:v0"]
        assert (await api.aartifact("mine")).qualified_name == "me/uncategorized/mine:v0"
    assert [t.name for t in Api().artifact_types()] == ["dataset"]


def test_artifact_wrong_name_or_type_raises(server: WandbServer, api: Api) -> None:
    with pytest.raises(NotFoundError, match="artifact crew/ship/data:nope does not") as failed:
        api.artifact("crew/ship/data:nope")
    assert failed.value.missing == "artifact"
    with pytest.raises(NotFoundError, match="project crew/no"):
        api.artifact("crew/no/data")
    with pytest.raises(UsageError, match="is of type 'dataset', not 'model'"):
        api.artifact("crew/ship/data:v0", type="model")
    assert not api.artifact_exists("crew/ship/nope")


def test_versions_listing_survives_invalid_metadata(server: WandbServer, api: Api) -> None:
    server.add_artifact("crew/ship/data", "dataset", {}, metadata="{broken")
    listed = list(api.artifacts("dataset", "crew/ship/data"))
    assert len(listed) == 5
    with pytest.raises(SchemaMismatchError, match="metadata of crew/ship/data:v4"):
        listed[0].metadata  # noqa: B018


# Runs.


async def test_run_artifacts_logged_and_used(server: WandbServer, api: Api) -> None:
    logged = api.run("crew/ship/maker").logged_artifacts(per_page=3)
    assert [a.qualified_name for a in logged] == [f"crew/ship/data:v{i}" for i in range(4)]
    assert len(logged) == 4
    used = api.run("crew/ship/user").used_artifacts()
    assert [a.name async for a in used] == [a.name for a in logged]
    assert list(api.run("crew/ship/user").logged_artifacts()) == []
    with pytest.raises(ValueError, match="mode"):
        RunArtifacts(api.client, api.run("crew/ship/user"), mode="eaten")
    await api.aclose()


async def test_version_lineage_returns_runs(server: WandbServer, api: Api, data: Artifact) -> None:
    assert [r.full_path for r in data.used_by()] == ["crew/ship/user"]
    maker = data.logged_by()
    assert maker is not None
    assert maker.full_path == "crew/ship/maker"
    assert [r.full_path for r in await data.aused_by()] == ["crew/ship/user"]
    again = await data.alogged_by()
    assert again is not None
    assert again.full_path == maker.full_path
    server.add_artifact("crew/ship/lonely", "dataset", {})
    assert api.artifact("crew/ship/lonely").logged_by() is None
    await api.aclose()


# Edits.


def test_version_save_without_changes_sends_nothing(server: WandbServer, data: Artifact) -> None:
    data.tags, data.aliases, data.description = ["odd"], ["x1"], "d1"
    data.metadata = {"step": 1, "deep": {"loss": 0.5}}
    server.requests.clear()
    data.save()
    assert len(server.requests) == 0


def test_version_save_sends_what_changed(server: WandbServer, api: Api, data: Artifact) -> None:
    data.description = "better"
    server.requests.clear()
    data.save()
    [request] = server.requests
    assert request.variables == {"input": {"artifactID": data.id, "description": "better"}}
    data.metadata["step"] = 7
    data.tags = ["new", "two words"]
    data.aliases = ["best", "x3"]
    data.ttl = timedelta(days=2)
    data.save()
    found = api.artifact("crew/ship/data:v1")
    assert found.metadata["step"] == 7
    assert found.tags == ["new", "two words"]
    assert set(found.aliases) == {"best", "x3"}
    assert found.ttl == timedelta(days=2)
    assert "x3" not in api.artifact("crew/ship/data:v3").aliases, "an alias moves"
    found.ttl = None
    found.save()
    assert api.artifact("crew/ship/data:v1").ttl is None
    found.ttl = ArtifactTTL.INHERIT
    found.save()
    assert api.artifact("crew/ship/data:v1").attrs.ttl_is_inherited


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("tags", ["a/b"]), ("aliases", ["a:b"]), ("aliases", ["v3"]), ("aliases", "text"),
        ("ttl", timedelta(0)), ("metadata", {"a": float("inf")}), ("metadata", {"a": object()}),
    ],
)  # fmt: skip
def test_version_invalid_value_is_refused_on_assignment(
    server: WandbServer, data: Artifact, attribute: str, value: object
) -> None:
    server.requests.clear()
    with pytest.raises(UsageError):
        setattr(data, attribute, value)
    assert len(server.requests) == 0


def test_version_save_failing_half_way_resumes_later(
    server: WandbServer, api: Api, data: Artifact
) -> None:
    data.aliases, data.description = ["x1", "best"], "better"
    refused = Fault(kind="graphql", operation="UpdateArtifact", status=403)
    with server.fault(refused), pytest.raises(PartialSaveError) as failed:
        data.save()
    assert failed.value.applied == ("aliases added",)
    assert failed.value.pending == ("facts",)
    server.requests.clear()
    data.save()
    assert server.requests.operations() == ["UpdateArtifact"]
    assert api.artifact("crew/ship/data:best").description == "better"


# Links and deletion.


async def test_link_and_unlink(server: WandbServer, api: Api, data: Artifact) -> None:
    linked = data.link("crew/shelf/chosen", ["prod"])
    assert linked.qualified_name == "crew/shelf/chosen:v0"
    assert linked.is_link
    assert linked.source_name == "data:v1"
    assert linked.id == data.id
    assert set(linked.aliases) == {"prod", "latest"}
    assert data.linked_at is None
    assert linked.linked_at is not None
    assert linked.linked_at >= data.created_at
    assert {a.qualified_name for a in data.linked_artifacts} == {
        "crew/shelf/best:v0", "crew/shelf/chosen:v0",
    }  # fmt: skip
    assert await linked.alinked_at() == linked.linked_at
    assert [a.qualified_name for a in await data.alinked_artifacts()] == [
        a.qualified_name for a in data.linked_artifacts
    ]
    source = linked.source_artifact
    assert source.qualified_name == data.qualified_name
    assert not source.is_link
    assert linked.incremental is False
    assert linked.distributed_id is None
    with pytest.raises(UsageError, match="source"):
        linked.ttl = timedelta(1)
    linked.unlink()
    assert not api.artifact_exists("crew/shelf/chosen:v0")
    assert api.artifact_exists("crew/ship/data:v1")
    with pytest.raises(UsageError, match="is not a link"):
        data.unlink()
    with pytest.raises(UsageError, match="alias"):
        data.link("crew/shelf/chosen:v0")
    await api.aclose()


def test_link_delete_keeps_the_source(server: WandbServer, api: Api) -> None:
    api.artifact("crew/shelf/best:v0").delete()
    assert api.artifact("crew/ship/data:v1").state == "COMMITTED"
    assert not api.artifact_exists("crew/shelf/best:v0")


async def test_version_delete_requires_consent_for_aliases(
    server: WandbServer, api: Api, data: Artifact
) -> None:
    with pytest.raises(GraphQLError, match="alias"):
        data.delete()
    data.delete(delete_aliases=True)
    assert [a.version for a in api.artifacts("dataset", "crew/ship/data")] == ["v3", "v2", "v0"]
    deleted = api.artifacts("dataset", "crew/ship/data", filters={"state": "DELETED"})
    assert [a.version for a in deleted] == ["v1"]
    await api.artifact("crew/ship/data:v0").adelete(delete_aliases=True)
    assert len(api.artifacts("dataset", "crew/ship/data")) == 2
    await api.aclose()


def test_older_server_without_memberships_works() -> None:
    with WandbServer(features=[]) as server:
        server.add_artifact("crew/ship/data", "dataset", {"a": b"x"})
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            found = api.artifact("crew/ship/data:v0")
            assert [f.name for f in found.files()] == ["a"]
            assert "ArtifactByName" in server.requests.operations()
            assert found.link("crew/shelf/best", None).source_name == "data:v0"
