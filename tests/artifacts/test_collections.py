"""Types and collections: list, read, change."""

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


def test_types(server: WandbServer, api: Api) -> None:
    types = api.artifact_types("crew/ship")
    assert [t.name for t in types] == ["dataset", "model"]
    assert types.length is None
    assert not hasattr(types, "__len__")
    assert [t.name for t in ArtifactTypes(api.client, "crew", "ship", per_page=1)] == [
        "dataset", "model",
    ]  # fmt: skip
    one = api.artifact_type("model", "crew/ship")
    assert (one.id, one.name, repr(one)) == (one.attrs.id, "model", "<ArtifactType model>")
    wire = one.attrs.model_dump(by_alias=True)
    assert ArtifactType(api.client, "crew", "ship", "model", wire).attrs == one.load()


@pytest.mark.parametrize(
    ("project", "name", "missing"), [("crew/no", "model", "project"), ("crew/ship", "no", "type")]
)
def test_missing_types(
    server: WandbServer, api: Api, project: str, name: str, missing: str
) -> None:
    with pytest.raises(NotFoundError) as failed:
        api.artifact_type(name, project)
    assert failed.value.missing == missing
    with pytest.raises(NotFoundError):
        list(api.artifact_collections(project, name))


def test_collections_of_a_type(server: WandbServer, api: Api) -> None:
    listed = api.artifact_collections("crew/ship", "dataset", per_page=2)
    assert [c.name for c in listed] == ["best", "gamma", "beta", "alpha"], "newest first"
    assert len(listed) == listed.length == 4
    assert [c.is_sequence() for c in listed] == [False, True, True, True]
    again = api.artifact_type("dataset", "crew/ship").collections(per_page=50)
    assert [c.id for c in again] == [c.id for c in listed]
    names = ArtifactCollections(api.client, "crew", "ship", "dataset", order="name")
    assert [c.name for c in names] == ["alpha", "best", "beta", "gamma"]
    some = api.artifact_collections("crew/ship", "dataset", filters={"name": {"$regex": "^b"}})
    assert ([c.name for c in some], len(some)) == (["best", "beta"], 2)


def test_listing_sends_the_pages_and_not_one_request_more(server: WandbServer, api: Api) -> None:
    server.requests.clear()
    listed = api.artifact_collections("crew/ship", "dataset", per_page=3)
    assert all(c.name and c.tags is not None and c.created_at for c in listed)
    assert server.requests.operations() == ["ArtifactCollections"] * 2


def test_collections_of_a_project(server: WandbServer, api: Api) -> None:
    everything = ProjectArtifactCollections(api.client, "crew", "ship", per_page=2)
    assert [(c.name, c.type) for c in everything] == [
        ("best", "dataset"), ("net", "model"), ("gamma", "dataset"), ("beta", "dataset"),
        ("alpha", "dataset"),
    ]  # fmt: skip
    assert len(everything) == 5
    net = ProjectArtifactCollections(api.client, "crew", "ship", filters={"name": "net"})
    assert [c.name for c in net] == ["net"]


def test_an_older_server_lists_but_does_not_filter() -> None:
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
def test_bad_orders(server: WandbServer, api: Api, order: str) -> None:
    with pytest.raises(UsageError, match="order"):
        api.artifact_collections("crew/ship", "dataset", order=order)


def test_unknown_filters_and_orders_are_refused(server: WandbServer, api: Api) -> None:
    for bad in ({"colour": 1}, {"name": {"$near": 1}}, {"$or": 1}):
        with pytest.raises(GraphQLError, match="filter|\\$or"):
            list(api.artifact_collections("crew/ship", "dataset", filters=bad))
    with pytest.raises(GraphQLError, match="order"):
        list(api.artifact_collections("crew/ship", "dataset", order="colour"))


def test_properties(server: WandbServer, alpha: ArtifactCollection) -> None:
    assert (alpha.name, alpha.type, alpha.description, alpha.tags) == ("alpha", "dataset", None, [])
    assert alpha.aliases == ["x", "latest"] or set(alpha.aliases) == {"latest", "x"}
    assert alpha.created_at.endswith("Z")
    assert alpha.updated_at is not None
    assert repr(alpha) == "<ArtifactCollection alpha (dataset)>"
    assert [a.name for a in alpha.artifacts()] == ["alpha:v1", "alpha:v0"]
    assert alpha.organization is None


def test_saving_nothing_sends_nothing(server: WandbServer, alpha: ArtifactCollection) -> None:
    alpha.name, alpha.tags = "alpha", []
    server.requests.clear()
    alpha.save()
    assert len(server.requests) == 0


