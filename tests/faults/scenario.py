"""What all scenarios have in common: what a case does with the client, and where."""

import asyncio
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Protocol

from tests.faults.findings import Finding
from tests.faults.relay import Relay
from wbtyped import Api
from wbtyped.download.options import EngineName
from wbtyped.errors import WbtypedError
from wbtyped.server import WandbServer

ENTITY = "crew"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and with which options a scenario runs; everything follows from the seed."""

    server: WandbServer
    relay: Relay
    folder: Path
    """A folder for this case only."""
    project: str
    """A project for this case only."""
    random: Random
    engine: EngineName
    is_async: bool
    cache: bool
    jobs: int | None

    @property
    def root(self) -> Path:
        """The folder to download to."""
        return self.folder / "root"

    @property
    def cache_folder(self) -> Path | None:
        """The folder of the cache, if there is one."""
        return self.folder / "cache" if self.cache else None

    def path(self, name: str) -> str:
        """Return the path of a run or collection of this case."""
        return f"{ENTITY}/{self.project}/{name}"

    def client(self, *, timeout: float) -> Api:
        """Return a client that connects through the relay."""
        return Api(
            {"base_url": self.relay.url},
            timeout,
            self.server.api_key,
            cache=self.cache_folder or False,
        )

    def direct_client(self) -> Api:
        """Return a client that connects to the server itself, to find out what is true."""
        return Api({"base_url": self.server.url}, api_key=self.server.api_key, cache=False)


class Scenario(Protocol):
    """Something that people do with the client.

    Its constructor takes the setting and prepares the server. `run` and `arun` do the same, and
    raise what the client raises.
    """

    def run(self, api: Api) -> None:
        """Do it with the synchronous methods."""
        ...

    async def arun(self, api: Api) -> None:
        """Do it with the asynchronous methods."""
        ...

    def check(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong after a run with faults that ended with `error`."""
        ...

    def check_without_faults(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is wrong after another run, without faults."""
        ...


def run_scenario(scenario: Scenario, setting: Setting, *, timeout: float) -> BaseException | None:
    """Run a scenario with a client of its own; return the error that it ended with."""
    try:
        with setting.client(timeout=timeout) as api:
            if setting.is_async:
                asyncio.run(close_after(scenario.arun(api), api))
            else:
                scenario.run(api)
    except BaseException as error:
        return error
    return None


async def close_after(work: Coroutine[object, object, None], api: Api) -> None:
    """Await some work, then close the connections of the loop."""
    try:
        await work
    finally:
        await api.aclose()


def unexpected_error(error: object) -> Iterator[Finding]:
    """Yield a finding if the error is outside of our tree."""
    if error is not None and not isinstance(error, WbtypedError):
        yield Finding("unexpected errors", f"{type(error).__name__}: {str(error)[:200]}")
