"""Registries of an organization, their collections, and the versions in them."""

import pickle
from collections.abc import Mapping

import pytest

from tests.transport.memory_sender import MemoryClient
from wbtyped import Api, Registries, RegistryCollections, RegistryVersions
from wbtyped.errors import NotFoundError, UnsupportedServerError, UsageError
from wbtyped.projects.registry_filters import VersionSearch
from wbtyped.server import WandbServer
from wbtyped.server.server import FEATURES

PREFIX = "wandb-registry-"


def client() -> MemoryClient:
    """Return a client for tests that send nothing."""
    return MemoryClient(lambda operation: pytest.fail(f"{operation.name} was sent"))


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    """Two registries; one of them with two collections, one of which has two versions."""
    for rows in (1, 2):
        wandb_server.add_artifact(
            "crew/ship/data", "dataset", {"a": f"{rows}"}, metadata={"rows": rows}
        )
    wandb_server.add_artifact("crew/ship/net", "model", {"net.bin": b"net"}, tags=["small"])
    wandb_server.add_organization("acme", "acme-org", teams=["crew"])
    for source, target, aliases in (
        ("data:v0", "data/chosen", ["old"]),
        ("data:v1", "data/chosen", ["best"]),
        ("data:v1", "data/other", []),
        ("net:v0", "model/net", ["best"]),
    ):
        path = f"acme-org/{PREFIX}{target}"
        wandb_server.link_artifact(f"crew/ship/{source}", path, aliases=aliases)
    wandb_server.requests.clear()
    return wandb_server


async def test_registries_lists_those_of_the_organization(server: WandbServer) -> None:
    server.add_run("acme-org/no-registry/log")
    async with Api() as api:
        names = [registry.name for registry in api.registries("acme", order="name")]
        assert names == ["data", "model"]
        registries = await api.aregistries(order="-name", per_page=1)
        assert [r.full_path async for r in registries] == [
            f"acme/{PREFIX}model", f"acme/{PREFIX}data",
        ]  # fmt: skip
        assert (registries.organization, registries.length) == ("acme", None)


async def test_registry_is_found_with_and_without_prefix(server: WandbServer) -> None:
    async with Api() as api:
        registry = api.registry("model")
        assert (await api.aregistry(f"{PREFIX}model", "acme")).id == registry.id
        assert (registry.name, registry.full_name) == ("model", f"{PREFIX}model")
        assert (registry.organization, registry.entity) == ("acme", "acme-org")
        assert registry.path == ["acme-org", f"{PREFIX}model"]
        assert registry.url == f"{server.url}/orgs/acme/registry/model"
        assert registry.visibility == "organization"
        assert (registry.description, registry.created_at[-1]) == (None, "Z")
        assert registry.artifact_types == await registry.aartifact_types() == ["model"]
        assert registry.allow_all_artifact_types is await registry.aallow_all_artifact_types()
        assert pickle.loads(pickle.dumps(registry)).name == "model"
        registry.load()
        await registry.aload()
        assert repr(registry) == f"<Registry acme/{PREFIX}model>"


async def test_registry_collections_are_located_in_their_registry(server: WandbServer) -> None:
    async with Api() as api:
        registry = api.registry("data", "acme")
        collections = registry.collections(order="name", per_page=1)
        assert len(collections) == 2
        assert [c.full_path for c in collections] == [
            f"acme-org/{PREFIX}data/chosen", f"acme-org/{PREFIX}data/other",
        ]  # fmt: skip
        first = collections[0]
        assert (first.type, first.organization, first.is_sequence()) == ("dataset", "acme", False)
        assert [v.version for v in first.artifacts()] == ["v1", "v0"]
        found = registry.collections({"name": {"$regex": "^ch"}})
        assert [c.name async for c in found] == ["chosen"]
        assert [c.name for c in registry.collections(filter={"name": "other"})] == ["other"]


async def test_registry_versions_are_links(server: WandbServer) -> None:
    async with Api() as api:
        registry = api.registry("data", "acme")
        [best] = registry.versions({"alias": "best"})
        assert best.qualified_name == f"acme-org/{PREFIX}data/chosen:v1"
        assert (best.source_name, best.is_link, best.metadata) == ("data:v1", True, {"rows": 2})
        assert sorted(best.aliases) == ["best", "latest"]
        rows = [v.source_name async for v in registry.versions({"metadata.rows": {"$gte": 1}})]
        assert sorted(rows) == ["data:v0", "data:v1", "data:v1"]


def test_registries_search_across_registries(server: WandbServer) -> None:
    with Api() as api:
        best = api.registries().versions({"alias": "best"})
        assert sorted(v.source_name for v in best) == ["data:v1", "net:v0"]
        names = sorted(c.name for c in api.registries("acme").collections())
        assert names == ["chosen", "net", "other"]
        # A name is compared with the full name, so the prefix is added; a pattern matches inside.
        for name in ("model", f"{PREFIX}model", {"$in": ["model"]}, {"$regex": "mod"}):
            registries = api.registries(filters={"name": name})
            assert [r.name for r in registries] == ["model"]
            assert [v.source_name for v in registries.versions(per_page=1)] == ["net:v0"]
        both: Mapping[str, object] = {
            "$or": [{"name": "data"}, {"name": {"$not": {"$eq": "data"}}}]
        }
        assert len(list(api.registries(filter=both))) == 2
        chosen = api.registries().collections({"name": "chosen"})
        assert [v.name for v in chosen.versions({"alias": "old"})] == ["chosen:v0"]


