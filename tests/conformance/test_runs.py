"""The official client finds, reads, changes and deletes runs on the embedded server."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from wbtyped.server import WandbServer

from .conftest import Scripts

EVERY_FIFTH = [0, 5, 10, 15, 20]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scripts]:
    """Scripts against a server with three logged runs; read-only."""
    with WandbServer() as server:
        found = Scripts(server.env, tmp_path_factory.mktemp("runs"))
        found.official("log_runs.py", "crew/ship")
        yield found


def test_official_client_reads_runs(runs: Scripts) -> None:
    seen = runs.official("read_runs.py", "crew/ship")
    assert isinstance(seen, dict)
    messages = [str(seen.pop(f"unknown {name}")) for name in ("operator", "field")]
    assert "unknown filter operator $near" in messages[0]
    assert "unknown filter field 'colour'" in messages[1]
    exported = str(seen.pop("export"))
    in_files = find_spec("pyarrow") is not None
    assert f"contains_live_data={not in_files}" in exported
    assert seen.pop("history keys") == [
        {"_step": step, "rare": step, "loss": pytest.approx(1 / (step + 1))} for step in (0, 5, 15)
    ]
    assert seen == {
        "all": ["r0", "r1", "r2"],
        "newest first": ["r2", "r1", "r0"],
        "by summary": ["r2", "r1", "r0"],
        "by config": ["r2", "r1", "r0"],
        "config": ["r1", "r2"],
        "config value": ["r0"],
        "summary": ["r1", "r2"],
        "tags": ["r0", "r2"],
        "state": ["r1"],
        "or": ["r0", "r2"],
        "since": ["r0", "r1", "r2"],
        "user": ["r0", "r1", "r2"],
        "not lazy": [
            [f"r{n}", {"lr": 0.5 * (n + 1), "opt": {"name": "adam"}}, n, "me", 25] for n in range(3)
        ],
        "lazy": [[0.5, 0], [1.0, 1], [1.5, 2]],
        "attributes": [
            "run 0", "finished", "group", "train", "notes", ["even"], "me", True, True,
        ],
        "history": 0.25,
        "history steps": EVERY_FIFTH,
        "history axis": [{"double": step * 2, "rare": step} for step in EVERY_FIFTH],
        "histories": 6,
        "system": True,
        "scan": list(range(25)),
        "scan range": list(range(3, 11)),
        # In files, a step without a metric has null there.
        "scan keys": [
            {"_step": step, "rare": step if step % 5 == 0 else None}
            for step in range(25)
            if in_files or step % 5 == 0
        ],
        "last step": 24,
        "loaded": "r0",
        "waited": None,
        "projects": [["ship", "crew"]],
        "types": ["dataset"],
        "collections": ["data"],
        "versions": ["data:v0"],
        "paths": ["<Project crew/ship>", *["<Run crew/ship/r1 (finished)>"] * 2],
        "missing": "Runs",
    }  # fmt: skip


def test_official_client_changes_and_deletes_runs(scripts: Scripts) -> None:
    scripts.official("log_runs.py", "crew/ship")
    assert scripts.official("change_runs.py", "crew/ship") == {
        "updated": [
            {"lr": 0.5, "opt": {"name": "adam"}, "new": 3}, 5, ["even", "red"], "changed",
            "renamed",
        ],
        "failed": [True, "failed"],
        "deleted": [None, None, None],
        "left": ["r2"],
        "versions": 0,
    }  # fmt: skip


@pytest.mark.slow  # The process asks every 15 seconds.
def test_official_client_stops_a_run(scripts: Scripts) -> None:
    assert scripts.official("stop_run.py", "crew/ship") == "stopped"
