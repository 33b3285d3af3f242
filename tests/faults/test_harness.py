"""The harness on itself: what it finds, and that a seed gives the same case again."""

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from unittest.mock import patch

import pytest

from tests.faults.case import Site
from tests.faults.catalogue import CATALOGUE
from tests.faults.findings import CaseReport, Figure, Totals, described
from tests.faults.harness import seeds, small_limits
from tests.faults.plan import Kind, Plan
from wbtyped.download.batch import Batch
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.download.response import ResponseHandler
from wbtyped.transport.http import Transport

CASES_A_DAY = 70
"""Cases of the daily part: about ten seconds."""


@pytest.fixture
def site() -> Iterator[Site]:
    with small_limits(), Site() as site:
        yield site


@pytest.mark.slow
def test_faults_of_today_find_nothing(site: Site) -> None:
    totals = Totals()
    for seed in itertools.islice(seeds(datetime.now(UTC).strftime("%Y%m%d")), CASES_A_DAY):
        totals.add(site.play(seed))
    assert totals.faults > CASES_A_DAY
    if totals.bad:
        pytest.fail("\n".join(described(report) for report in totals.bad), pytrace=False)


KEYS: list[tuple[Kind, str]] = [("storage", "a"), ("storage", "b"), ("graphql", "GetRun None")]


def test_plan_struck_in_another_order_has_the_same_faults() -> None:
    def struck(order: list[tuple[Kind, str]]) -> list[str]:
        plan = Plan("x", dict.fromkeys(CATALOGUE, 0.5), CATALOGUE)
        for kind, key in order:
            plan.strike(kind, key)
        return sorted(plan.struck)

    requests = KEYS * 20
    shuffled = Random(1).sample(requests, len(requests))
    assert struck(requests) == struck(shuffled) != []


def by_request(report: CaseReport) -> dict[str, list[str]]:
    """Return the faults by what they struck."""
    found: dict[str, list[str]] = {}
    for struck in report.struck:
        request, _, fault = struck.rpartition(": ")
        found.setdefault(request, []).append(fault)
    return found


def test_case_played_again_strikes_the_same_requests(site: Site) -> None:
    for seed in ("again.1", "again.2", "again.3"):
        first, second = site.play(seed), site.play(seed)
        assert first.title == second.title
        again = by_request(second)
        for request, faults in by_request(first).items():
            # Where one failure ends all others, it depends on the moment how far those came.
            assert all(one == two for one, two in zip(faults, again.get(request, ()), strict=False))


def nothing(*_: object, **__: object) -> None:
    """Stand in for a method that does nothing."""


commit = VerifiedWriter.commit


def untidy_commit(sink: VerifiedWriter, *, replace: bool) -> Path:
    """Put a file in place, and leave another behind."""
    path = commit(sink, replace=replace)
    path.with_name(".left").write_bytes(b"")
    return path


def misread(*_: object, **__: object) -> None:
    """Stand in for code that does not expect what came."""
    raise OverflowError("date value out of range")


over = threading.Event()


def wait(*_: object, **__: object) -> None:
    """Stand in for code that does not end by itself."""
    over.wait(30)


SABOTAGE: dict[Figure, tuple[type, str, Callable[..., object]]] = {
    "wrong": (VerifiedWriter, "_check", nothing),
    "lost": (Transport, "put", nothing),
    "unreported": (Batch, "_lose", nothing),
    "hangs": (ResponseHandler, "end", wait),
    "leftovers": (VerifiedWriter, "commit", untidy_commit),
    "foreign exceptions": (ResponseHandler, "begin", misread),
}


@pytest.mark.parametrize("figure", SABOTAGE)
def test_client_that_is_broken_is_found_out(site: Site, figure: Figure) -> None:
    site.time_limit = 1.0
    owner, name, instead = SABOTAGE[figure]
    over.clear()
    try:
        with patch.object(owner, name, instead):
            reports = map(site.play, itertools.islice(seeds("broken"), 60))
            assert any(f.figure == figure for report in reports for f in report.findings)
    finally:
        over.set()
