"""Set, move and remove aliases of a version in a portfolio, some of which are protected."""

import json

import wandb

SHELF = "crew/ship/shelf"


def outcome(change) -> str:
    try:
        change()
    except Exception as error:
        return "denied" if "permission denied" in str(error) else f"{type(error).__name__}: {error}"
    return "done"


def set_alias(path: str, alias: str) -> str:
    version = wandb.Api().artifact(path)

    def change() -> None:
        version.aliases = [*version.aliases, alias]
        version.save()

    return outcome(change)


def remove_alias(path: str, alias: str) -> str:
    version = wandb.Api().artifact(path)

    def change() -> None:
        version.aliases = [name for name in version.aliases if name != alias]
        version.save()

    return outcome(change)


def link(aliases: list[str]) -> str:
    version = wandb.Api().artifact("crew/ship/data:v1")
    return outcome(lambda: version.link(SHELF, aliases))


seen = {
    "set another": set_alias(f"{SHELF}:v0", "fine"),
    "set protected": set_alias(f"{SHELF}:v0", "spare"),
    "remove protected": remove_alias(f"{SHELF}:v0", "prod"),
    "move protected by a link": link(["prod"]),
    "link": link(["next"]),
    "in the sequence": set_alias("crew/ship/data:v0", "spare"),
}
aliases = {name: sorted(wandb.Api().artifact(f"{SHELF}:{name}").aliases) for name in ("v0", "v1")}
print(json.dumps(seen | aliases))
