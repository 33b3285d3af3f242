"""How fast files come down, against the official client and against curl."""

import hashlib
import json
import shutil
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.results import Figure, Target, shuffled, spread
from tests.benchmarks.storage import KINDS, Ready, nginx_server
from wbtyped import Api

PROGRAM = Path(__file__).parent / "programs" / "download.py"
LIMIT = "curl --parallel"
CLIENTS = ["httpx", "curl", "wandb", "wandb-no-cache", LIMIT]
DELAY = 0.03
"""Seconds that are added to every request of some jobs."""


class Job(NamedTuple):
    """What is downloaded: `artifact` or `run`, and of which kind."""

    what: str
    kind: str
    there: bool = False
    """Whether it is there already."""
    late: bool = False
    """Whether each answer comes `DELAY` later."""

    def __str__(self) -> str:
        count, size = KINDS[self.kind]
        there = ", there already" if self.there else ""
        late = f", {DELAY * 1000:.0f} ms a request" if self.late else ""
        return f"{self.what}, {count:,} x {size // 1024:,} KiB{there}{late}"


SMALL, LARGE = Job("artifact", "small"), Job("artifact", "large")
# At least so many times as fast as the official client: with httpx, with curl.
TARGETS: dict[Job, tuple[float, float]] = {
    SMALL: (2.5, 20),
    Job("artifact", "small", there=True): (3, 3),
    Job("artifact", "small", late=True): (2, 7),
    Job("run", "small"): (1.2, 5),
    Job("artifact", "medium"): (2, 5),
    LARGE: (1.2, 1.5),
}
OF_LIMIT = 0.6
"""Of the speed of the curl program, for many small files with curl."""
OF_DIGEST = 0.8
"""Of the speed of MD5 on one core, for a large file."""
MEMORY = 150.0
"""MiB at most."""


def figure(rounds: int) -> Figure:
    """Download everything with every client."""
    costs: dict[tuple[Job, str], list[Cost]] = {}
    seconds: dict[tuple[Job, str], list[float]] = {}
    with nginx_server() as server, nginx_server(["small"], DELAY) as late_server:
        variants = [(job, client) for job in TARGETS for client in clients_of(job)]
        for job, client in [*variants, *shuffled(variants, rounds)]:
            key = job, client
            cost, taken = run(late_server if job.late else server, job, client)
            costs.setdefault(key, []).append(cost)
            seconds.setdefault(key, []).append(taken)
    # The first of each is not counted: it may have to compile modules.
    costs = {key: values[1:] for key, values in costs.items()}
    seconds = {key: values[1:] for key, values in seconds.items()}
    return Figure(
        title="Download",
        columns=("what", "client", "files/s", "MB/s", "CPU s", "peak MiB"),
        rows=[row(key, costs[key], seconds[key]) for key in seconds],
        targets=[
            *(target for job in TARGETS for target in targets(job, costs, seconds)),
            *limits(seconds),
        ],
        notes=["files are verified by ours, and not by the others; all on one machine, to memory"],
    )


def clients_of(job: Job) -> list[str]:
    """Return who can do a job."""
    if job.what == "run":
        return ["httpx", "curl", "wandb"]
    return CLIENTS[:3] if job.there else CLIENTS


def run(server: Ready, job: Job, client: str) -> tuple[Cost, float]:
    """Do a job once, and return what it cost and the seconds that the download took."""
    path = f"bench/speed/{job.kind}" + (":v0" if job.what == "artifact" else "")
    target = server.work / ("kept" if job.there else "new")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if client == LIMIT:
        return limit(server, path, target)
    arguments = [str(PROGRAM), client, job.what, path, str(target)]
    if job.there:
        measure(arguments, server.env)
    cost = measure(arguments, server.env)
    said = json.loads(cost.said)
    count, size = KINDS[job.kind]
    if (said["count"], said["size"]) != (count, count * size):
        raise RuntimeError(f"{client} downloaded something else: {said}")
    return cost, float(said["seconds"])


def limit(server: Ready, path: str, target: Path) -> tuple[Cost, float]:
    """Fetch the same addresses with the curl program, which checks nothing."""
    key = server.env["WANDB_API_KEY"]
    with Api({"base_url": server.env["WANDB_BASE_URL"]}, api_key=key) as api:
        files = api.artifact(path).files(per_page=1000)
        lines = [f'url = "{f.direct_url}"\noutput = "{target / f.name}"\n' for f in files]
    settings = target.with_suffix(".curl")
    settings.write_text("".join(lines))
    command = ["curl", "-s", "--parallel", "--parallel-max", "32", "--create-dirs", "-K"]
    began = time.perf_counter()
    subprocess.run([*command, str(settings)], check=True)
    taken = time.perf_counter() - began
    return Cost(taken, 0.0, 0, ""), taken


def row(key: tuple[Job, str], costs: list[Cost], seconds: list[float]) -> tuple[str, ...]:
    """Return a line of the table."""
    job, client = key
    count, size = KINDS[job.kind]
    measured = costs[0].said != ""
    return (
        str(job),
        client,
        spread([count / taken for taken in seconds]),
        spread([count * size / taken / 1e6 for taken in seconds]),
        spread([cost.cpu for cost in costs], 1) if measured else "",
        spread([cost.peak / 2**20 for cost in costs]) if measured else "",
    )


def targets(
    job: Job, costs: dict[tuple[Job, str], list[Cost]], seconds: dict[tuple[Job, str], list[float]]
) -> list[Target]:
    """Return how ours stand against the official client, as shares of the time it takes."""
    found: list[Target] = []
    theirs = median(seconds[job, "wandb"])
    for engine, factor in zip(("httpx", "curl"), TARGETS[job], strict=True):
        what = f"{job}: {engine}"
        taken = median(seconds[job, engine]) / theirs
        found.append(Target(f"{what}, time", taken, 1 / factor))
        peak = max(cost.peak for cost in costs[job, engine]) / 2**20
        found.append(Target(f"{what}, memory", peak, MEMORY, "MiB"))
    return found


def limits(seconds: dict[tuple[Job, str], list[float]]) -> list[Target]:
    """Return how ours stand against what the machine can do."""
    curl = median(seconds[SMALL, "curl"]) / median(seconds[SMALL, LIMIT])
    digest = min(median(seconds[LARGE, engine]) for engine in ("httpx", "curl")) / digest_seconds()
    return [
        Target(f"{SMALL}: curl, time", curl, 1 / OF_LIMIT, f"times that of {LIMIT}"),
        Target(f"{LARGE}: either engine, time", digest, 1 / OF_DIGEST, "times that of MD5"),
    ]


def digest_seconds() -> float:
    """Return the seconds that MD5 needs for the large file on one core."""
    block = bytes(1024 * 1024)
    digest = hashlib.md5(usedforsecurity=False)
    began = time.perf_counter()
    for _ in range(KINDS["large"][1] // len(block)):
        digest.update(block)
    return time.perf_counter() - began
