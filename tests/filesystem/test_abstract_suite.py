"""The cases that fsspec has for every file system, on the files of a run."""

from collections.abc import Callable
from itertools import count

import pytest
from fsspec.tests.abstract import (
    AbstractFixtures,
    AbstractGetTests,
    AbstractOpenTests,
    AbstractPipeTests,
    AbstractPutTests,
)

from wbtyped.filesystem import WandbFileSystem
from wbtyped.server import WandbServer

pytestmark = pytest.mark.slow

RUN_NUMBERS = count()
"""Each case has a run of its own."""


class WandbFixtures(AbstractFixtures):
    """What the cases need to know of this file system."""

    @pytest.fixture
    def fs(self, shared_server: WandbServer, fs_path: str) -> WandbFileSystem:
        shared_server.add_run(fs_path.replace("/runs/", "/"))
        return WandbFileSystem(base_url=shared_server.url, api_key=shared_server.api_key)

    @pytest.fixture
    def fs_join(self) -> Callable[..., str]:
        return lambda *parts: "/".join(parts)

    @pytest.fixture
    def fs_path(self) -> str:
        return f"crew/ship/runs/{next(RUN_NUMBERS)}"

    @pytest.fixture
    def supports_empty_directories(self) -> bool:
        return False


class TestGet(AbstractGetTests, WandbFixtures):
    pass


class TestOpen(AbstractOpenTests, WandbFixtures):
    pass


class TestPipe(AbstractPipeTests, WandbFixtures):
    pass


class TestPut(AbstractPutTests, WandbFixtures):
    pass
