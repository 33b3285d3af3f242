"""Registries, by the name of an organization or without it."""

import pytest

from wbtyped import Api
from wbtyped.errors import UsageError
from wbtyped.server import WandbServer

REGISTRY = "wandb-registry-model"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"x"})
    wandb_server.add_organization("acme", "acme-org", teams=["crew"])
    wandb_server.link_artifact("crew/ship/data:v0", f"acme-org/{REGISTRY}/chosen")
    return wandb_server


@pytest.mark.parametrize("entity", ["crew", None])
@pytest.mark.parametrize("owner", ["acme/", "acme-org/", ""])
async def test_paths_into_a_registry(server: WandbServer, entity: str | None, owner: str) -> None:
    """By a team and by the account, whose only organization it is."""
    where = f"{owner}{REGISTRY}"
    async with Api({"entity": entity} if entity else {}) as api:
        linked = api.artifact(f"{where}/chosen:v0")
        assert linked.qualified_name == f"acme-org/{REGISTRY}/chosen:v0"
        assert (linked.is_link, linked.source_name) == (True, "data:v0")
        assert linked.url == (
            f"{server.url}/orgs/acme/registry/model"
            f"?selectionPath=acme-org%2F{REGISTRY}%2Fchosen&view=membership&version=v0"
        )
        assert (await api.aartifact(f"{where}/chosen")).id == linked.id
        assert [c.name for c in api.artifact_collections(where, "dataset")] == ["chosen"]
        assert [t.name async for t in await api.aartifact_types(where)] == ["dataset"]
        assert api.artifact_collection("dataset", f"{where}/chosen").entity == "acme-org"


def test_the_organization_of_settings(server: WandbServer) -> None:
    server.add_organization("other", "other-org")
    with Api({"organization": "acme"}) as api:
        assert api.artifact(f"{REGISTRY}/chosen").entity == "acme-org"


def test_organizations_that_cannot_be_told(server: WandbServer) -> None:
    with Api({"entity": "crew"}) as api, pytest.raises(UsageError, match="'other'.*acme"):
        api.artifact(f"other/{REGISTRY}/chosen")
    with Api({"entity": "nobody"}) as api, pytest.raises(UsageError, match="to none"):
        api.artifact(f"{REGISTRY}/chosen")
    server.add_organization("other", "other-org")
    with Api() as api, pytest.raises(ValueError, match="acme, other"):
        api.artifact(f"{REGISTRY}/chosen")


async def test_links_into_a_registry(server: WandbServer) -> None:
    async with Api() as api:
        source = api.artifact("crew/ship/data:v0")
        assert source.link(f"acme/{REGISTRY}/first").qualified_name == (
            f"acme-org/{REGISTRY}/first:v0"
        )
        linked = await source.alink(f"{REGISTRY}/second", ["prod"])
        assert (linked.entity, set(linked.aliases)) == ("acme-org", {"latest", "prod"})
        with pytest.raises(UsageError, match="nowhere"):
            source.link(f"nowhere/{REGISTRY}/third")
