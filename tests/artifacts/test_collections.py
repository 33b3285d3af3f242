"""Types and collections: listing, properties, edits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wbtyped import Api
from wbtyped.artifacts import (
    ArtifactCollection,
    ArtifactCollections,
    ArtifactType,
    ArtifactTypes,
    ProjectArtifactCollections,
    artifact_collection_edge_name,
    artifact_collection_plural_edge_name,
    server_supports_artifact_collections_gql_edges,
)
from wbtyped.errors import (
    GraphQLError,
    NotFoundError,
    PartialSaveError,
    UnsupportedServerError,
    UsageError,
)
from wbtyped.server import Fault, WandbServer

TAGS = st.lists(st.from_regex(r"[a-z0-9_-]{1,5}( [a-z]{1,3})?", fullmatch=True), max_size=4)


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    for name in ("alpha", "beta", "gamma"):
        for version in range(2):
            contents = {"a.txt": f"{name}{version}".encode()}
            wandb_server.add_artifact(f"crew/ship/{name}", "dataset", contents, aliases=["x"])
    wandb_server.add_artifact("crew/ship/net", "model", {"w.bin": b"w"})
    wandb_server.link_artifact("crew/ship/alpha:v0", "crew/ship/best", ["prod"])
    return wandb_server


@pytest.fixture
def alpha(server: WandbServer, api: Api) -> ArtifactCollection:
    return api.artifact_collection("dataset", "crew/ship/alpha")


def test_artifact_types_list_and_load(server: WandbServer, api: Api) -> None:
    types = api.artifact_types("crew/ship")
    assert [t.name for t in types] == ["dataset", "model"]
    assert types.length is None
    assert not hasattr(types, "__len__")
    assert [t.name for t in ArtifactTypes(api.client, "crew", "ship", per_page=1)] == [
        "dataset", "model",
    ]  # fmt: skip
    model = api.artifact_type("model", "crew/ship")
    assert model.id == model.attrs.id
    assert model.name == "model"
    assert repr(model) == "<ArtifactType model>"
    wire = model.attrs.model_dump(by_alias=True)
    assert ArtifactType(api.client, "crew", "ship", "model", wire).attrs == model.load()


@pytest.mark.parametrize(
    ("project", "name", "missing"), [("crew/no", "model", "project"), ("crew/ship", "no", "type")]
)
def test_artifact_type_missing_names_the_part(
    server: WandbServer, api: Api, project: str, name: str, missing: str
) -> None:
    with pytest.raises(NotFoundError) as failed:
        api.artifact_type(name, project)
    assert failed.value.missing == missing
    with pytest.raises(NotFoundError):
        list(api.artifact_collections(project, name))


def test_collections_of_type_are_listed_newest_first(server: WandbServer, api: Api) -> None:
    listed = api.artifact_collections("crew/ship", "dataset", per_page=2)
    assert [c.name for c in listed] == ["best", "gamma", "beta", "alpha"], "newest first"
    assert len(listed) == listed.length == 4
    assert [c.is_sequence() for c in listed] == [False, True, True, True]
    again = api.artifact_type("dataset", "crew/ship").collections(per_page=50)
    assert [c.id for c in again] == [c.id for c in listed]
    names = ArtifactCollections(api.client, "crew", "ship", "dataset", order="name")
    assert [c.name for c in names] == ["alpha", "best", "beta", "gamma"]
    filtered = api.artifact_collections("crew/ship", "dataset", filters={"name": {"$regex": "^b"}})
    assert [c.name for c in filtered] == ["best", "beta"]
    assert len(filtered) == 2


def test_collections_listing_sends_one_request_per_page(server: WandbServer, api: Api) -> None:
    server.requests.clear()
    listed = api.artifact_collections("crew/ship", "dataset", per_page=3)
    assert all(c.name and c.tags is not None and c.created_at for c in listed)
    assert server.requests.operations() == ["ArtifactCollections"] * 2


def test_collections_of_project_are_listed_for_all_types(server: WandbServer, api: Api) -> None:
    collections = ProjectArtifactCollections(api.client, "crew", "ship", per_page=2)
    assert [(c.name, c.type) for c in collections] == [
        ("best", "dataset"), ("net", "model"), ("gamma", "dataset"), ("beta", "dataset"),
        ("alpha", "dataset"),
    ]  # fmt: skip
    assert len(collections) == 5
    net = ProjectArtifactCollections(api.client, "crew", "ship", filters={"name": "net"})
    assert [c.name for c in net] == ["net"]


def test_collections_older_server_lists_but_cannot_filter() -> None:
    with WandbServer(features=[]) as server:
        server.add_artifact("crew/ship/alpha", "dataset", {})
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            plain = ProjectArtifactCollections(api.client, "crew", "ship")
            assert [c.name for c in plain] == ["alpha"]
            assert "filters" not in plain.variables
            with pytest.raises(UnsupportedServerError, match="FILTERING_SORTING") as old:
                list(ProjectArtifactCollections(api.client, "crew", "ship", order="name"))
            assert old.value.feature == "ARTIFACT_COLLECTIONS_FILTERING_SORTING"
            assert api.artifact("crew/ship/alpha").name == "alpha:v0"


@pytest.mark.parametrize("order", ["", "name desc", "++name", "-"])
def test_collections_invalid_order_raises_usage_error(
    server: WandbServer, api: Api, order: str
) -> None:
    with pytest.raises(UsageError, match="order"):
        api.artifact_collections("crew/ship", "dataset", order=order)


def test_collections_unknown_filter_or_order_raises_graphql_error(
    server: WandbServer, api: Api
) -> None:
    for filters in ({"colour": 1}, {"name": {"$near": 1}}, {"$or": 1}):
        with pytest.raises(GraphQLError, match="filter|\\$or"):
            list(api.artifact_collections("crew/ship", "dataset", filters=filters))
    with pytest.raises(GraphQLError, match="order"):
        list(api.artifact_collections("crew/ship", "dataset", order="colour"))


def test_collection_properties(server: WandbServer, alpha: ArtifactCollection) -> None:
    assert (alpha.name, alpha.type) == ("alpha", "dataset")
    assert alpha.description is None
    assert alpha.tags == []
    assert set(alpha.aliases) == {"latest", "x"}
    assert alpha.created_at.endswith("Z")
    assert alpha.updated_at is not None
    assert repr(alpha) == "<ArtifactCollection alpha (dataset)>"
    assert [a.name for a in alpha.artifacts()] == ["alpha:v1", "alpha:v0"]
    assert alpha.organization is None


def test_collection_save_without_changes_sends_nothing(
    server: WandbServer, alpha: ArtifactCollection
) -> None:
    alpha.name, alpha.tags = "alpha", []
    server.requests.clear()
    alpha.save()
    assert len(server.requests) == 0


def test_collection_save_sends_what_changed(
    server: WandbServer, api: Api, alpha: ArtifactCollection
) -> None:
    alpha.name, alpha.description = "omega", "the last"
    alpha.type, alpha.tags = "corpus", ["one", "two words"]
    server.requests.clear()
    alpha.save()
    assert server.requests.operations() == [
        "UpdateArtifactSequence", "MoveArtifactSequence", "AddArtifactCollectionTags",
    ]  # fmt: skip
    found = api.artifact_collection("corpus", "crew/ship/omega")
    assert found.description == "the last"
    assert found.tags == ["one", "two words"]
    found.tags = "two words"
    found.description = None
    found.save()
    again = api.artifact_collection("corpus", "crew/ship/omega")
    assert again.tags == ["two words"]
    assert not again.description
    assert not api.artifact_collection_exists("crew/ship/alpha", "dataset")


@settings(deadline=None, max_examples=25)
@given(edits=st.lists(st.tuples(TAGS, st.text("abc", max_size=5)), min_size=1, max_size=3))
def test_collection_repeated_edits_keep_the_last_values(
    shared_server: WandbServer, shared_api: Api, edits: list[tuple[list[str], str]]
) -> None:
    shared_server.add_artifact("crew/ship/edited", "dataset", {})
    collection = shared_api.artifact_collection("dataset", "crew/ship/edited")
    for tags, description in edits:
        collection.tags, collection.description = tags, description
        collection.save()
    found = shared_api.artifact_collection("dataset", "crew/ship/edited")
    tags, description = edits[-1]
    assert set(found.tags) == set(tags)
    assert (found.description or "") == description


def test_collection_many_tags_are_sent_in_batches(
    server: WandbServer, api: Api, alpha: ArtifactCollection
) -> None:
    alpha.tags = [f"t{i}" for i in range(45)]
    server.requests.clear()
    alpha.save()
    assert server.requests.operations() == ["AddArtifactCollectionTags"] * 3
    assert len(api.artifact_collection("dataset", "crew/ship/alpha").tags) == 45


def test_collection_save_failing_half_way_resumes_later(
    server: WandbServer, api: Api, alpha: ArtifactCollection
) -> None:
    alpha.name, alpha.tags = "omega", ["one"]
    refused = Fault(kind="graphql", operation="AddArtifactCollectionTags", status=403)
    with (
        server.fault(refused),
        pytest.raises(PartialSaveError, match="name applied, tags not") as failed,
    ):
        alpha.save()
    assert failed.value.applied == ("name",)
    assert failed.value.pending == ("tags",)
    server.requests.clear()
    alpha.save()
    assert server.requests.operations() == ["AddArtifactCollectionTags"]
    assert api.artifact_collection("dataset", "crew/ship/omega").tags == ["one"]


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("name", ""), ("name", "a/b"), ("name", "x" * 129), ("type", "wandb-history"),
        ("type", "job"), ("tags", ["a/b"]), ("tags", [" a"]), ("tags", ["a" * 129]),
    ],
)  # fmt: skip
def test_collection_invalid_value_is_refused_on_assignment(
    server: WandbServer, alpha: ArtifactCollection, attribute: str, value: object
) -> None:
    server.requests.clear()
    with pytest.raises(UsageError):
        setattr(alpha, attribute, value)
    assert len(server.requests) == 0


def test_portfolio_type_cannot_be_changed(server: WandbServer, api: Api) -> None:
    best = api.artifact_collection("dataset", "crew/ship/best")
    with pytest.raises(ValueError, match="portfolio"):
        best.type = "model"
    best.description = "chosen"
    best.save()
    assert api.artifact_collection("dataset", "crew/ship/best").description == "chosen"


def test_portfolio_delete_keeps_the_versions(server: WandbServer, api: Api) -> None:
    api.artifact_collection("dataset", "crew/ship/best").delete()
    assert not api.artifact_collection_exists("crew/ship/best", "dataset")
    assert api.artifact("crew/ship/alpha:v0").files()[0].name == "a.txt"


def test_sequence_delete_deletes_its_versions(
    server: WandbServer, api: Api, alpha: ArtifactCollection
) -> None:
    alpha.delete()
    assert not api.artifact_exists("crew/ship/alpha:v0")
    assert api.artifact_exists("crew/ship/beta:v0")
    with pytest.raises(NotFoundError):
        list(alpha.artifacts())


def test_change_type_warns_and_saves(
    server: WandbServer, api: Api, alpha: ArtifactCollection
) -> None:
    with pytest.warns(DeprecationWarning, match="save"):
        alpha.change_type("corpus")
    assert api.artifact_collection("corpus", "crew/ship/alpha").type == "corpus"


async def test_collection_async_methods(server: WandbServer, api: Api) -> None:
    datasets = await api.aartifact_type("dataset", "crew/ship")
    assert [c.name async for c in datasets.collections(per_page=3)] == [
        "best", "gamma", "beta", "alpha",
    ]  # fmt: skip
    beta = await datasets.acollection("beta")
    beta.tags = ["t"]
    await beta.asave()
    assert (await beta.aload()).tags.edges[0].node.name == "t"
    assert set(await beta.aaliases()) == {"latest", "x"}
    await beta.adelete()
    assert not await api.aartifact_collection_exists("crew/ship/beta", "dataset")
    await api.aclose()


def test_compat_functions_return_field_names(server: WandbServer, api: Api) -> None:
    assert server_supports_artifact_collections_gql_edges(api.client) is True
    assert artifact_collection_edge_name(True) == "artifactCollection"
    assert artifact_collection_edge_name(False) == "artifactSequence"
    assert artifact_collection_plural_edge_name(True) == "artifactCollections"
    assert artifact_collection_plural_edge_name(False) == "artifactSequences"