def test_registry_lists_of_missing_objects_raise_not_found_error(server: WandbServer) -> None:
    with Api() as api:
        for missing in (
            lambda: api.registry("data", "nobody"),
            lambda: list(api.registries("nobody")),
            lambda: list(api.registries("nobody").collections()),
            lambda: list(api.registries("nobody").versions()),
        ):
            with pytest.raises(NotFoundError, match="organization nobody") as caught:
                missing()
            assert (caught.value.path, caught.value.missing) == ("nobody", "organization")
        with pytest.raises(NotFoundError, match=f"project acme/{PREFIX}none") as caught:
            api.registry("none", "acme")
        assert caught.value.missing == "project"


async def test_create_registry_makes_one_that_accepts_links(server: WandbServer) -> None:
    async with Api() as api:
        created = api.create_registry("fresh", "restricted", "acme", "New", ["dataset"])
        assert (created.name, created.visibility, created.description) == (
            "fresh", "restricted", "New",
        )  # fmt: skip
        assert (created.artifact_types, created.allow_all_artifact_types) == (["dataset"], False)
        api.artifact("crew/ship/data:v0").link(f"acme/{PREFIX}fresh/first")
        assert [c.name for c in created.collections()] == ["first"]
        with pytest.raises(UsageError, match=f"acme/{PREFIX}fresh exists already"):
            await api.acreate_registry("fresh", "organization", "acme")
        assert api.registry("fresh").description == "New"
        with pytest.raises(UsageError, match="'organization', 'restricted'"):
            api.create_registry("open", "public", "acme")  # type: ignore[arg-type] # pyright: ignore


def test_registries_of_an_older_server_are_listed() -> None:
    with WandbServer(features=FEATURES - {"ARTIFACT_REGISTRY_SEARCH"}) as server:
        server.add_artifact("crew/ship/data", "dataset", {"a": b"x"})
        server.add_organization("acme", "acme-org", teams=["crew"])
        server.link_artifact("crew/ship/data:v0", f"acme-org/{PREFIX}data/chosen")
        with Api(base_url=server.url, api_key=server.api_key) as api:
            [registry] = api.registries("acme")
            assert registry.name == api.registry("data", "acme").name == "data"
            for search in (
                api.registries("acme", {"name": "data"}), api.registries("acme", order="name"),
                registry.collections(), registry.versions(),
            ):  # fmt: skip
                with pytest.raises(UnsupportedServerError, match="ARTIFACT_REGISTRY_SEARCH"):
                    list(search)


def test_versions_in_order_need_advanced_search(server: WandbServer) -> None:
    with Api() as api:
        versions = api.registry("data", "acme").versions(order="-created_at")
        with pytest.raises(UnsupportedServerError, match="acme by these fields, or in this order"):
            list(versions)
        server.requests.clear()
        assert (
            len(list(api.registry("data", "acme").versions({"created_at": {"$gt": "2020"}}))) == 3
        )
        names = [request.operation_name for request in server.requests]
        assert names == ["GetRegistry", "RegistryFeatures", "RegistryVersions"]


WRONG: list[tuple[Mapping[str, object], str]] = [
    ({"nam": "x"}, "unknown field 'nam'.*use one of .*name"),
    ({"$xor": []}, "unknown operator '\\$xor'"),
    ({"$or": {}}, "must be a list of conditions"),
    ({"name": {"$like": "x"}}, "unknown operator '\\$like' for filter key 'name'"),
    ({"name": {1}}, "cannot be written as JSON"),
    ({"id": 1, "artifact_collection_id": 1}, "are the same"),
]


@pytest.mark.parametrize(("filters", "message"), WRONG)
def test_wrong_filters_raise_usage_error_before_any_request(
    filters: Mapping[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        RegistryCollections(client(), "acme", None, filters)


def test_wrong_arguments_raise_usage_error_before_any_request() -> None:
    registries = Registries(client(), "acme", order="+name")
    with pytest.raises(UsageError, match=r"for each in registries: each.versions\(\)"):
        registries.versions()
    with pytest.raises(UsageError, match=r"for each in collections: each.artifacts\(\)"):
        RegistryCollections(client(), "acme", order="name").versions()
    with pytest.raises(UsageError, match="unknown field 'size' in the order of registries"):
        Registries(client(), "acme", order="size")
    with pytest.raises(UsageError, match="unknown field 'size' in the order of versions"):
        RegistryVersions(client(), "acme", order="size")
    with pytest.raises(UsageError, match="unknown field 'nam' in filters of registries"):
        RegistryVersions(client(), "acme", {"nam": 1})
    with pytest.raises(UsageError, match="filters or filter, not both"):
        Registries(client(), "acme").collections({"name": "x"}, filter={"name": "x"})


def test_versions_search_writes_the_names_of_each_kind_of_search() -> None:
    search = VersionSearch({"id": 1}, {"id": 2, "tags": "t"}, {"id": 3, "created_at": "x"}, None)
    basic, advanced = search.query(advanced=False), search.query(advanced=True)
    assert (basic.registry_filters, advanced.registry_filters) == ('{"id": 1}', '{"project_id": 1}')
    assert basic.collection_filters == '{"artifact_collection_id": 2, "tag": "t"}'
    assert basic.filters == '{"id": 3, "created_at": "x"}'
    assert advanced.filters == '{"artifact_id": 3, "artifact_created_at": "x"}'
    ordered = VersionSearch(None, None, {"artifact_size": {"$gt": 1}}, "-linked_at")
    assert list(ordered.queries()) == [True]
    assert ordered.queries()[True].order == "-acm_created_at"
