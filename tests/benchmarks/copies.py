"""Copies in chunks: what chunks cost in one process, and what a second Dask worker brings."""

import json
import shutil
from pathlib import Path
from statistics import median

from tests.benchmarks.processes import measure
from tests.benchmarks.results import Figure, Target, shuffled, spread
from tests.benchmarks.storage import StorageServer, missing_programs, nginx_server

PROGRAM = Path(__file__).parent / "programs" / "copy_chunks.py"
KIND = "wide"
DELAY_SECONDS = 0.03
JOBS = 8
"""Downloads of a worker at once. With more, the two processors of a small machine are busy with one
worker, and a second one could bring nothing."""
WHOLE, CHUNKS, ONE, TWO = "download", "chunks", "1 worker", "2 workers"


def figure(rounds: int) -> Figure:
    """Copy the same files whole, in chunks, and by one and two workers."""
    if lacking := missing_programs():
        return Figure("Copies", ("what", "measured"), [], [], [f"copies not measured: {lacking}"])
    cpu: dict[str, list[float]] = {WHOLE: [], CHUNKS: []}
    seconds: dict[str, list[float]] = {ONE: [], TWO: []}
    with nginx_server([KIND]) as server:
        run(server, WHOLE)  # Not counted: it may compile modules.
        for variant in shuffled([WHOLE, CHUNKS], rounds):
            cpu[variant].append(run(server, variant)["cpu"])
    with nginx_server([KIND], DELAY_SECONDS) as server:
        for variant in shuffled([ONE, TWO], rounds):
            seconds[variant].append(run(server, variant)["seconds"])
    overhead = 100 * (median(cpu[CHUNKS]) / median(cpu[WHOLE]) - 1)
    share = median(seconds[TWO]) / median(seconds[ONE])
    delayed = f"10,000 x 256 KiB, {DELAY_SECONDS * 1000:.0f} ms per request"
    return Figure(
        title="Copies",
        columns=("what", "measured"),
        rows=[
            *((f"10,000 x 256 KiB, {name}: CPU s", spread(cpu[name], 2)) for name in cpu),
            *((f"{delayed}, {name}: s", spread(seconds[name], 1)) for name in seconds),
        ],
        targets=[
            Target("overhead of chunks in one process", overhead, 5, "%"),
            Target("time of two Dask workers", share, 1 / 1.8, "times that of one"),
        ],
        notes=[f"each worker downloads {JOBS} files at once into a folder in memory"],
    )


def run(server: StorageServer, variant: str) -> dict[str, float]:
    """Copy once, and return the report."""
    target = server.work / "copies"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    arguments = [str(PROGRAM), variant, f"bench/speed/{KIND}:v0", str(target), str(JOBS)]
    report: dict[str, float] = json.loads(measure(arguments, server.env).output)
    if report["count"] != 10_000:
        raise RuntimeError(f"{variant} copied something else: {report}")
    return report
