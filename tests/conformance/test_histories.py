"""Histories of a run that the official client logged in two parts, read back by it."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from pydantic import JsonValue

from wbtyped.server import WandbServer

from .conftest import Scripts

RUN = "crew/ship/twice"
PARTS = (4, 3)


def logged_step(step: int) -> dict[str, JsonValue]:
    """Return what log_history.py logs at a step."""
    rare: dict[str, JsonValue] = {"rare": step} if step % 5 == 0 else {}
    return {
        "_step": step, "loss": 1 / (step + 1), "deep": {"er": step}, "nan": "nan", **rare,
        "word": f"w{step}", "ok": step % 2 == 0, "list": [step, 1.5],
    }  # fmt: skip


STEPS = [logged_step(step) for step in range(sum(PARTS))]


def chosen(*keys: str, complete: bool = True) -> list[JsonValue]:
    """Return some metrics of the steps that have all of them, or of all steps."""
    return [
        {key: step[key] for key in ("_step", *keys) if key in step}
        for step in STEPS
        if not complete or all(key in step for key in keys)
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[WandbServer]:
    with WandbServer() as server:
        yield server


@pytest.fixture(scope="module")
def scripts(server: WandbServer, tmp_path_factory: pytest.TempPathFactory) -> Scripts:
    """Scripts against a server with the run."""
    scripts = Scripts(server.env, tmp_path_factory.mktemp("histories"))
    scripts.official("log_history.py", RUN, *map(str, PARTS))
    return scripts


@pytest.mark.parametrize("ended", [True, False])
def test_official_client_reads_the_history_it_logged(
    server: WandbServer, scripts: Scripts, ended: bool
) -> None:
    server.add_run(RUN, state="finished" if ended else "running")
    in_files = ended and find_spec("pyarrow") is not None
    seen = scripts.official("read_history.py", RUN)
    assert isinstance(seen, dict)
    system = seen.pop("system")
    assert isinstance(system, list)
    assert system
    assert all(system)
    keys = (["loss"], ["loss", "rare"], ["word", "ok"], ["list"], ["deep"])
    exports: list[object] = [len(PARTS), True, False, {}] if in_files else ["incomplete", 0, True]
    assert seen == {
        "state": "finished" if ended else "running",
        **dict.fromkeys(("all", "small pages", "without cache", "beta", "sampled"), STEPS),
        "range": STEPS[2:4],
        # In files, a step without a metric has null there.
        "keys": {" ".join(names): chosen(*names, complete=not in_files) for names in keys},
        "two samples": 2,
        "sampled keys": chosen("rare"),
        "part of a metric": [{"_step": step, "deep.er": step} for step in range(sum(PARTS))],
        "other axis": [{"loss": s["loss"], "rare": s["rare"]} for s in STEPS if "rare" in s],
        "system samples": 1,
        "console": [f"step {step}" for step in range(sum(PARTS))],
        "end of the console": [f"step {step}" for step in range(sum(PARTS))][-2:],
        "exports": exports,
    }


def test_scans_see_each_step_of_a_resumed_run_once(scripts: Scripts) -> None:
    # The client caches files by their numbers, so it would miss a change of the first one.
    scans = scripts.official("log_history.py", "crew/ship/scanned", *map(str, PARTS))
    assert scans == [[*range(PARTS[0])], [*range(sum(PARTS))]]


def test_lines_are_compressed_where_the_client_is_told_to(
    server: WandbServer, scripts: Scripts
) -> None:
    streams = [r for r in server.requests if r.path.endswith("/file_stream")]
    assert {request.headers.get("content-encoding") for request in streams} == {"gzip"}


LONG = 2_600
"""Steps of a run whose lines are indexed in several blocks."""
RARE = range(0, LONG, 50)


@pytest.mark.parametrize("client", ["official", "ours"])
def test_long_history_of_a_running_run_is_scanned(
    wandb_server: WandbServer, tmp_path: Path, client: str
) -> None:
    history = [
        {"loss": step / 2, **({"rare": step} if step in RARE else {})} for step in range(LONG)
    ]
    wandb_server.add_run("crew/ship/long", state="running", history=history)
    scripts = Scripts(wandb_server.env, tmp_path)
    run = scripts.official if client == "official" else scripts.ours
    every: list[JsonValue] = [LONG, 0, LONG - 1, sum(range(LONG))]
    assert run("scan_long.py", "crew/ship/long") == {
        "all": every,
        "a metric": every,
        "a rare metric": [len(RARE), 0, RARE[-1], sum(RARE)],
        "part": [250, 1_900, 2_149, sum(range(1_900, 2_150))],
        "sampled": [step * LONG // 6 for step in range(6)],
        "sampled metric": [RARE[step * len(RARE) // 4] for step in range(4)],
    }
