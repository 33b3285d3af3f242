"""Protected aliases: only administrators set and remove them, in portfolios of their entity."""

import pytest
from pydantic import JsonValue

from wbtyped.server import WandbServer

from .test_accounts import api_of, ask_as, mutation
from .test_every_field import SHIP

RESERVED: JsonValue = {"entityName": "crew", "adminType": "MODEL", "aliases": ["prod"]}


@pytest.fixture
def crew(wandb_server: WandbServer) -> WandbServer:
    """A team with an administrator, `ann`, and a member, `bob`; `prod` is protected, and set."""
    wandb_server.add_user("ann", teams=["crew"], role="admin")
    wandb_server.add_user("bob", teams=["crew"])
    wandb_server.add_artifact(
        "crew/ship/data", "dataset", {"a.txt": "hi"}, logged_by="crew/ship/log"
    )
    wandb_server.add_run("crew/ship/log", {"a.txt": "hello"})
    wandb_server.link_artifact("crew/ship/data:v0", "crew/ship/shelf", aliases=["prod", "next"])
    assert ask_as(wandb_server, "ann", mutation("addProtectedAliases"), RESERVED).is_success
    return wandb_server


def aliases_of(server: WandbServer, collection: str) -> set[str]:
    with api_of(server, "ann") as api:
        found = api.artifact_collection("dataset", f"crew/ship/{collection}").aliases
    return set(found)


def changes(server: WandbServer) -> list[tuple[str, JsonValue]]:
    """Return mutations that would set or remove the alias, as ids of the fixture name things."""
    with api_of(server, "ann") as api:
        version = api.artifact("crew/ship/data:v0").id
        shelf = api.artifact_collection("dataset", "crew/ship/shelf").id
        data = api.artifact_collection("dataset", "crew/ship/data").id
    named: JsonValue = [SHIP | {"artifactCollectionName": "shelf", "alias": "prod"}]
    link: JsonValue = {
        "artifactID": version, "artifactPortfolioID": shelf,
        "aliases": [{"artifactCollectionName": "shelf", "alias": "prod"}],
    }  # fmt: skip
    return [
        ("addAliases", {"artifactID": version, "aliases": named}),
        ("deleteAliases", {"artifactID": version, "aliases": named}),
        ("linkArtifact", link),
        ("unlinkArtifact", {"artifactID": version, "artifactPortfolioID": shelf}),
        ("deleteArtifact", {"artifactID": version, "deleteAliases": True}),
        ("deleteArtifactPortfolio", {"artifactPortfolioID": shelf}),
        ("deleteArtifactSequence", {"artifactSequenceID": data}),
        ("deleteRuns", SHIP | {"filters": "{}", "deleteArtifacts": True}),
        ("removeProtectedAliases", RESERVED),
        ("addProtectedAliases", RESERVED),
    ]


def test_member_cannot_set_or_remove_protected_alias(crew: WandbServer) -> None:
    for name, given in changes(crew):
        response = ask_as(crew, "bob", mutation(name), given)
        assert response.status_code == 403, (name, response.text)
        assert "permission denied" in response.text
    assert aliases_of(crew, "shelf") == {"latest", "next", "prod"}
    assert aliases_of(crew, "data") == {"latest"}


def test_administrator_sets_and_removes_protected_alias(crew: WandbServer) -> None:
    (add, given), (remove, _) = changes(crew)[:2]
    for name, expected in ((remove, {"latest", "next"}), (add, {"latest", "next", "prod"})):
        assert ask_as(crew, "ann", mutation(name), given).is_success
        assert aliases_of(crew, "shelf") == expected


def test_alias_that_is_no_longer_protected_is_for_members(crew: WandbServer) -> None:
    assert ask_as(crew, "ann", mutation("removeProtectedAliases"), RESERVED).is_success
    name, given = changes(crew)[1]
    assert ask_as(crew, "bob", mutation(name), given).is_success
    assert aliases_of(crew, "shelf") == {"latest", "next"}
