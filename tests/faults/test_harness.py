"""The harness itself: it finds what is broken, and a seed reproduces its case."""

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest

from tests.faults.cases import CaseRunner
from tests.faults.catalogue import CATALOGUE
from tests.faults.findings import CaseReport, Figure, Totals, describe
from tests.faults.graphql_faults import DOWNLOAD_OPERATIONS
from tests.faults.plan import Kind, Plan
from tests.faults.runner import case_seeds, small_limits
from wbtyped.download.batch import Batch
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.download.response import ResponseHandler
from wbtyped.transport.http import Transport

QUERIES = Path(__file__).parents[2] / "queries"
DAILY_CASES = 70
"""Cases in the test suite: about ten seconds."""


@pytest.fixture
def runner() -> Iterator[CaseRunner]:
    with small_limits(), CaseRunner() as runner:
        yield runner


@pytest.mark.slow
def test_client_with_todays_faults_finds_nothing(runner: CaseRunner) -> None:
    totals = Totals()
    for seed in itertools.islice(case_seeds(datetime.now(UTC).strftime("%Y%m%d")), DAILY_CASES):
        totals.add(runner.run(seed))
    assert totals.faults > DAILY_CASES
    if totals.bad:
        pytest.fail("\n".join(describe(report) for report in totals.bad), pytrace=False)


KEYS: list[tuple[Kind, str]] = [("storage", "a"), ("storage", "b"), ("graphql", "GetRun None")]


def test_plan_in_another_order_injects_the_same_faults() -> None:
    def injected(order: list[tuple[Kind, str]]) -> list[str]:
        plan = Plan("x", dict.fromkeys(CATALOGUE, 0.5), CATALOGUE)
        for kind, key in order:
            plan.inject(kind, key)
        return sorted(plan.injected)

    requests = KEYS * 20
    shuffled = Random(1).sample(requests, len(requests))
    assert injected(requests) == injected(shuffled) != []


def by_request(report: CaseReport) -> dict[str, list[str]]:
    """Return the faults by request."""
    found: dict[str, list[str]] = {}
    for injected in report.faults:
        request, _, fault = injected.rpartition(": ")
        found.setdefault(request, []).append(fault)
    return found


def test_case_run_again_injects_the_same_faults(runner: CaseRunner) -> None:
    for seed in ("again.1", "again.2", "again.3"):
        first, second = runner.run(seed), runner.run(seed)
        assert first.title == second.title
        again = by_request(second)
        for request, faults in by_request(first).items():
            # Where one failure ends all other transfers, timing decides how far those got.
            assert all(one == two for one, two in zip(faults, again.get(request, ()), strict=False))


def do_nothing(*_: object, **__: object) -> None:
    """Stand in for a method that does nothing."""


commit = VerifiedWriter.commit


def commit_and_litter(writer: VerifiedWriter, *, replace: bool) -> Path:
    """Commit a file, and leave another one behind."""
    path = Path(commit(writer, replace=replace))
    path.with_name(".left").write_bytes(b"")
    return path


def overflow(*_: object, **__: object) -> None:
    """Stand in for code that does not expect its input."""
    raise OverflowError("date value out of range")


released = threading.Event()


def wait(*_: object, **__: object) -> None:
    """Stand in for code that never returns."""
    released.wait(30)


SABOTAGE: dict[Figure, tuple[type, str, Callable[..., object]]] = {
    "wrong": (VerifiedWriter, "_check", do_nothing),
    "lost": (Transport, "put", do_nothing),
    "unreported": (Batch, "_record_failure", do_nothing),
    "hangs": (ResponseHandler, "end", wait),
    "leftovers": (VerifiedWriter, "commit", commit_and_litter),
    "unexpected errors": (ResponseHandler, "begin", overflow),
}


@pytest.mark.parametrize("figure", SABOTAGE)
def test_broken_client_is_detected(runner: CaseRunner, figure: Figure) -> None:
    if figure == "hangs":
        runner.hang_seconds = 1.0
    owner, name, replacement = SABOTAGE[figure]
    released.clear()
    try:
        with patch.object(owner, name, replacement):
            reports = map(runner.run, itertools.islice(case_seeds("broken"), 60))
            assert any(f.figure == figure for report in reports for f in report.findings)
    finally:
        released.set()


def test_download_operations_exist() -> None:
    """A renamed query would silently get no unsafe names."""
    queries = "".join(path.read_text() for path in QUERIES.glob("*.graphql"))
    assert all(f"query {name}(" in queries for name in DOWNLOAD_OPERATIONS)
