"""Run many cases in several processes, with limits that suit small files."""

import itertools
import multiprocessing
import os
import warnings
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from unittest.mock import patch

import stamina

from tests.faults.cases import SCENARIOS, UPLOADS, CaseRunner
from tests.faults.findings import CaseReport, Totals
from wbtyped.download import batch, range_split
from wbtyped.download.disk import verified_writer
from wbtyped.download.engines import curl_engine, httpx_engine
from wbtyped.upload import batch as upload_batch
from wbtyped.upload import engine as upload_engine
from wbtyped.upload import part_sizes
from wbtyped.upload import schedule as upload_schedule

CASES_PER_BATCH = 50
"""Cases that one process runs with one server."""
ATTEMPTS = 4


@contextmanager
def small_limits() -> Generator[None]:
    """Treat small files as large ones, and retry without waiting."""
    stamina.set_testing(True, attempts=ATTEMPTS)
    settings = {name: value for name, value in os.environ.items() if not is_client_setting(name)}
    with (
        patch.dict(os.environ, settings, clear=True),
        patch.object(verified_writer, "MEMORY_LIMIT_BYTES", 16_000),
        patch.object(range_split, "PIECE_BYTES", 24_000),
        patch.object(range_split, "MIN_OBSERVED_SECONDS", 0.03),
        patch.object(batch, "PROGRESS_SECONDS", 0.01),
        patch.object(batch, "REFRESH_SECONDS", 0.005),
        patch.object(curl_engine, "POLL_SECONDS", 0.01),
        patch.object(httpx_engine, "POLL_SECONDS", 0.01),
        patch.object(part_sizes, "MULTIPART_BYTES", 100_000),
        patch.object(part_sizes, "PART_BYTES", 24_000),
        patch.object(upload_schedule, "SMALL_BYTES", 30_000),
        patch.object(upload_batch, "PROGRESS_SECONDS", 0.01),
        patch.object(upload_engine, "POLL_SECONDS", 0.01),
        warnings.catch_warnings(),
    ):
        yield


def is_client_setting(name: str) -> bool:
    """Return True if an environment variable would change what the client does."""
    return name.startswith(("WANDB", "WBTYPED")) or name.lower().endswith("_proxy")


def case_seeds(seed: str) -> Iterator[str]:
    """Yield the seeds of the cases that belong to one seed."""
    return (f"{seed}.{number}" for number in itertools.count())


def run_cases(seeds: list[str], *, uploads: bool = False) -> list[CaseReport]:
    """Run cases in this process, with a server of their own; `uploads` runs only those."""
    scenarios = UPLOADS if uploads else SCENARIOS
    with small_limits(), CaseRunner(scenarios=scenarios) as runner:
        return [runner.run(seed) for seed in seeds]


def run_until(
    faults: int,
    seed: str,
    jobs: int,
    show: Callable[[Totals], object] = lambda _: None,
    *,
    uploads: bool = False,
) -> Totals:
    """Run cases in `jobs` processes until `faults` faults have been injected."""
    totals = Totals()
    seeds = case_seeds(seed)
    # Spawned: a process that runs threads may deadlock when it is forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        running: set[Future[list[CaseReport]]] = set()
        while running or totals.faults < faults:
            while len(running) < jobs and totals.faults < faults:
                batch_seeds = [*itertools.islice(seeds, CASES_PER_BATCH)]
                running.add(pool.submit(run_cases, batch_seeds, uploads=uploads))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for report in itertools.chain.from_iterable(future.result() for future in done):
                totals.add(report)
            show(totals)
    return totals
