"""Scripts as people publish them, run with `import wandb` and with `import wbtyped as wandb`.

Each client works on a server of its own, with the same content. What the scripts print and download
must be the same, and so must be what the servers have afterwards.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.run_logging import log_run
from wbtyped import Api
from wbtyped.server import WandbServer

from .conftest import FOLDER, Scripts, original, ported

SCRIPTS = sorted(f"public/{path.name}" for path in (FOLDER / "public").glob("*.py"))
CHANGING = {"delete_without_aliases", "keep_last_versions", "tag_versions"}
"""The scripts that change what is on the server."""


def seed(server: WandbServer) -> None:
    """Two training runs, an evaluation that uses what they logged, and a registry."""
    for number, rate in enumerate((0.1, 0.05, 0.001)):
        log_run(
            server, f"crew/ship/train-{number}", config={"lr": rate, "layers": [8, 8]},
            summary={"loss": 0.5 - rate, "_step": 1}, history=[{"loss": 0.9}, {"loss": 0.5 - rate}],
            displayName=f"train {number}", groupName="nets", jobType="train", tags=["train"],
        )  # fmt: skip
        server.add_run(
            f"crew/ship/train-{number}",
            {"config.yaml": f"lr: {rate}", "media/loss.png": b"picture %d" % number, "log": "text"},
        )
    log_run(server, "crew/ship/eval", config={"_batch": 2}, exit_code=1, jobType="eval")
    train, evaluation = "crew/ship/train-", "crew/ship/eval"
    server.add_artifact(
        "crew/ship/tokens", "dataset", {"tokens.txt": "a b c"}, used_by=[f"{train}0", f"{train}1"]
    )
    for number, accuracy in enumerate((0.7, 0.8, 0.95, 0.6)):
        server.add_artifact(
            "crew/ship/net", "model",
            {"weights/net.bin": b"weights %d" % number, "config.json": f'{{"epoch": {number}}}'},
            metadata={"epoch": number, "accuracy": accuracy},
            aliases=["best"] if number == 2 else [], tags=["approved"] if number == 2 else [],
            logged_by=f"{train}{min(number, 2)}", used_by=[evaluation],
        )  # fmt: skip
    server.add_artifact("crew/ship/report", "table", {"rows.csv": "x,y"}, logged_by=evaluation)
    server.add_organization("acme", "acme-org", teams=["crew"])
    registry = "acme-org/wandb-registry-model/net"
    server.link_artifact("crew/ship/net:v1", registry)
    server.link_artifact("crew/ship/net:v2", registry, aliases=["production"])
    server.link_artifact("crew/ship/net:v2", "crew/shelf/best-net")


@contextmanager
def seeded(work: Path) -> Generator[tuple[WandbServer, Scripts]]:
    with WandbServer() as server:
        seed(server)
        yield server, Scripts(server.env, work)


def contents(server: WandbServer) -> dict[str, object]:
    """Return what a server has, except for times."""
    found: dict[str, object] = {}
    with Api(base_url=server.url, api_key=server.api_key) as api:
        for entity in ("crew", "acme-org"):
            for project in api.projects(entity):
                for collection in project.collections():
                    found[collection.full_path] = (
                        collection.type, collection.description, sorted(collection.tags),
                    )  # fmt: skip
                    for version in collection.artifacts():
                        found[version.qualified_name] = (
                            version.source_name, version.description, version.metadata,
                            sorted(version.tags), sorted(version.aliases), version.digest,
                            version.ttl, version.attrs.ttl_is_inherited,
                            sorted(run.id for run in version.used_by()),
                        )  # fmt: skip
        for run in api.runs("crew/ship"):
            found[run.full_path] = (run.state, run.tags, sorted(f.name for f in run.files()))
    return found


def downloaded(work: Path) -> dict[str, bytes]:
    """Return the files that a script left in its folder, by path; not what its SDK keeps there."""
    kept = ("artifacts", "downloads", "production", "restored", "tokens")
    [home] = work.iterdir()
    files = [path for name in kept for path in (home / name).rglob("*") if path.is_file()]
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in files}


@dataclass(frozen=True)
class Outcome:
    """What a script printed, downloaded and changed."""

    output: str
    files: dict[str, bytes]
    before: dict[str, object]
    after: dict[str, object]


def outcome(name: str, text: str, work: Path) -> Outcome:
    with seeded(work) as (server, scripts):
        before = contents(server)
        output = scripts.output(name, text)
        return Outcome(output, downloaded(work), before, contents(server))


@pytest.mark.parametrize("name", SCRIPTS)
def test_public_script_does_the_same(tmp_path: Path, name: str) -> None:
    official = outcome(name, original(name), tmp_path / "official")
    assert official.output.count("\n") > 3
    assert (official.before != official.after) is (Path(name).stem in CHANGING)
    assert outcome(name, ported(name), tmp_path / "ours") == official
