"""What a case does with the client, in common to all scenes."""

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
    """Where and how a scene is played: everything follows from the seed."""

    server: WandbServer
    relay: Relay
    folder: Path
    """A folder of this case alone."""
    project: str
    """A project of this case alone."""
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
        """Return a client that goes through the relay."""
        return Api(
            {"base_url": self.relay.url},
            timeout,
            self.server.api_key,
            cache=self.cache_folder or False,
        )

    def direct_client(self) -> Api:
        """Return a client that asks the server itself, to see what is true."""
        return Api({"base_url": self.server.url}, api_key=self.server.api_key, cache=False)


class Scene(Protocol):
    """Something that people do with the client.

    Made from a setting, which puts what is needed on the server. `play` and `aplay` do the same,
    and raise what the client raises.
    """

    def play(self, api: Api) -> None:
        """Do it."""
        ...

    async def aplay(self, api: Api) -> None:
        """Do it from a coroutine."""
        ...

    def judge(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is not right after it was done under faults, and ended with `error`."""
        ...

    def judge_calm(self, error: BaseException | None) -> Iterator[Finding]:
        """Yield what is not right after it was done once more, without faults."""
        ...


def played(scene: Scene, setting: Setting, *, timeout: float) -> BaseException | None:
    """Play a scene with a client of its own; returns the error that it ended with."""
    try:
        with setting.client(timeout=timeout) as api:
            if setting.is_async:
                asyncio.run(closed(scene.aplay(api), api))
            else:
                scene.play(api)
    except BaseException as error:
        return error
    return None


async def closed(work: Coroutine[object, object, None], api: Api) -> None:
    """Do something, and close the connections of the loop."""
    try:
        await work
    finally:
        await api.aclose()


def foreign(error: object) -> Iterator[Finding]:
    """Yield an exception that is none of ours."""
    if error is not None and not isinstance(error, WbtypedError):
        yield Finding("foreign exceptions", f"{type(error).__name__}: {str(error)[:200]}")
