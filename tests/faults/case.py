"""One case: a scene with its setting and its faults, all from a seed, and what comes of it."""

import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
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
from tests.faults.relay import EventLoop, Relay
from tests.faults.scene import Scene, Setting, played
from tests.faults.uploads import Upload
from tests.faults.watchdog import Hang, uncaught, within
from wbtyped.download.options import EngineName
from wbtyped.server import WandbServer

SCENES: dict[Callable[[Setting], Scene], int] = {
    RunFiles: 6, ArtifactFiles: 8, OneFile: 2, Listing: 2, Upload: 3, Edit: 1,
}  # fmt: skip
"""What is played, and how often."""
RATES: dict[Kind, tuple[float, ...]] = {
    "graphql": (0.0, 0.05, 0.1, 0.4),
    "file": (0.3, 0.6, 0.9),
    "storage": (0.1, 0.3, 0.6, 0.9),
    "reference": (0.3, 0.5, 0.8),
    "upload": (0.3, 0.6, 0.9),
}
"""Shares of the requests of a kind that are struck, of which a case takes one."""
STALLING = 0.04
"""Share of the cases in which connections may stall, each until the time limit."""
TIMEOUT = 5.0
TIMEOUT_WHEN_STALLING = 0.4
"""Seconds that a request may take."""
TIME_LIMIT = 60.0
"""Seconds after which a case hangs."""


class Site:
    """Where cases are played: a server and an event loop for relays, for one case at a time."""

    def __init__(self, time_limit: float = TIME_LIMIT) -> None:
        self.server = WandbServer()
        self.server.requests.enabled = False
        self.time_limit = time_limit

    def __enter__(self) -> "Site":
        self.server.start()
        self.events = EventLoop()
        return self

    def __exit__(self, *_: object) -> None:
        self.events.close()
        self.server.close()

    def play(self, seed: str) -> CaseReport:
        """Play the case of a seed."""
        began = time.monotonic()
        random = Random(seed)
        stalling = random.random() < STALLING
        timeout = TIMEOUT_WHEN_STALLING if stalling else TIMEOUT
        plan = plan_of(seed, random, stalling=stalling)
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
            Relay(self.events, self.server, plan) as relay,
            uncaught() as findings,
        ):
            setting = setting_of(seed, random, self.server, relay, Path(folder))
            scene = random.choices([*SCENES], [*SCENES.values()])[0](setting)
            findings += self._played(scene, setting, plan, timeout)
            findings += [Finding("wrong", f"the API key went along with {r}") for r in relay.leaks]
        words = [type(scene).__name__, setting.engine, "async" if setting.is_async else "sync"]
        title = " ".join(words + ["cache"] * setting.cache)
        return CaseReport(seed, title, plan.struck, findings, time.monotonic() - began)

    def _played(
        self, scene: Scene, setting: Setting, plan: Plan, timeout: float
    ) -> Iterator[Finding]:
        """Play under faults and judge; then once more without, which has to put all right."""
        for judge in (scene.judge, scene.judge_calm):
            finish_attempt = within(
                self.time_limit, partial(played, scene, setting, timeout=timeout)
            )
            if isinstance(finish_attempt, Hang):
                yield Finding("hangs", finish_attempt.where)
                return
            yield from judge(finish_attempt.error)
            plan.calm, timeout = True, TIMEOUT


def plan_of(seed: str, random: Random, *, stalling: bool) -> Plan:
    """Return the faults of a case."""
    rates: dict[Kind, float] = {kind: random.choice(rates) for kind, rates in RATES.items()}
    faults: dict[Kind, Sequence[Fault]] = {
        kind: (*each, STALL, STALL) if stalling else each for kind, each in CATALOGUE.items()
    }
    return Plan(seed, rates, faults)


def setting_of(
    seed: str, random: Random, server: WandbServer, relay: Relay, folder: Path
) -> Setting:
    """Return where and how a case is played."""
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
