"""The cost of listing the files of a run in a new process."""

import json
from pathlib import Path
from statistics import median

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.responses import FILE_SIZE, RUN
from tests.benchmarks.results import OFFICIAL, OURS, Figure, Target, ratio, shuffled, spread
from tests.benchmarks.servers import Prepared, prepared_server

PROGRAM = Path(__file__).parent / "programs" / "list_files.py"
TOTAL = 10_000
PAGE_SIZES = [50, 500]
VARIANTS = [(client, size) for size in PAGE_SIZES for client in (OURS, OFFICIAL)]

Variant = tuple[str, int]


def figure(rounds: int) -> Figure:
    """List the same files with both clients and two page sizes."""
    costs: dict[Variant, list[Cost]] = {variant: [] for variant in VARIANTS}
    with prepared_server(TOTAL, PAGE_SIZES) as server:
        for variant in VARIANTS:
            _list(server, variant)  # Not counted: it may compile modules.
        for variant in shuffled(VARIANTS, rounds):
            costs[variant].append(_list(server, variant))
    listing = {v: [1e3 * json.loads(c.output)["seconds"] for c in costs[v]] for v in VARIANTS}
    cpu = {v: [1e3 * cost.cpu for cost in costs[v]] for v in VARIANTS}
    return Figure(
        title=f"List {TOTAL:,} files",
        columns=("client", "per_page", "listing ms", "process ms", "CPU ms", "peak MiB"),
        rows=[
            (
                variant[0],
                str(variant[1]),
                spread(listing[variant]),
                spread([1e3 * cost.wall for cost in costs[variant]]),
                spread(cpu[variant]),
                spread([cost.peak / 2**20 for cost in costs[variant]]),
            )
            for variant in VARIANTS
        ],
        targets=[target for size in PAGE_SIZES for target in _targets(size, cpu, listing)],
        notes=[
            "listing: from the first request for files to the last file; the rest covers the whole "
            "process, CPU and memory including helper processes",
            *(_rate(variant, listing) for variant in VARIANTS),
        ],
    )


def _list(server: Prepared, variant: Variant) -> Cost:
    client, size = variant
    arguments = [str(PROGRAM), client, RUN, str(size)]
    cost = measure(arguments, {"WANDB_BASE_URL": server.url})
    report = json.loads(cost.output)
    if (report["count"], report["size"]) != (TOTAL, TOTAL * FILE_SIZE):
        raise RuntimeError(f"{client} listed something else: {report}")
    return cost


def _targets(
    size: int, cpu: dict[Variant, list[float]], listing: dict[Variant, list[float]]
) -> list[Target]:
    ours, theirs = (OURS, size), (OFFICIAL, size)
    return [
        Target(f"CPU time, per_page={size}", ratio(cpu[ours], cpu[theirs]), 0.5),
        Target(f"listing, per_page={size}", ratio(listing[ours], listing[theirs]), 1.0),
    ]


def _rate(variant: Variant, listing: dict[Variant, list[float]]) -> str:
    client, size = variant
    rate = 1e3 * TOTAL / median(listing[variant])
    return f"{client}, per_page={size}: {rate:,.0f} files/s"
