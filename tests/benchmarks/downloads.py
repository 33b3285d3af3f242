"""Download speed, compared with the official client and with curl."""

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.processes import Cost, measure
from tests.benchmarks.results import Figure, Target, shuffled, spread
from tests.benchmarks.storage import KINDS, StorageServer, missing_programs, nginx_server
from wbtyped import Api

PROGRAM = Path(__file__).parent / "programs" / "download.py"
CURL_PROGRAM = "curl --parallel"
OFFICIAL = "wandb"
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
    tls: bool = False
    """Whether files are served over TLS."""
    cached: bool = False
    """Whether they are added to a cache."""

    def __str__(self) -> str:
        count, size = KINDS[self.kind]
        options = {
            "already there": self.present,
            f"{DELAY_SECONDS * 1000:.0f} ms per request": self.delayed,
            "TLS": self.tls,
            "with the cache": self.cached,
        }
        parts = [f"{self.what}, {count:,} x {size // 1024:,} KiB"]
        return ", ".join([*parts, *(name for name, chosen in options.items() if chosen)])


SMALL = Job("artifact", "small")
TLS = SMALL._replace(tls=True)
DELAYED = SMALL._replace(delayed=True)
PRESENT = SMALL._replace(present=True)
CACHED = SMALL._replace(cached=True)
RUN = Job("run", "small")
MEDIUM = Job("artifact", "medium")
LARGE = Job("artifact", "large")
# The official client takes a minute a round for all rows, so it runs only where it has a goal.
CLIENTS: dict[Job, tuple[str, ...]] = {
    SMALL: ("httpx", "curl", CURL_PROGRAM, OFFICIAL),
    TLS: ("httpx", "curl", CURL_PROGRAM),
    DELAYED: ("httpx", "curl", CURL_PROGRAM),
    PRESENT: ("curl",),
    CACHED: ("curl",),
    RUN: ("httpx", "curl"),
    MEDIUM: ("httpx", "curl", CURL_PROGRAM),
    LARGE: ("httpx", "curl", CURL_PROGRAM),
}
MAX_MEMORY_MIB = 150.0


class Run(NamedTuple):
    """One run of a client."""

    seconds: float
    cpu: float
    """Seconds of CPU of the client during the download."""
    peak: int
    """Peak memory in bytes; 0 if it was not measured."""
    connections: int
    """Connections that it opened, to the API and to storage."""


Runs = dict[tuple[Job, str], list[Run]]


def figure(rounds: int, wanted: str = "") -> Figure:
    """Run every job whose name contains `wanted`, with every client."""
    if lacking := missing_programs():
        raise SystemExit(f"the download figures cannot be measured: {lacking}")
    jobs = [job for job in CLIENTS if wanted in str(job)]
    if not jobs:
        raise SystemExit(f"no job {wanted!r}; there are: {'; '.join(map(str, CLIENTS))}")
    if busy := busy_processors():
        print(f"this machine is busy ({busy:.1f} processors): differences mean little\n")
    variants = [(job, client) for job in jobs for client in CLIENTS[job]]
    runs: Runs = defaultdict(list)
    with ExitStack() as stack:
        servers = start_servers(stack, jobs)
        # The first round prepares the responses of the API, and may compile modules. The requests
        # of the official client, which is slow, are few.
        for job, client in variants:
            if client != OFFICIAL:
                run(servers[job.delayed, job.tls], job, client)
        for job, client in shuffled(variants, rounds):
            runs[job, client].append(run(servers[job.delayed, job.tls], job, client))
    return Figure(
        title="Download",
        columns=("what", "client", "files/s", "MB/s", "CPU us/file", "peak MiB", "connections"),
        rows=[row(job, client, runs[job, client]) for job, client in variants],
        targets=targets(runs),
        notes=[
            "only ours verify files; everything on one machine, to memory; CPU of the client"
            " during the download, without its start"
        ],
    )


def busy_processors() -> float:
    """Return how many processors others use, if it is enough to disturb; else 0."""
    load = os.getloadavg()[0]
    return load if load > 0.5 else 0.0


def start_servers(stack: ExitStack, jobs: list[Job]) -> dict[tuple[bool, bool], StorageServer]:
    """Start the servers that jobs need: delayed or not, with TLS or not."""
    servers: dict[tuple[bool, bool], StorageServer] = {}
    for delayed, tls in {(job.delayed, job.tls) for job in jobs}:
        kinds = {job.kind for job in jobs if (job.delayed, job.tls) == (delayed, tls)}
        delay = DELAY_SECONDS if delayed else 0.0
        servers[delayed, tls] = stack.enter_context(nginx_server(kinds, delay, tls=tls))
    return servers


def run(server: StorageServer, job: Job, client: str) -> Run:
    """Run a job once."""
    path = f"bench/speed/{job.kind}" + (":v0" if job.what == "artifact" else "")
    for name in ("new", "cache"):
        shutil.rmtree(server.work / name, ignore_errors=True)
    target = server.work / "new"
    target.mkdir(parents=True)
    if client == CURL_PROGRAM:
        return run_curl_program(server, job, path, target)
    cache = [str(server.work / "cache")] if job.cached else []
    arguments = [str(PROGRAM), client, job.what, path, str(target), *cache]
    if job.present:
        measure(arguments, server.env)
    before = server.connections()
    cost = measure(arguments, server.env)
    opened = server.connections() - before - 1
    report = json.loads(cost.output)
    count, size = KINDS[job.kind]
    if (report["count"], report["size"]) != (count, count * size):
        raise RuntimeError(f"{client} downloaded something else: {report}")
    return Run(float(report["seconds"]), cpu_of(client, report, cost), cost.peak, opened)


