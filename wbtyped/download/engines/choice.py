"""What moves bytes: it takes transfers from a schedule and says how each ended."""

import importlib.util
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, get_args

from ... import arguments
from ...errors import OfflineError, UsageError
from ...transport.tls import KEY_LOG
from ..options import EngineName

if TYPE_CHECKING:
    from ...transport.http import Transport
    from ..schedule import Schedule

VARIABLE = "WBTYPED_ENGINE"
MAX_JOBS = 128
DEFAULT_JOBS = 32
"""Transfers at a time unless the caller says otherwise."""
DEFAULT_SMALL_JOBS: dict[EngineName, int] = {"httpx": 32, "curl": MAX_JOBS}
"""The same when they are small. Measured with 30 ms to the server; more threads bring nothing."""


class Engine(Protocol):
    """Moves bytes in threads of its own, or in the caller's."""

    def run(self, schedule: "Schedule") -> None:
        """Work until the schedule is finished."""

    def interrupt(self) -> None:
        """End what waits for the network; called from another thread after a cancel."""


@dataclass(frozen=True, slots=True)
class EngineConfig:
    """An engine by name, and how many transfers it has at once, and how many small ones."""

    name: EngineName
    jobs: int
    small_jobs: int

    def make(self, transport: "Transport") -> Engine:
        """Return the engine, ready to run once."""
        if transport.settings.offline:
            return OfflineEngine()
        if self.name == "curl":
            from .curl_engine import CurlEngine

            return CurlEngine(transport, self.small_jobs)
        from .httpx_engine import HttpxEngine

        return HttpxEngine(transport, self.small_jobs)


class OfflineEngine:
    """Moves nothing, for a client that is offline."""

    def run(self, schedule: "Schedule") -> None:
        """Refuse every transfer."""
        while not schedule.finished:
            attempt = schedule.take(0.2)
            if attempt is not None:
                label = attempt.transfer.label
                schedule.finish_attempt(
                    attempt, OfflineError(f"{label} is not here, and we are offline")
                )

    def interrupt(self) -> None:
        """Nothing waits for the network."""


def choose(name: EngineName | None = None, jobs: int | None = None) -> EngineConfig:
    """Return the engine that is meant: `curl` where its extra is installed, else `httpx`.

    The environment variable WBTYPED_ENGINE decides where no name is given.
    """
    given = name if name is not None else os.environ.get(VARIABLE) or None
    installed = importlib.util.find_spec("pycurl") is not None
    if given is not None:
        arguments.one_of("engine" if name is not None else VARIABLE, given, get_args(EngineName))
    if given == "curl" and not installed:
        raise UsageError("engine 'curl' needs the extra: pip install 'wbtyped[fast]'")
    chosen: EngineName = "curl" if installed and given != "httpx" else "httpx"
    if os.environ.get(KEY_LOG):
        # libcurl opens that file once in a process, so it may miss where secrets are to be written.
        chosen = "httpx"
    if jobs is not None:
        arguments.whole_number("jobs", jobs, 1, MAX_JOBS)
    return EngineConfig(chosen, jobs or DEFAULT_JOBS, jobs or DEFAULT_SMALL_JOBS[chosen])
