"""Aliases that only administrators set or remove, tried with both clients."""

from pathlib import Path

import pytest
from pydantic import JsonValue

from wbtyped import Api
from wbtyped.server import WandbServer

from ..server.test_accounts import ask_as, mutation
from .conftest import Scripts

MEMBER = {
    "set another": "done",
    "set protected": "denied",
    "remove protected": "denied",
    "move protected by a link": "denied",
    "link": "done",
    "in the sequence": "done",
    "v0": ["fine", "prod"],
    "v1": ["latest", "next"],
}
ADMIN = {
    **dict.fromkeys(MEMBER, "done"),
    "v0": ["fine", "spare"],
    "v1": ["latest", "next", "prod"],
}


@pytest.mark.parametrize("client", ["official", "ours"])
@pytest.mark.parametrize(("role", "expected"), [("member", MEMBER), ("admin", ADMIN)])
def test_protected_aliases_are_for_administrators(
    wandb_server: WandbServer, tmp_path: Path, client: str, role: str, expected: dict[str, object]
) -> None:
    wandb_server.add_user("ann", teams=["crew"], role="admin")
    key = wandb_server.add_user("bob", teams=["crew"], role=role)
    for content in ("first", "second"):
        wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": content})
    wandb_server.link_artifact("crew/ship/data:v0", "crew/ship/shelf", aliases=["prod"])
    reserved: JsonValue = {"entityName": "crew", "adminType": "MODEL", "aliases": ["prod", "spare"]}
    assert ask_as(wandb_server, "ann", mutation("addProtectedAliases"), reserved).is_success
    scripts = Scripts({**wandb_server.env, "WANDB_API_KEY": key}, tmp_path)
    run = scripts.official if client == "official" else scripts.ours
    assert run("protected_aliases.py") == expected
    with Api({"base_url": wandb_server.url}, api_key=key) as api:
        assert "spare" in api.artifact("crew/ship/data:v0").aliases
