"""One case: a scenario, its setting and its faults, all derived from a seed."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import get_args

from tests.faults.catalogue import CATALOGUE
from tests.faults.connection_faults import STALL
from tests.faults.downloads import ArtifactFiles, OneFile, RunFiles
from tests.faults.edits import Edit
from tests.faults.findings import CaseReport, Finding
from tests.faults.listing import Listing
from tests.faults.plan import Fault, Kind, Plan
from tests.faults.relay import LoopThread, Relay
from tests.faults.scenario import Scenario, Setting, run_scenario
from tests.faults.uploads import ManyUploads, Publish, Upload
from tests.faults.watchdog import Hang, collect_uncaught, run_within
from wbtyped.download.options import EngineName
from wbtyped.server import WandbServer

SCENARIOS: dict[Callable[[Setting], Scenario], int] = {
    RunFiles: 6, ArtifactFiles: 8, OneFile: 2, Listing: 2, Upload: 2, Edit: 1,
    ManyUploads: 4, Publish: 6,
}  # fmt: skip
"""The scenarios with their weights."""
UPLOADS: dict[Callable[[Setting], Scenario], int] = {Upload: 2, ManyUploads: 3, Publish: 5}
"""The same for uploads alone."""
RATES: dict[Kind, tuple[float, ...]] = {
    "graphql": (0.0, 0.05, 0.1, 0.4),
    "file": (0.3, 0.6, 0.9),
    "storage": (0.1, 0.3, 0.6, 0.9),
    "reference": (0.3, 0.5, 0.8),
    "upload": (0.3, 0.6, 0.9),
}
"""Shares of the requests of a kind that are faulty; a case picks one."""
STALL_RATE = 0.04
"""Share of the cases with stalled connections, each of which costs the timeout."""
TIMEOUT_SECONDS = 5.0
TIMEOUT_SECONDS_IF_STALLING = 0.4
HANG_SECONDS = 60.0
"""Time after which a case counts as hanging."""


class CaseRunner:
    """A server and an event loop for relays, which run one case at a time."""

    def __init__(
        self,
        hang_seconds: float = HANG_SECONDS,
        scenarios: Mapping[Callable[[Setting], Scenario], int] = SCENARIOS,
    ) -> None:
        self.scenarios = scenarios
        self.server = WandbServer()
        self.server.requests.enabled = False
        self.hang_seconds = hang_seconds

    def __enter__(self) -> "CaseRunner":
        self.server.start()
        self.loop = LoopThread()
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.close()
        self.server.close()

    def run(self, seed: str) -> CaseReport:
        """Run the case of a seed."""
        began = time.monotonic()
        random = Random(seed)
        stalling = random.random() < STALL_RATE
        timeout = TIMEOUT_SECONDS_IF_STALLING if stalling else TIMEOUT_SECONDS
        plan = make_plan(seed, random, stalling=stalling)
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            Relay(self.loop, self.server, plan) as relay,
            collect_uncaught() as findings,
        ):
            setting = make_setting(seed, random, self.server, relay, Path(folder))
            scenario = random.choices([*self.scenarios], [*self.scenarios.values()])[0](setting)
            findings += self._run(scenario, setting, plan, timeout)
            findings += [
                Finding("wrong", f"the API key was sent with {request}") for request in relay.leaks
            ]
        kind = type(scenario).__name__
        words = [kind, setting.engine, "async" if setting.is_async else "sync"]
        title = " ".join(words + ["cache"] * setting.cache)
        return CaseReport(seed, title, plan.injected, findings, time.monotonic() - began)

    def _run(
        self, scenario: Scenario, setting: Setting, plan: Plan, timeout: float
    ) -> Iterator[Finding]:
        """Run and check a scenario with faults, then without, which must put everything right."""
        for check in (scenario.check, scenario.check_without_faults):
            work = partial(run_scenario, scenario, setting, timeout=timeout)
            outcome = run_within(self.hang_seconds, work)
            if isinstance(outcome, Hang):
                yield Finding("hangs", outcome.where)
                return
            yield from check(outcome.error)
            plan.enabled, timeout = False, TIMEOUT_SECONDS


def make_plan(seed: str, random: Random, *, stalling: bool) -> Plan:
    """Return the faults of a case."""
    rates: dict[Kind, float] = {kind: random.choice(rates) for kind, rates in RATES.items()}
    catalogue: dict[Kind, Sequence[Fault]] = {
        kind: (*faults, STALL, STALL) if stalling else faults for kind, faults in CATALOGUE.items()
    }
    return Plan(seed, rates, catalogue)


def make_setting(
    seed: str, random: Random, server: WandbServer, relay: Relay, folder: Path
) -> Setting:
    """Return where and with which options a case runs."""
    return Setting(
        server,
        relay,
        folder,
        project=re.sub(r"[^\w-]", "-", f"case-{seed}-{time.monotonic_ns()}"),
        random=random,
        engine=random.choice(get_args(EngineName)),
        is_async=random.random() < 0.4,
        cache=random.random() < 0.4,
        jobs=random.choice([None, None, 1, 2, 8]),
    )
