"""The cost of importing the client."""

import json
from pathlib import Path

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.results import OFFICIAL, OURS, Figure, Target, ratio, shuffled, spread

STATEMENTS = {
    "bare": "pass",
    OURS: f"from {OURS} import Api",
    OFFICIAL: f"from {OFFICIAL} import Api",
}
REPORT = "\nimport sys\nprint(*sys.modules, flush=True)\nsys.stdin.read()"
BUILT_MODELS = Path(__file__).parent / "programs" / "built_models.py"
MAX_SHARE = 1 / 4


def figure(rounds: int) -> Figure:
    """Import each client, and nothing, in a new process every time."""
    costs: dict[str, list[Cost]] = {name: [] for name in STATEMENTS}
    for name in STATEMENTS:
        _start(name)  # Not counted: it may compile modules.
    for name in shuffled(list(STATEMENTS), rounds):
        costs[name].append(_start(name))
    models = json.loads(measure([str(BUILT_MODELS)], {}).output)
    defined = f"of {models['defined']} defined"
    wall = {name: [1e3 * cost.wall for cost in costs[name]] for name in costs}
    cpu = {name: [1e3 * cost.cpu for cost in costs[name]] for name in costs}
    return Figure(
        title="Import, from the start of the interpreter to its end",
        columns=("statement", "wall ms", "CPU ms", "modules", "peak MiB"),
        rows=[
            (
                STATEMENTS[name],
                spread(wall[name]),
                spread(cpu[name]),
                str(len(found[-1].output.split())),
                spread([cost.peak / 2**20 for cost in found]),
            )
            for name, found in costs.items()
        ],
        targets=[
            Target("wall time", ratio(wall[OURS], wall[OFFICIAL]), MAX_SHARE),
            Target("CPU time", ratio(cpu[OURS], cpu[OFFICIAL]), MAX_SHARE),
            Target("result models built", len(models["built"]), 0, defined),
        ],
    )


def _start(name: str) -> Cost:
    return measure(["-c", STATEMENTS[name] + REPORT], {})