def cpu_of(client: str, report: dict[str, float], cost: Cost) -> float:
    """Return the CPU time of a download; of the official client, that of its helper is included."""
    return cost.cpu if client == OFFICIAL else float(report["cpu"])


def run_curl_program(server: StorageServer, job: Job, path: str, target: Path) -> Run:
    """Download the same URLs with the curl program, which verifies nothing."""
    settings = server.work / f"{job.kind}.curl"
    if not settings.exists():
        key = server.env["WANDB_API_KEY"]
        with Api({"base_url": server.env["WANDB_BASE_URL"]}, api_key=key) as api:
            files = api.artifact(path).files(per_page=1000)
            lines = [f'url = "{f.direct_url}"\noutput = "{target / f.name}"\n' for f in files]
        settings.write_text("".join(lines))
    command = [
        "curl", "--silent", "--no-progress-meter", "--parallel", "--parallel-max", "32",
        "--create-dirs", "--cacert", str(server.authority), "--config", str(settings),
    ]  # fmt: skip
    before = server.connections()
    began = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"curl ended with exit code {process.returncode}")
    return Run(taken, usage.ru_utime + usage.ru_stime, 0, server.connections() - before - 1)


def row(job: Job, client: str, runs: list[Run]) -> tuple[str, ...]:
    """Return a row of the table."""
    count, size = KINDS[job.kind]
    return (
        str(job),
        client,
        spread([count / run.seconds for run in runs]),
        spread([count * size / run.seconds / 1e6 for run in runs]),
        spread([run.cpu / count * 1e6 for run in runs]),
        spread([run.peak / 2**20 for run in runs]) if runs[0].peak else "",
        spread([run.connections for run in runs]),
    )


def targets(runs: Runs) -> list[Target]:
    """Return what was measured beside the goals, as far as the rows were."""

    def seconds(job: Job, client: str) -> float:
        return median(run.seconds for run in runs[job, client])

    def cpu(job: Job, client: str) -> float:
        return median(run.cpu for run in runs[job, client])

    def rate(job: Job, client: str) -> float:
        return KINDS[job.kind][0] / seconds(job, client)

    found: list[Target] = []
    program = f"times that of {CURL_PROGRAM}"
    if (SMALL, OFFICIAL) in runs:
        found += [
            Target(f"{SMALL}: curl, time", seconds(SMALL, "curl") / seconds(SMALL, CURL_PROGRAM),
                   1 / 0.85, program),
            Target(f"{SMALL}: curl, CPU", cpu(SMALL, "curl") / cpu(SMALL, CURL_PROGRAM),
                   1.15, program),
            Target(f"{SMALL}: curl, time", seconds(SMALL, "curl") / seconds(SMALL, OFFICIAL),
                   1 / 35),
            Target(f"{SMALL}: httpx, time", seconds(SMALL, "httpx") / seconds(SMALL, OFFICIAL),
                   1 / 10),
        ]  # fmt: skip
    if (TLS, "curl") in runs:
        opened = max(run.connections for run in runs[TLS, "curl"])
        found += [
            Target(f"{TLS}: curl, CPU", cpu(TLS, "curl") / cpu(TLS, CURL_PROGRAM), 1, program),
            # HTTP/1.1 takes one for each file at a time; a few more are those of the API.
            Target(f"{TLS}: curl, connections", opened, 8, "connections"),
        ]
    if (DELAYED, "curl") in runs:
        relative = seconds(DELAYED, "curl") / seconds(DELAYED, CURL_PROGRAM)
        found.append(Target(f"{DELAYED}: curl, time", relative, 1 / 2.8, program))
    if (RUN, "curl") in runs and (SMALL, "curl") in runs:
        relative = seconds(RUN, "curl") / seconds(SMALL, "curl")
        found.append(Target(f"{RUN}: curl, time", relative, 1.05, "times that of the artifact"))
    if (MEDIUM, "curl") in runs:
        # The better of the two goals: a share of what curl does, or what MD5 allows.
        bound = max(seconds(MEDIUM, CURL_PROGRAM) / 0.7, digest_seconds(KINDS["medium"]))
        found.append(Target(f"{MEDIUM}: curl, time", seconds(MEDIUM, "curl"), bound, "s"))
    if (LARGE, "curl") in runs:
        fastest = min(seconds(LARGE, engine) for engine in ("httpx", "curl"))
        relative = fastest / digest_seconds(KINDS["large"])
        found.append(
            Target(f"{LARGE}: either engine, time", relative, 1 / 0.95, "times that of MD5")
        )
    if (PRESENT, "curl") in runs:
        found.append(
            Target(f"{PRESENT}, time per file", 1e6 / rate(PRESENT, "curl"), 1e6 / 60_000, "us")
        )
    if (CACHED, "curl") in runs and (SMALL, "curl") in runs:
        relative = cpu(CACHED, "curl") / cpu(SMALL, "curl")
        found.append(Target(f"{CACHED}, CPU", relative, 1.3, "times that without"))
    for (job, client), of_client in runs.items():
        if client in {"httpx", "curl"}:
            peak = max(run.peak for run in of_client) / 2**20
            found.append(Target(f"{job}: {client}, memory", peak, MAX_MEMORY_MIB, "MiB"))
    return found


def digest_seconds(kind: tuple[int, int]) -> float:
    """Return the seconds that MD5 of all files of a kind takes on one core."""
    count, size = kind
    block = bytes(min(size, 1024 * 1024))
    digest = hashlib.md5(usedforsecurity=False)
    began = time.perf_counter()
    for _ in range(count * size // len(block)):
        digest.update(block)
    return time.perf_counter() - began
