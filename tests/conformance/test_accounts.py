"""Several users: what the official client does with members, and what strangers see of others."""

from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.errors import AuthenticationError, NotFoundError
from wbtyped.server import WandbServer

from .conftest import Scripts


def test_official_client_changes_members(wandb_server: WandbServer, scripts: Scripts) -> None:
    wandb_server.add_organization("Acme", "acme-org", ["crew"])
    wandb_server.add_team("crew", members=["me"])
    wandb_server.add_user("ann")
    me = ["me", "admin"]
    seen = scripts.official("members.py", "Acme", "crew", "ann")
    assert isinstance(seen, dict)
    assert "invalid role 'boss'; choose one of admin, member" in str(seen.pop("unknown role"))
    assert "team crew is not a member" in str(seen.pop("no member"))
    assert seen == {
        "created": [me],
        "added": [["ann", "member"], me, ["crew", "member"]],
        "changed": [["ann", "viewer"], me, ["crew", "restricted_viewer"]],
        "kinds": ["Entity", "User", "User"],
        "removed": [me],
        "invited": True,
        "team": [
            ["ann", "USER", True], ["me", "USER", False], ["robot", "SERVICE", False]
        ],
        "left": [True],
        "new user": ["dora", "dora@example.com", False],
        "key works": "me",
        "keys": 1,
        "key deleted": True,
    }  # fmt: skip


def test_registry_shows_members_of_the_organization_what_their_role_allows(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    wandb_server.add_organization("Acme", "acme-org", ["crew", "band"])
    ann = wandb_server.add_user("ann", teams=["crew"])
    bob = wandb_server.add_user("bob", teams=["band"])
    eve = wandb_server.add_user("eve")
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": "hi"})
    settings = {"base_url": wandb_server.url}
    by_ann, by_bob = Api(settings, api_key=ann), Api(settings, api_key=bob)
    by_ann.create_registry("models", "organization", organization="Acme")
    by_ann.create_registry("secret", "restricted", organization="Acme")
    by_ann.artifact("crew/ship/data:v0").link("acme-org/wandb-registry-models/gold")
    # Bob does not see the project, but the registry and what is linked there.
    with pytest.raises(NotFoundError):
        by_bob.artifact("crew/ship/data:v0")
    linked = by_bob.artifact("acme-org/wandb-registry-models/gold:v0")
    assert [file.name for file in linked.files()] == ["a.txt"]
    assert [registry.name for registry in by_bob.registries("Acme")] == ["models"]
    assert sorted(r.name for r in by_ann.registries("Acme")) == ["models", "secret"]
    scripts = Scripts({**wandb_server.env, "WANDB_API_KEY": bob}, tmp_path)
    seen = scripts.official("linked.py", "acme-org/wandb-registry-models/gold:v0")
    assert seen == ["gold:v0", "dataset", "hi", "permission denied"]
    linked.aliases.append("best")
    with pytest.raises(AuthenticationError, match="permission denied"):
        linked.save()
    with pytest.raises(NotFoundError):
        list(Api(settings, api_key=eve).registries("Acme"))


@pytest.mark.parametrize("client", ["official", "ours"])
def test_stranger_reads_public_projects_only(
    wandb_server: WandbServer, tmp_path: Path, client: str
) -> None:
    for project in ("private", "public"):
        wandb_server.add_run(f"crew/{project}/log", {"a.txt": "hello"})
        wandb_server.add_artifact(f"crew/{project}/data", "dataset", {"a.txt": "hi"})
    wandb_server.add_project("crew/public", access="public")
    env = {**wandb_server.env, "WANDB_API_KEY": wandb_server.add_user("bob")}
    scripts = Scripts(env, tmp_path / "scripts")
    run = scripts.official if client == "official" else scripts.ours
    assert run("stranger.py", "crew/private", "crew/public") == {
        "user": "bob",
        "refused": [True] * 7,
        "projects": ["public"],
        "files": ["a.txt"],
        "state": "finished",
        "content": "hi",
    }


def test_official_client_sends_alerts(wandb_server: WandbServer, scripts: Scripts) -> None:
    scripts.official("alert.py", "ship")
    shown = [(each.run, each.title, each.text, each.severity) for each in wandb_server.alerts]
    assert shown == [
        ("me/ship/log", "Low accuracy", "It is 0.1.", "WARN"),
        ("me/ship/log", "Done", "All epochs.", "INFO"),
    ]


def test_stranger_cannot_log_to_a_team(wandb_server: WandbServer, tmp_path: Path) -> None:
    wandb_server.add_team("crew", members=["me"])
    env = {
        **wandb_server.env, "WANDB_API_KEY": wandb_server.add_user("bob"), "WANDB_ENTITY": "crew",
    }  # fmt: skip
    scripts = Scripts(env, tmp_path / "scripts")
    with pytest.raises(AssertionError, match="permission denied|403"):
        scripts.official("alert.py", "ship")
