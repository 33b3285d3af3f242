"""The engines that move the bytes of downloads."""

from typing import Protocol

from ...errors import OfflineError
from ...transport.http import Transport
from ..schedule import Schedule
from .choice import EngineConfig

POLL_SECONDS = 0.2
"""Seconds until an idle engine looks again whether the schedule is finished."""


class Engine(Protocol):
    """Moves bytes, in threads of its own or in the caller's."""

    def run(self, schedule: Schedule) -> None:
        """Work until the schedule is finished."""

    def interrupt(self) -> None:
        """Interrupt waits for the network; called from another thread after a cancel."""


class OfflineEngine:
    """Fails every transfer, for a client that is offline."""

    def run(self, schedule: Schedule) -> None:
        """Fail every transfer."""
        while not schedule.finished:
            attempt = schedule.take(POLL_SECONDS)
            if attempt is not None:
                label = attempt.transfer.label
                schedule.finish_attempt(
                    attempt,
                    OfflineError(
                        f"{label} is not in the cache; it cannot be downloaded while offline"
                    ),
                )

    def interrupt(self) -> None:
        """Nothing waits for the network."""


def make_engine(config: EngineConfig, transport: Transport) -> Engine:
    """Return the engine, to be run once."""
    if transport.settings.offline:
        return OfflineEngine()
    if config.name == "curl":
        from .curl_engine import CurlEngine

        return CurlEngine(transport, config.small_jobs)
    from .httpx_engine import HttpxEngine

    return HttpxEngine(transport, config.jobs, config.small_jobs if config.has_fast_lane else 0)
