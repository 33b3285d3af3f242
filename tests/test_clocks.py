"""Nothing waits for a clock that a test has stopped or moved."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import stamina
from freezegun import freeze_time

from wbtyped import Api, clock
from wbtyped.download.options import EngineName
from wbtyped.errors import TransportError
from wbtyped.server import Fault, WandbServer

MOMENTS = ["2012-01-14", "2035-01-14"]
BUSY = Fault(kind="graphql", status=503, times=1)


@pytest.fixture
def _frozen() -> Iterator[None]:
    with freeze_time(MOMENTS[0]):
        yield


@pytest.fixture
def _waiting() -> Iterator[None]:
    """Wait between attempts, as outside tests."""
    stamina.set_testing(False)
    yield
    stamina.set_testing(True, attempts=4)


def client(server: WandbServer, timeout: float | None = None) -> Api:
    return Api({"base_url": server.url}, api_key=server.api_key, timeout=timeout)


@pytest.mark.parametrize("moment", MOMENTS)
def test_server_with_a_stopped_clock_works(tmp_path: Path, moment: str) -> None:
    with freeze_time(moment), WandbServer() as server:
        server.add_run("me/ship/log", {"a": b"alpha"})
        with client(server) as api:
            assert api.run("me/ship/log").file("a").save(tmp_path).read_bytes() == b"alpha"
            sent = tmp_path / "b"
            sent.write_bytes(b"beta")
            api.run("me/ship/log").upload_file(sent, root=tmp_path)
            assert len(api.run("me/ship/log").files()) == 2


def test_server_keeps_working_when_clocks_stop_and_resume(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_run("me/ship/log", {"a": b"alpha"})
    for moment in (*MOMENTS, *MOMENTS):
        with freeze_time(moment):
            assert len(api.run("me/ship/log").files()) == 1
        assert len(api.run("me/ship/log").files()) == 1


@pytest.mark.usefixtures("_frozen")
def test_server_stops_during_an_endless_response() -> None:
    with WandbServer() as server:
        server.add_run("me/ship/log", {"a": bytes(100_000)})
        with client(server) as api:
            url = api.run("me/ship/log").file("a").direct_url
        server.faults.add(Fault(kind="storage-get", stall_after=10))
        stream = httpx.stream("GET", url)
        response = stream.__enter__()
        assert response.status_code == 200
    with pytest.raises(httpx.TransportError):
        response.read()
    stream.__exit__(None, None, None)


@pytest.mark.usefixtures("_frozen", "_waiting")
def test_retries_with_a_stopped_clock_succeed(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("me/ship/log")
    with wandb_server.fault(BUSY):
        assert api.run("me/ship/log").id == "log"


@pytest.mark.usefixtures("_frozen", "_waiting")
def test_async_retries_with_a_stopped_clock_succeed(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    wandb_server.add_run("me/ship/log", {"a": b"alpha"})

    async def read() -> None:
        async with client(wandb_server) as api:
            with wandb_server.fault(BUSY):
                run = await api.arun("me/ship/log")
            with wandb_server.fault(Fault(kind="graphql", latency=0.05, times=1)):
                assert [file.name async for file in run.files()] == ["a"]
            assert (await run.files().adownload(tmp_path)).written == ["a"]

    asyncio.run(read())


@pytest.mark.usefixtures("_frozen", "_waiting")
def test_retries_with_a_stopped_clock_end_with_the_budget(
    wandb_server: WandbServer, api: Api
) -> None:
    api.client.retry_budget = 0.3

    async def ask() -> None:
        with pytest.raises(TransportError, match="503"):
            await api.arun("me/ship/log")
        await api.aclose()

    with wandb_server.fault(Fault(kind="graphql", status=503)):
        with pytest.raises(TransportError, match="503"):
            api.run("me/ship/log")
        asyncio.run(ask())


@pytest.mark.usefixtures("_frozen", "_waiting")
def test_downloads_with_a_stopped_clock_retry_stalled_connections(
    wandb_server: WandbServer, tmp_path: Path, engine: EngineName
) -> None:
    files = {f"{i}": bytes(50_000) for i in range(10)}
    wandb_server.add_run("me/ship/log", files)
    faults = [
        Fault(kind="storage-get", status=503, times=2),
        Fault(kind="storage-get", stall_after=1000, times=1),
    ]
    with client(wandb_server, timeout=0.5) as api:
        for number, fault in enumerate(faults):
            with wandb_server.fault(fault):
                done = api.run("me/ship/log").files().download(tmp_path / str(number))
            assert sorted(done.written) == sorted(files)


@pytest.mark.usefixtures("_frozen")
def test_pause_ends_and_can_be_cancelled() -> None:
    async def wait() -> None:
        assert not clock.loop_clock_runs()
        await clock.pause(0.01)
        task = asyncio.ensure_future(clock.pause(1000))
        await clock.pause(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    before = clock.monotonic()
    asyncio.run(wait())
    assert clock.monotonic() - before >= 0.02
    assert threading.active_count() < 50


async def test_loop_clock_runs_without_a_patch() -> None:
    assert clock.loop_clock_runs()
