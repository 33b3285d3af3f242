"""The official client creates, searches, changes and deletes registries."""

from wbtyped.server import WandbServer

from .conftest import Scripts


def test_official_client_uses_registries(wandb_server: WandbServer, scripts: Scripts) -> None:
    wandb_server.add_organization("Acme", "acme-org", ["crew"])
    for number in range(3):
        wandb_server.add_artifact(
            "crew/ship/data", "dataset", {"x": b"%d" % number}, metadata={"number": number}
        )
    wandb_server.add_artifact("crew/ship/net", "model", {"x": b"net"})
    # What is no registry does not appear among them.
    wandb_server.add_artifact("acme-org/ordinary/data", "dataset", {"x": b"other"})
    seen = scripts.official("registries.py", "Acme", "crew/ship")
    assert isinstance(seen, dict)
    assert "already exists" in str(seen.pop("taken"))
    assert "does not accept artifacts of type model" in str(seen.pop("wrong type"))
    assert "unknown filter operator $near" in str(seen.pop("unknown operator"))
    newest_first = ["gold:v2", "gold:v1", "gold:v0"]
    assert seen == {
        "registries": [
            ["models", "d", ["dataset"], False, "organization", "Acme", "acme-org"],
            ["anything", None, ["dataset", "model"], True, "restricted", "Acme", "acme-org"],
        ],
        "by name": ["models"],
        "by pattern": ["anything"],
        "by description": ["models"],
        "by several": ["models"],
        "collections": [["gold", "dataset", "wandb-registry-models"]],
        "all collections": ["gold", "more", "nets"],
        "number of collections": 3,
        "by tag": ["nets"],
        "by registry": ["gold"],
        "versions": [
            ["nets:v0", ["latest"], "net:v0"],
            ["more:v0", ["latest"], "data:v0"],
            ["gold:v2", ["latest", "g2"], "data:v2"],
            ["gold:v1", ["g1"], "data:v1"],
            ["gold:v0", ["g0"], "data:v0"],
        ],
        "versions of a registry": newest_first,
        "versions of a collection": newest_first,
        "by alias or metadata": ["gold:v2", "gold:v1"],
        "by version": ["gold:v2", "gold:v0"],
        "by time": [],
        "in order": ["nets:v0", "more:v0", *newest_first],
        "saved": ["new", ["dataset", "model"], "organization"],
        "by path": "crew/ship/data:v1",
        "left": ["anything"],
        "source": "COMMITTED",
    }
