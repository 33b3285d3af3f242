"""The end of a run: waited for, reported, asked for."""

import asyncio
import threading

import pytest

from tests.run_logging import log_run
from wbtyped import Api, Run
from wbtyped.errors import AuthenticationError, NotFoundError, UsageError, WaitTimeoutError
from wbtyped.runs import ending
from wbtyped.server import WandbServer

RUN = "crew/ship/log"


@pytest.fixture(autouse=True)
def _short_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ending, "POLL_SECONDS", 0.05)


def test_run_that_has_ended_is_not_waited_for(wandb_server: WandbServer, api: Api) -> None:
    log_run(wandb_server, RUN, exit_code=1)
    run = api.run(RUN)
    wandb_server.requests.clear()
    assert run.wait_until_finished() == "failed"
    assert wandb_server.requests.operations() == ["GetRunState"]


def test_running_run_is_waited_for(wandb_server: WandbServer, api: Api) -> None:
    log_run(wandb_server, RUN, exit_code=None)
    run = api.run(RUN)
    timer = threading.Timer(0.2, lambda: log_run(wandb_server, RUN))
    timer.start()
    assert run.wait_until_finished(timeout=30) == "finished"
    timer.join()
    assert run.state == "finished"
    assert len(wandb_server.requests.operations()) > 3


async def test_event_loop_runs_on_while_a_run_is_waited_for(
    wandb_server: WandbServer, api: Api
) -> None:
    log_run(wandb_server, RUN, exit_code=None)
    run = api.run(RUN)
    waiting = asyncio.create_task(run.await_until_finished(timeout=30))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await (await api.arun(RUN)).afinish(3)
    assert await waiting == "failed"
    await api.aclose()


async def test_wait_ends_after_its_timeout(wandb_server: WandbServer, api: Api) -> None:
    log_run(wandb_server, RUN, exit_code=None)
    run = api.run(RUN)
    says = r"run crew/ship/log has not ended within 0\.1 seconds; its state is running"
    with pytest.raises(WaitTimeoutError, match=says):
        run.wait_until_finished(0.1)
    with pytest.raises(TimeoutError, match=says):
        await run.await_until_finished(0.1)
    await api.aclose()


@pytest.mark.parametrize("timeout", [0, -1, "1", float("nan")])
def test_timeout_of_no_length_is_refused(
    wandb_server: WandbServer, api: Api, timeout: float
) -> None:
    log_run(wandb_server, RUN)
    with pytest.raises(UsageError, match="timeout"):
        api.run(RUN).wait_until_finished(timeout)


@pytest.mark.parametrize(("exit_code", "state"), [(0, "finished"), (1, "failed"), (-9, "failed")])
async def test_created_run_is_finished(
    wandb_server: WandbServer, api: Api, exit_code: int, state: str
) -> None:
    one = api.create_run("one two", project="ship", entity="crew")
    other = api.create_run("other", project="ship", entity="crew")
    one.finish(exit_code)
    await other.afinish(exit_code)
    assert (one.state, other.state) == (state, state)
    api.flush()
    assert [run.state for run in api.runs("crew/ship")] == [state, state]
    await api.aclose()


def test_finish_of_a_missing_run_names_it(wandb_server: WandbServer, api: Api) -> None:
    log_run(wandb_server, RUN)
    gone = Run(api.client, "crew", "ship", "gone", api.run(RUN).attrs)
    with pytest.raises(NotFoundError, match="run crew/ship/gone does not exist"):
        gone.finish()


def test_finish_with_a_wrong_key_is_refused(wandb_server: WandbServer, api: Api) -> None:
    log_run(wandb_server, RUN)
    with Api(api_key="0" * 40) as other:
        run = Run(other.client, "crew", "ship", "log", api.run(RUN).attrs)
        with pytest.raises(AuthenticationError, match="end of run crew/ship/log"):
            run.finish()


@pytest.mark.parametrize("exit_code", [None, "0", 0.5, True, 2**40])
def test_exit_code_that_is_none_is_refused(
    wandb_server: WandbServer, api: Api, exit_code: int
) -> None:
    log_run(wandb_server, RUN)
    run = api.run(RUN)
    wandb_server.requests.clear()
    with pytest.raises(UsageError, match="exit_code"):
        run.finish(exit_code)
    assert len(wandb_server.requests) == 0


async def test_deleted_run_is_gone(wandb_server: WandbServer, api: Api) -> None:
    for name in ("one", "two", "three"):
        log_run(wandb_server, f"crew/ship/{name}")
    one, two, three = api.runs("crew/ship")
    one.delete()
    await two.adelete()
    assert [run.id for run in api.runs("crew/ship")] == [three.id]
    with pytest.raises(NotFoundError, match="run crew/ship/one does not exist"):
        api.run("crew/ship/one")
    await api.aclose()


@pytest.mark.parametrize("delete_artifacts", [False, True])
def test_deleted_run_takes_its_artifacts_along_on_request(
    wandb_server: WandbServer, api: Api, delete_artifacts: bool
) -> None:
    wandb_server.add_run(RUN)
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a": b"a"}, logged_by=RUN)
    api.run(RUN).delete(delete_artifacts=delete_artifacts)
    assert len(api.artifacts("dataset", "crew/ship/data")) == (0 if delete_artifacts else 1)


def test_run_is_asked_to_stop(wandb_server: WandbServer, api: Api) -> None:
    log_run(wandb_server, RUN, exit_code=None)
    run = api.run(RUN)
    run.stop()
    assert wandb_server.requests.operations()[-1] == "StopRun"
