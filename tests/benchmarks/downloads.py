"""Download speed, compared with the official client and with curl."""

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
from tests.benchmarks.storage import KINDS, StorageServer, missing_programs, nginx_server
from wbtyped import Api

PROGRAM = Path(__file__).parent / "programs" / "download.py"
CURL_PROGRAM = "curl --parallel"
CLIENTS = ["httpx", "curl", "wandb", "wandb-no-cache", CURL_PROGRAM]
DELAY_SECONDS = 0.03
"""Added to every request of some jobs."""


class Job(NamedTuple):
    """A download: `artifact` or `run`, and which kind of files."""

    what: str
    kind: str
    present: bool = False
    """Whether the files are already on disk."""
    delayed: bool = False
    """Whether each response is delayed by `DELAY_SECONDS`."""

    def __str__(self) -> str:
        count, size = KINDS[self.kind]
        present = ", already there" if self.present else ""
        delayed = f", {DELAY_SECONDS * 1000:.0f} ms per request" if self.delayed else ""
        return f"{self.what}, {count:,} x {size // 1024:,} KiB{present}{delayed}"


SMALL, LARGE = Job("artifact", "small"), Job("artifact", "large")
# Minimum speed relative to the official client: with httpx, with curl.
TARGETS: dict[Job, tuple[float, float]] = {
    SMALL: (2.5, 20),
    Job("artifact", "small", present=True): (3, 3),
    Job("artifact", "small", delayed=True): (2, 7),
    Job("run", "small"): (1.2, 5),
    Job("artifact", "medium"): (2, 5),
    LARGE: (1.2, 1.5),
}
MIN_SHARE_OF_CURL_PROGRAM = 0.6
"""Minimum speed for many small files with curl, relative to the curl program."""
MIN_SHARE_OF_DIGEST = 0.8
"""Minimum speed for a large file, relative to MD5 on one core."""
MAX_MEMORY_MIB = 150.0


def figure(rounds: int, wanted: str = "") -> Figure:
    """Run every job whose name contains `wanted`, with every client."""
    if lacking := missing_programs():
        raise SystemExit(f"the download figures cannot be measured: {lacking}")
    jobs = [job for job in TARGETS if wanted in str(job)]
    if not jobs:
        raise SystemExit(f"no job {wanted!r}; there are: {'; '.join(map(str, TARGETS))}")
    costs: dict[tuple[Job, str], list[Cost]] = {}
    seconds: dict[tuple[Job, str], list[float]] = {}
    with nginx_server() as server, nginx_server(["small"], DELAY_SECONDS) as delayed_server:
        variants = [(job, client) for job in jobs for client in clients_of(job)]
        for job, client in [*variants, *shuffled(variants, rounds)]:
            key = job, client
            cost, taken = run(delayed_server if job.delayed else server, job, client)
            costs.setdefault(key, []).append(cost)
            seconds.setdefault(key, []).append(taken)
    # The first run of each is not counted: it may compile modules.
    costs = {key: values[1:] for key, values in costs.items()}
    seconds = {key: values[1:] for key, values in seconds.items()}
    return Figure(
        title="Download",
        columns=("what", "client", "files/s", "MB/s", "CPU s", "peak MiB"),
        rows=[row(key, costs[key], seconds[key]) for key in seconds],
        targets=[
            *(target for job in jobs for target in targets(job, costs, seconds)),
            *machine_targets(seconds),
        ],
        notes=["only ours verify files; everything on one machine, to memory"],
    )


def clients_of(job: Job) -> list[str]:
    """Return the clients that can run a job."""
    if job.what == "run":
        return ["httpx", "curl", "wandb"]
    return CLIENTS[:3] if job.present else CLIENTS


def run(server: StorageServer, job: Job, client: str) -> tuple[Cost, float]:
    """Run a job once; return its cost and the seconds of the download."""
    path = f"bench/speed/{job.kind}" + (":v0" if job.what == "artifact" else "")
    target = server.work / ("kept" if job.present else "new")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    if client == CURL_PROGRAM:
        return run_curl_program(server, path, target)
    arguments = [str(PROGRAM), client, job.what, path, str(target)]
    if job.present:
        measure(arguments, server.env)
    cost = measure(arguments, server.env)
    report = json.loads(cost.output)
    count, size = KINDS[job.kind]
    if (report["count"], report["size"]) != (count, count * size):
        raise RuntimeError(f"{client} downloaded something else: {report}")
    return cost, float(report["seconds"])


def run_curl_program(server: StorageServer, path: str, target: Path) -> tuple[Cost, float]:
    """Download the same URLs with the curl program, which verifies nothing."""
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
    """Return a row of the table."""
    job, client = key
    count, size = KINDS[job.kind]
    measured = costs[0].output != ""
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
    """Return targets relative to the official client, as shares of its time."""
    found: list[Target] = []
    theirs = median(seconds[job, "wandb"])
    for engine, factor in zip(("httpx", "curl"), TARGETS[job], strict=True):
        what = f"{job}: {engine}"
        taken = median(seconds[job, engine]) / theirs
        found.append(Target(f"{what}, time", taken, 1 / factor))
        peak = max(cost.peak for cost in costs[job, engine]) / 2**20
        found.append(Target(f"{what}, memory", peak, MAX_MEMORY_MIB, "MiB"))
    return found


def machine_targets(seconds: dict[tuple[Job, str], list[float]]) -> list[Target]:
    """Return targets relative to what the machine can do."""
    found: list[Target] = []
    if (SMALL, "curl") in seconds:
        curl = median(seconds[SMALL, "curl"]) / median(seconds[SMALL, CURL_PROGRAM])
        most, unit = 1 / MIN_SHARE_OF_CURL_PROGRAM, f"times that of {CURL_PROGRAM}"
        found.append(Target(f"{SMALL}: curl, time", curl, most, unit))
    if (LARGE, "curl") in seconds:
        fastest = min(median(seconds[LARGE, engine]) for engine in ("httpx", "curl"))
        most, unit = 1 / MIN_SHARE_OF_DIGEST, "times that of MD5"
        name = f"{LARGE}: either engine, time"
        found.append(Target(name, fastest / digest_seconds(), most, unit))
    return found


def digest_seconds() -> float:
    """Return the seconds that MD5 of the large file takes on one core."""
    block = bytes(1024 * 1024)
    digest = hashlib.md5(usedforsecurity=False)
    began = time.perf_counter()
    for _ in range(KINDS["large"][1] // len(block)):
        digest.update(block)
    return time.perf_counter() - began
