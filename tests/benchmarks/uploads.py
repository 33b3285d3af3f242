"""Upload speed, compared with the official client and with curl."""

import json
import os
import random
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.downloads import busy_processors
from tests.benchmarks.processes import measure
from tests.benchmarks.results import Figure, Target, shuffled, spread
from tests.benchmarks.storage import KINDS, StorageServer, missing_programs
from tests.benchmarks.upload_server import upload_server

PROGRAM = Path(__file__).parent / "programs" / "upload.py"
CURL_PROGRAM = "curl -T"
OFFICIAL = "wandb"
UPLOAD_KINDS = {**KINDS, "one": (1, 4 * 1024)}
MAX_MEMORY_MIB = 150.0


class Job(NamedTuple):
    """What is uploaded."""

    kind: str
    again: bool = False
    """Whether the server has the version already."""
    whole: bool = False
    """Whether the whole process is measured, with its start."""

    def __str__(self) -> str:
        files, size = UPLOAD_KINDS[self.kind]
        options = {"again": self.again, "the whole process": self.whole}
        parts = [f"{files:,} x {size // 1024:,} KiB"]
        return ", ".join([*parts, *(name for name, chosen in options.items() if chosen)])


SMALL, MEDIUM, LARGE = Job("small"), Job("medium"), Job("large")
AGAIN = SMALL._replace(again=True)
ONE = Job("one", whole=True)
OURS = ("httpx", "curl")
CLIENTS: dict[Job, tuple[str, ...]] = {
    SMALL: (*OURS, OFFICIAL),
    AGAIN: ("curl", OFFICIAL),
    MEDIUM: (*OURS, OFFICIAL),
    LARGE: (*OURS, CURL_PROGRAM, OFFICIAL),
    ONE: (*OURS, OFFICIAL),
}
GOALS: dict[tuple[Job, str], float] = {
    (SMALL, "curl"): 10, (SMALL, "httpx"): 3, (AGAIN, "curl"): 10, (MEDIUM, "curl"): 4,
    (LARGE, "curl"): 1.3, (ONE, "curl"): 4,
}  # fmt: skip
"""How many times faster than the official client."""


class Run(NamedTuple):
    """One run of a client."""

    seconds: float
    cpu: float
    """Seconds of CPU of the client, with its helper, and with its start."""
    peak: int
    """Peak memory in bytes."""


Runs = dict[tuple[Job, str], list[Run]]


class Uploads:
    """Runs clients against one server."""

    def __init__(self, server: StorageServer) -> None:
        self._server = server
        self._numbers = count()
        self._random = random.Random(0)

    def run(self, job: Job, client: str) -> Run:
        """Run a job once, with contents that the server has never seen."""
        folder = self._server.work / f"in-{next(self._numbers)}"
        write_files(folder, job.kind, self._random)
        try:
            if client == CURL_PROGRAM:
                return self._run_curl(next(folder.rglob("*.bin")))
            arguments = [str(PROGRAM), client, str(folder), folder.name, *["whole"] * job.whole]
            if job.again:
                measure([str(PROGRAM), "httpx", str(folder), folder.name], self._server.env)
            cost = measure(arguments, self._server.env)
            report = json.loads(cost.output)
            seconds = cost.wall if job.whole else float(report["seconds"])
            return Run(seconds, cost.cpu, cost.peak)
        finally:
            shutil.rmtree(folder)
            received = self._server.work.parent / "received"
            for path in received.iterdir():
                shutil.rmtree(path)

    def _run_curl(self, path: Path) -> Run:
        """Upload the file with the curl program, which digests nothing."""
        url = f"{self._server.env['UPLOAD_URL']}/plain/{next(self._numbers)}"
        command = ["curl", "--silent", "--fail", "--upload-file", str(path), url]
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        taken = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"curl ended with exit code {process.returncode}")
        return Run(taken, usage.ru_utime + usage.ru_stime, 0)


