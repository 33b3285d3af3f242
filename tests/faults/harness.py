"""Many cases: with limits that suit small files, in several processes, until enough was struck."""

import itertools
import multiprocessing
import os
import warnings
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from unittest.mock import patch

import stamina

from tests.faults.case import Site
from tests.faults.findings import CaseReport, Totals
from wbtyped.download import batch, range_split
from wbtyped.download.disk import verified_writer
from wbtyped.download.engines import curl_engine, httpx_engine

CASES_AT_A_TIME = 50
"""Cases that a process takes at a time, with a server of their own."""
TRIES = 4


@contextmanager
def small_limits() -> Generator[None]:
    """Have small files treated as large ones are, and tries follow each other at once."""
    stamina.set_testing(True, attempts=TRIES)
    settings = {name: value for name, value in os.environ.items() if not is_ours(name)}
    with (
        patch.dict(os.environ, settings, clear=True),
        patch.object(verified_writer, "MEMORY_LIMIT_BYTES", 16_000),
        patch.object(range_split, "PIECE_BYTES", 24_000),
        patch.object(range_split, "MIN_OBSERVED_SECONDS", 0.03),
        patch.object(batch, "PROGRESS_SECONDS", 0.01),
        patch.object(batch, "REFRESH_SECONDS", 0.005),
        patch.object(curl_engine, "POLL_SECONDS", 0.01),
        patch.object(httpx_engine, "POLL_SECONDS", 0.01),
        warnings.catch_warnings(),
    ):
        yield


def is_ours(name: str) -> bool:
    """Tell whether a variable of the environment would change what the client does."""
    return name.startswith(("WANDB", "WBTYPED")) or name.lower().endswith("_proxy")


def seeds(seed: str) -> Iterator[str]:
    """Yield the seeds of cases that belong to one seed."""
    return (f"{seed}.{number}" for number in itertools.count())


def play_some(cases: list[str]) -> list[CaseReport]:
    """Play cases in this process, on a site of their own."""
    with small_limits(), Site() as site:
        return [site.play(seed) for seed in cases]


def play_many(
    seed: str, faults: int, jobs: int, show: Callable[[Totals], object] = lambda _: None
) -> Totals:
    """Play cases until so many faults have struck."""
    totals = Totals()
    cases = seeds(seed)
    # Spawned, since forking a process that runs threads may lock it up.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        running: set[Future[list[CaseReport]]] = set()
        while running or totals.faults < faults:
            while len(running) < jobs and totals.faults < faults:
                running.add(pool.submit(play_some, [*itertools.islice(cases, CASES_AT_A_TIME)]))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for report in itertools.chain.from_iterable(each.result() for each in done):
                totals.add(report)
            show(totals)
    return totals
