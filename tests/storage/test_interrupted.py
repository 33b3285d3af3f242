"""Applying a plan that is killed, or that the server slows down."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from wbtyped_graphql.operation import Operation, ResultT

from wbtyped import Api
from wbtyped.server import Fault, WandbServer
from wbtyped.storage.applying import apply_plan
from wbtyped.storage.prune_plan import read_plan
from wbtyped.transport.client import Client
from wbtyped.transport.flow import run

DELETED = 3
REQUESTS = 2 * DELETED
"""For each version a look and a deletion."""


class Killed(BaseException):
    """The process ends here."""


class Killer:
    """Sends what a client sends, until the process is killed: before or after a request."""

    def __init__(self, client: Client, requests: int, *, after: bool) -> None:
        self._client = client
        self._left = requests
        self._after = after

    def send(self, operation: Operation[ResultT]) -> ResultT:
        if self._left == 0 and not self._after:
            raise Killed
        result = self._client.send(operation)
        if self._left == 0:
            raise Killed
        self._left -= 1
        return result

    async def asend(self, operation: Operation[ResultT]) -> ResultT:
        raise NotImplementedError


def seed(server: WandbServer, versions: int) -> None:
    for number in range(versions):
        server.add_artifact("me/p/data", "dataset", {"own": b"%d" % number})


def left(api: Api) -> list[int]:
    versions = api.artifacts("dataset", "me/p/data", per_page=1000)
    return sorted(int(version.version[1:]) for version in versions)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("requests", range(REQUESTS))
@pytest.mark.parametrize("torn", [False, True])
def test_plan_killed_at_any_request_is_resumed_to_its_end_and_no_further(
    wandb_server: WandbServer, api: Api, tmp_path: Path, requests: int, after: bool, torn: bool
) -> None:
    seed(wandb_server, 5)
    file, log = tmp_path / "plan.jsonl", tmp_path / "plan.jsonl.log"
    api.plan_prune("me/p/data", keep_last=2).write(file)
    killer = Killer(api.client, requests, after=after)
    with pytest.raises(Killed):
        run(apply_plan(api.client, read_plan(file), log, jobs=1), killer)
    done = {0, 1, 2} - set(left(api))
    assert len(done) == (requests + after) // 2
    if torn and log.exists():
        log.write_bytes(log.read_bytes()[:-7])
    wandb_server.requests.clear()
    result = api.apply_plan(file)
    assert result.complete
    assert left(api) == [3, 4]
    assert sorted(result.deleted) == [f"me/p/data:v{n}" for n in range(3) if n not in done]
    assert sorted(result.gone) == [f"me/p/data:v{n}" for n in sorted(done)]
    deletions = wandb_server.requests.operations().count("DeleteArtifact")
    assert deletions == 3 - len(done), "what is gone is not deleted again"
    wandb_server.requests.clear()
    assert len(api.apply_plan(file).gone) == 3
    assert wandb_server.requests.operations() == []


def test_log_of_an_earlier_plan_does_not_count(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    seed(wandb_server, 5)
    file, log = tmp_path / "plan.jsonl", tmp_path / "plan.jsonl.log"
    plan = api.plan_prune("me/p/data", keep_last=2)
    other = {"plan": "2020-01-01T00:00:00Z", "deleted_at": "2020-01-01T00:00:00Z"}
    log.write_text("".join(f"{json.dumps({**other, 'id': v.id})}\n" for v in plan.deletions))
    plan.write(file)
    assert len(api.apply_plan(file).deleted) == 3


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "wbtyped", *map(str, arguments)]


@pytest.mark.slow
@pytest.mark.parametrize("deletions", [1, 20])
def test_command_that_is_killed_is_resumed(
    wandb_server: WandbServer, api: Api, tmp_path: Path, deletions: int
) -> None:
    seed(wandb_server, 60)
    file = tmp_path / "plan.jsonl"
    api.plan_prune("me/p/data", keep_last=5).write(file)
    slow = Fault(kind="graphql", operation="DeleteArtifact", latency=0.05)
    apply = command("prune", "--apply", file, "--yes", "--jobs", 2)
    with wandb_server.fault(slow):
        process = subprocess.Popen(apply, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        until = time.monotonic() + 60
        while slow.seen < deletions and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(left(api)) > 5
    done = subprocess.run(apply, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert left(api) == [*range(55, 60)]
    logged = {json.loads(line)["path"] for line in log_lines(file)}
    assert logged == {f"me/p/data:v{number}" for number in range(55)}


def log_lines(file: Path) -> list[str]:
    lines = file.with_name(f"{file.name}.log").read_text().splitlines()
    return [line for line in lines if line.endswith("}")]


@pytest.mark.slow
def test_thousand_versions_are_deleted_through_storms_of_429(
    wandb_server: WandbServer, tmp_path: Path
) -> None:
    seed(wandb_server, 1005)
    file = tmp_path / "plan.jsonl"
    with Api() as api:
        api.plan_prune("me/p/data", keep_last=5).write(file)
    wandb_server.requests.clear()
    storms = [
        Fault(kind="graphql", operation="DeleteArtifact", status=429, retry_after="1",
              skip=skip, times=100)
        for skip in (50, 600)
    ]  # fmt: skip
    for storm in storms:
        wandb_server.faults.add(storm)
    done = subprocess.run(
        command("prune", "--apply", file, "--yes", "--json"),
        capture_output=True, text=True, check=False, env={**os.environ},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (len(result["deleted"]), result["failed"], result["refused"]) == (1000, {}, {})
    assert [storm.hits for storm in storms] == [100, 100]
    with Api() as api:
        assert left(api) == [*range(1000, 1005)]