def test_save(server: WandbServer, api: Api, alpha: ArtifactCollection) -> None:
    alpha.name, alpha.description = "omega", "the last"
    alpha.type, alpha.tags = "corpus", ["one", "two words"]
    server.requests.clear()
    alpha.save()
    assert server.requests.operations() == [
        "UpdateArtifactSequence", "MoveArtifactSequence", "AddArtifactCollectionTags",
    ]  # fmt: skip
    found = api.artifact_collection("corpus", "crew/ship/omega")
    assert (found.description, found.tags) == ("the last", ["one", "two words"])
    found.tags = "two words"
    found.description = None
    found.save()
    again = api.artifact_collection("corpus", "crew/ship/omega")
    assert (again.tags, again.description or "") == (["two words"], "")
    assert not api.artifact_collection_exists("crew/ship/alpha", "dataset")


@settings(deadline=None, max_examples=25)
@given(edits=st.lists(st.tuples(TAGS, st.text("abc", max_size=5)), min_size=1, max_size=3))
def test_any_edits_end_in_what_was_assigned(
    shared_server: WandbServer, shared_api: Api, edits: list[tuple[list[str], str]]
) -> None:
    shared_server.add_artifact("crew/ship/edited", "dataset", {})
    collection = shared_api.artifact_collection("dataset", "crew/ship/edited")
    for tags, description in edits:
        collection.tags, collection.description = tags, description
        collection.save()
    found = shared_api.artifact_collection("dataset", "crew/ship/edited")
    tags, description = edits[-1]
    assert (set(found.tags), found.description or "") == (set(tags), description)


def test_many_tags_go_in_batches(server: WandbServer, api: Api, alpha: ArtifactCollection) -> None:
    alpha.tags = [f"t{i}" for i in range(45)]
    server.requests.clear()
    alpha.save()
    assert server.requests.operations() == ["AddArtifactCollectionTags"] * 3
    assert len(api.artifact_collection("dataset", "crew/ship/alpha").tags) == 45


def test_a_save_that_stops_half_way_says_so_and_goes_on_later(
    server: WandbServer, api: Api, alpha: ArtifactCollection
) -> None:
    alpha.name, alpha.tags = "omega", ["one"]
    broken = Fault(kind="graphql", operation="AddArtifactCollectionTags", status=403)
    with server.fault(broken), pytest.raises(PartialSaveError, match="name applied, tags not") as e:
        alpha.save()
    assert (e.value.applied, e.value.pending) == (("name",), ("tags",))
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
def test_bad_values_are_refused_when_assigned(
    server: WandbServer, alpha: ArtifactCollection, attribute: str, value: object
) -> None:
    server.requests.clear()
    with pytest.raises(UsageError):
        setattr(alpha, attribute, value)
    assert len(server.requests) == 0


def test_portfolios_have_no_type_to_change(server: WandbServer, api: Api) -> None:
    best = api.artifact_collection("dataset", "crew/ship/best")
    with pytest.raises(ValueError, match="portfolio"):
        best.type = "model"
    best.description = "chosen"
    best.save()
    assert api.artifact_collection("dataset", "crew/ship/best").description == "chosen"


def test_deleting_a_portfolio_leaves_the_versions(server: WandbServer, api: Api) -> None:
    api.artifact_collection("dataset", "crew/ship/best").delete()
    assert not api.artifact_collection_exists("crew/ship/best", "dataset")
    assert api.artifact("crew/ship/alpha:v0").files()[0].name == "a.txt"


def test_deleting_a_sequence_takes_its_versions(
    server: WandbServer, api: Api, alpha: ArtifactCollection
) -> None:
    alpha.delete()
    assert not api.artifact_exists("crew/ship/alpha:v0")
    assert api.artifact_exists("crew/ship/beta:v0")
    with pytest.raises(NotFoundError):
        list(alpha.artifacts())


def test_change_type_is_deprecated(
    server: WandbServer, api: Api, alpha: ArtifactCollection
) -> None:
    with pytest.warns(DeprecationWarning, match="save"):
        alpha.change_type("corpus")
    assert api.artifact_collection("corpus", "crew/ship/alpha").type == "corpus"


async def test_coroutines(server: WandbServer, api: Api) -> None:
    kind = await api.aartifact_type("dataset", "crew/ship")
    assert [c.name async for c in kind.collections(per_page=3)] == [
        "best", "gamma", "beta", "alpha",
    ]  # fmt: skip
    beta = await kind.acollection("beta")
    beta.tags = ["t"]
    await beta.asave()
    assert (await beta.aload()).tags.edges[0].node.name == "t"
    assert set(await beta.aaliases()) == {"latest", "x"}
    await beta.adelete()
    assert not await api.aartifact_collection_exists("crew/ship/beta", "dataset")
    await api.aclose()


def test_functions_of_the_older_client(server: WandbServer, api: Api) -> None:
    assert server_supports_artifact_collections_gql_edges(api.client) is True
    assert artifact_collection_edge_name(True) == "artifactCollection"
    assert artifact_collection_edge_name(False) == "artifactSequence"
    assert artifact_collection_plural_edge_name(True) == "artifactCollections"
    assert artifact_collection_plural_edge_name(False) == "artifactSequences"
