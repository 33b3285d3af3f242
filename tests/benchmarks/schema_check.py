"""The cost of checking the whole pinned schema and all queries in a new process."""

import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from graphql import introspection_from_schema

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.results import Figure, Target, shuffled, spread
from wbtyped.drift.schema_files import pinned_schema, pinned_sdl
from wbtyped.server import WandbServer

PROGRAM = Path(__file__).parent / "programs" / "check_schema.py"
SDL, JSON = "SDL file", "introspection JSON file"
SHOWN, HIDDEN = "server, by introspection", "server, by probing"
VARIANTS = [SDL, JSON, SHOWN, HIDDEN]
MAX_CPU_SECONDS = 2.0
"""For one check, including the start of the interpreter."""


def figure(rounds: int) -> Figure:
    """Check every kind of source, all with a schema that fits."""
    costs: dict[str, list[Cost]] = {variant: [] for variant in VARIANTS}
    with make_sources() as sources:
        for variant in VARIANTS:
            _check(sources, variant)  # Not counted: it may compile modules.
        for variant in shuffled(VARIANTS, rounds):
            costs[variant].append(_check(sources, variant))
    return Figure(
        title="Check the whole pinned schema and all queries",
        columns=("source", "wall ms", "CPU ms", "peak MiB"),
        rows=[
            (
                variant,
                spread([1e3 * cost.wall for cost in costs[variant]]),
                spread([1e3 * cost.cpu for cost in costs[variant]]),
                spread([cost.peak / 2**20 for cost in costs[variant]]),
            )
            for variant in VARIANTS
        ],
        targets=[
            Target(
                f"CPU time, {v}", median(cost.cpu for cost in costs[v]), MAX_CPU_SECONDS, "seconds"
            )
            for v in VARIANTS
        ],
        notes=["the whole process, from the start of the interpreter to its end"],
    )


@contextmanager
def make_sources() -> Generator[dict[str, tuple[list[str], dict[str, str]]]]:
    """Yield the arguments and the environment of each variant."""
    with tempfile.TemporaryDirectory() as folder, WandbServer() as shown, WandbServer() as hidden:
        hidden.introspection = False
        sdl, introspected = Path(folder) / "schema.graphql", Path(folder) / "schema.json"
        sdl.write_text(pinned_sdl())
        introspected.write_text(json.dumps(introspection_from_schema(pinned_schema())))
        yield {
            SDL: (["--against", str(sdl)], {}),
            JSON: (["--against", str(introspected)], {}),
            SHOWN: ([], shown.env),
            HIDDEN: ([], hidden.env),
        }


def _check(sources: dict[str, tuple[list[str], dict[str, str]]], variant: str) -> Cost:
    arguments, environ = sources[variant]
    cost = measure([str(PROGRAM), *arguments], environ)
    if ": 0 breaking, 0 risky" not in cost.output:
        raise RuntimeError(f"{variant}: the check reports {cost.output!r}")
    return cost