def write_files(folder: Path, kind: str, source: random.Random) -> None:
    """Write the files of a kind."""
    number, size = UPLOAD_KINDS[kind]
    block = source.randbytes(min(size, 1024 * 1024))
    for index in range(number):
        path = folder / f"{index // 100:03}" / f"{index:05}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            for content in blocks(block, index, size):
                stream.write(content)


def blocks(block: bytes, index: int, size: int) -> Iterator[bytes]:
    """Yield the content of a file, which differs from all others."""
    for number in range(size // len(block)):
        yield index.to_bytes(4, "big") + number.to_bytes(4, "big") + block[8:]


def figure(rounds: int, wanted: str = "") -> Figure:
    """Run every job whose name contains `wanted`, with every client."""
    if lacking := missing_programs():
        raise SystemExit(f"the upload figures cannot be measured: {lacking}")
    jobs = [job for job in CLIENTS if wanted in str(job)]
    if not jobs:
        raise SystemExit(f"no job {wanted!r}; there are: {'; '.join(map(str, CLIENTS))}")
    if busy := busy_processors():
        print(f"this machine is busy ({busy:.1f} processors): differences mean little\n")
    variants = [(job, client) for job in jobs for client in CLIENTS[job]]
    runs: Runs = defaultdict(list)
    with upload_server() as server:
        uploads = Uploads(server)
        for client in (*OURS, OFFICIAL):
            uploads.run(ONE, client)  # Not counted: it may compile modules.
        for job, client in shuffled(variants, rounds):
            runs[job, client].append(uploads.run(job, client))
    return Figure(
        title="Upload",
        columns=("what", "client", "seconds", "files/s", "MB/s", "CPU s", "peak MiB"),
        rows=[row(job, client, runs[job, client]) for job, client in variants],
        targets=targets(runs),
        notes=[
            "everything on one machine, to memory; seconds of the call, CPU of the whole process"
            " and its helpers; of `curl -T`, which digests nothing, of the program"
        ],
    )


def row(job: Job, client: str, runs: list[Run]) -> tuple[str, ...]:
    """Return a row of the table."""
    number, size = UPLOAD_KINDS[job.kind]
    return (
        str(job),
        client,
        spread([run.seconds for run in runs], 2),
        spread([number / run.seconds for run in runs]),
        spread([number * size / run.seconds / 1e6 for run in runs]),
        spread([run.cpu for run in runs], 2),
        spread([run.peak / 2**20 for run in runs]) if runs[0].peak else "",
    )


def targets(runs: Runs) -> list[Target]:
    """Return what was measured beside the goals, as far as the rows were."""

    def seconds(job: Job, client: str) -> float:
        return median(run.seconds for run in runs[job, client])

    def cpu(job: Job, client: str) -> float:
        return median(run.cpu for run in runs[job, client])

    found: list[Target] = []
    for (job, client), times in GOALS.items():
        if (job, client) in runs and (job, OFFICIAL) in runs:
            relative = seconds(job, client) / seconds(job, OFFICIAL)
            found.append(Target(f"{job}: {client}, time", relative, 1 / times))
    if (ONE, "curl") in runs:
        relative = cpu(ONE, "curl") / cpu(ONE, OFFICIAL)
        found.append(Target(f"{ONE}: curl, CPU", relative, 1 / 4))
    if (LARGE, CURL_PROGRAM) in runs:
        relative = seconds(LARGE, "curl") / seconds(LARGE, CURL_PROGRAM)
        bound, unit = 1 / 0.8, f"times that of {CURL_PROGRAM}"
        found.append(Target(f"{LARGE}: curl, time", relative, bound, unit))
    for (job, client), of_client in runs.items():
        if client in OURS:
            peak = max(run.peak for run in of_client) / 2**20
            found.append(Target(f"{job}: {client}, memory", peak, MAX_MEMORY_MIB, "MiB"))
    return found
