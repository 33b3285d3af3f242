"""Paths into registries, with and without the name of an organization."""

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
async def test_registry_path_resolves(server: WandbServer, entity: str | None, owner: str) -> None:
    """As a team and as the account, both of which belong to this organization only."""
    registry = f"{owner}{REGISTRY}"
    async with Api({"entity": entity} if entity else {}) as api:
        linked = api.artifact(f"{registry}/chosen:v0")
        assert linked.qualified_name == f"acme-org/{REGISTRY}/chosen:v0"
        assert (linked.is_link, linked.source_name) == (True, "data:v0")
        assert linked.url == (
            f"{server.url}/orgs/acme/registry/model"
            f"?selectionPath=acme-org%2F{REGISTRY}%2Fchosen&view=membership&version=v0"
        )
        assert (await api.aartifact(f"{registry}/chosen")).id == linked.id
        assert [c.name for c in api.artifact_collections(registry, "dataset")] == ["chosen"]
        assert [t.name async for t in await api.aartifact_types(registry)] == ["dataset"]
        assert api.artifact_collection("dataset", f"{registry}/chosen").entity == "acme-org"


def test_registry_organization_comes_from_settings(server: WandbServer) -> None:
    server.add_organization("other", "other-org")
    with Api({"organization": "acme"}) as api:
        assert api.artifact(f"{REGISTRY}/chosen").entity == "acme-org"


def test_registry_ambiguous_organization_raises_usage_error(server: WandbServer) -> None:
    with Api({"entity": "crew"}) as api, pytest.raises(UsageError, match="'other'.*acme"):
        api.artifact(f"other/{REGISTRY}/chosen")
    with Api({"entity": "nobody"}) as api, pytest.raises(UsageError, match="to none"):
        api.artifact(f"{REGISTRY}/chosen")
    server.add_organization("other", "other-org")
    with Api() as api, pytest.raises(ValueError, match="acme, other"):
        api.artifact(f"{REGISTRY}/chosen")


async def test_link_to_registry_returns_the_link(server: WandbServer) -> None:
    async with Api() as api:
        source = api.artifact("crew/ship/data:v0")
        assert source.link(f"acme/{REGISTRY}/first").qualified_name == (
            f"acme-org/{REGISTRY}/first:v0"
        )
        linked = await source.alink(f"{REGISTRY}/second", ["prod"])
        assert linked.entity == "acme-org"
        assert set(linked.aliases) == {"latest", "prod"}
        with pytest.raises(UsageError, match="nowhere"):
            source.link(f"nowhere/{REGISTRY}/third")
