"""What moves bytes: it takes transfers from a schedule and says how each ended."""

import importlib.util
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from .. import arguments
from ..errors import OfflineError, UsageError
from ..tls import KEY_LOG

if TYPE_CHECKING:
    from ..transport import Transport
    from .schedule import Schedule

EngineName = Literal["httpx", "curl"]
VARIABLE = "WBTYPED_ENGINE"
MOST_AT_ONCE = 128
AT_ONCE = 32
"""Transfers at a time unless the caller says otherwise."""
AT_ONCE_SMALL: dict[EngineName, int] = {"httpx": 32, "curl": MOST_AT_ONCE}
"""The same when they are small. Measured with 30 ms to the server; more threads bring nothing."""


class Engine(Protocol):
    """Moves bytes in threads of its own, or in the caller's."""

    def run(self, schedule: "Schedule") -> None:
        """Work until the schedule is finished."""

    def interrupt(self) -> None:
        """End what waits for the network; called from another thread after a cancel."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine by name, and how many transfers it has at once, and how many small ones."""

    name: EngineName
    at_once: int
    at_once_small: int

    def make(self, transport: "Transport") -> Engine:
        """Return the engine, ready to run once."""
        if transport.settings.offline:
            return NoEngine()
        if self.name == "curl":
            from .curl_engine import CurlEngine

            return CurlEngine(transport, self.at_once_small)
        from .httpx_engine import HttpxEngine

        return HttpxEngine(transport, self.at_once_small)


class NoEngine:
    """Moves nothing, for a client that is offline."""

    def run(self, schedule: "Schedule") -> None:
        """Refuse every transfer."""
        while not schedule.finished:
            attempt = schedule.take(0.2)
            if attempt is not None:
                label = attempt.transfer.label
                schedule.ended(attempt, OfflineError(f"{label} is not here, and we are offline"))

    def interrupt(self) -> None:
        """Nothing waits for the network."""


def choose(name: EngineName | None = None, at_once: int | None = None) -> Choice:
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
    if at_once is not None:
        arguments.whole_number("at_once", at_once, 1, MOST_AT_ONCE)
    return Choice(chosen, at_once or AT_ONCE, at_once or AT_ONCE_SMALL[chosen])
