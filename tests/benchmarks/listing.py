"""The cost of listing the files of a run, or the runs of a project, in a new process."""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.responses import FILE_SIZE, PROJECT, RUN, RUNS
from tests.benchmarks.results import OFFICIAL, OURS, Figure, Target, ratio, shuffled, spread
from tests.benchmarks.servers import Prepared, prepared_server

PROGRAMS = Path(__file__).parent / "programs"
FILES = 10_000
PAGE_SIZES = [50, 500]
VARIANTS = [(client, size) for size in PAGE_SIZES for client in (OURS, OFFICIAL)]

Variant = tuple[str, int]


@dataclass(frozen=True)
class Listing:
    """What both clients list, and what they have to report of it."""

    noun: str
    program: str
    path: str
    count: int
    checksum: int
    max_share: float
    """Of the CPU time of the official client."""

    def cost(self, server: Prepared, variant: Variant) -> Cost:
        """Measure one client with one page size."""
        client, size = variant
        arguments = [str(PROGRAMS / self.program), client, self.path, str(size)]
        cost = measure(arguments, {"WANDB_BASE_URL": server.url})
        report = json.loads(cost.output)
        if (report["count"], report["size"]) != (self.count, self.checksum):
            raise RuntimeError(f"{client} listed something else: {report}")
        return cost


def figure(rounds: int) -> Figure:
    """List the same files with both clients and two page sizes."""
    return _compare(Listing("files", "list_files.py", RUN, FILES, FILES * FILE_SIZE, 0.25), rounds)


def run_figure(rounds: int) -> Figure:
    """List the same runs with both clients and two page sizes."""
    return _compare(
        Listing("runs", "list_runs.py", PROJECT, RUNS, RUNS * len("finished"), 0.35), rounds
    )


def _compare(listing: Listing, rounds: int) -> Figure:
    costs: dict[Variant, list[Cost]] = {variant: [] for variant in VARIANTS}
    with prepared_server(FILES, PAGE_SIZES) as server:
        for variant in VARIANTS:
            listing.cost(server, variant)  # Not counted: it may compile modules.
        for variant in shuffled(VARIANTS, rounds):
            costs[variant].append(listing.cost(server, variant))
    times = {v: [1e3 * json.loads(c.output)["seconds"] for c in costs[v]] for v in VARIANTS}
    cpu = {v: [1e3 * cost.cpu for cost in costs[v]] for v in VARIANTS}
    return Figure(
        title=f"List {listing.count:,} {listing.noun}",
        columns=("client", "per_page", "listing ms", "process ms", "CPU ms", "peak MiB"),
        rows=[
            (
                variant[0],
                str(variant[1]),
                spread(times[variant]),
                spread([1e3 * cost.wall for cost in costs[variant]]),
                spread(cpu[variant]),
                spread([cost.peak / 2**20 for cost in costs[variant]]),
            )
            for variant in VARIANTS
        ],
        targets=[target for size in PAGE_SIZES for target in _targets(listing, size, cpu, times)],
        notes=[
            f"listing: from the first request for {listing.noun} to the last of them; the rest "
            "covers the whole process, CPU and memory including helper processes",
            *(_rate(listing, variant, times) for variant in VARIANTS),
        ],
    )


def _targets(
    listing: Listing, size: int, cpu: dict[Variant, list[float]], times: dict[Variant, list[float]]
) -> list[Target]:
    ours, theirs = (OURS, size), (OFFICIAL, size)
    return [
        Target(f"CPU time, per_page={size}", ratio(cpu[ours], cpu[theirs]), listing.max_share),
        Target(f"listing, per_page={size}", ratio(times[ours], times[theirs]), 1.0),
    ]


def _rate(listing: Listing, variant: Variant, times: dict[Variant, list[float]]) -> str:
    client, size = variant
    rate = 1e3 * listing.count / median(times[variant])
    return f"{client}, per_page={size}: {rate:,.0f} {listing.noun}/s"
