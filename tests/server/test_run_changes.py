"""Deleting, stopping and finishing runs."""

import json
from typing import Any

import pytest

from wbtyped.errors import UsageError
from wbtyped.server import WandbServer

from .conftest import Ask, stored

RUN = """{ project(name: "ship", entityName: "crew") { runCount run(name: "log") {
  id state stopped shouldStop running failed computeSeconds pendingUpdates storageBytes
  tagColors { name } historyLineCount outputArtifacts { totalCount }
} } }"""
DELETE = """mutation D($id: ID!, $artifacts: Boolean) {
  deleteRun(input: {id: $id, deleteArtifacts: $artifacts, clientMutationId: "7"}) {
    clientMutationId
  }
}"""
DELETE_ALL = """mutation D($filters: JSONString!, $artifacts: Boolean, $project: String = "ship") {
  deleteRuns(input: {
    entityName: "crew", projectName: $project, filters: $filters, deleteArtifacts: $artifacts
  }) { errors }
}"""
STOP = "mutation S($id: ID!) { stopRun(input: {id: $id}) { success } }"
STATE = "mutation S($i: UpdateRunStateInput!) { updateRunState(input: $i) { success } }"
UPSERT = """mutation { upsertBucket(input: {
  entityName: "crew", modelName: "ship", name: "log", tags: ["red"]
}) { bucket { id } } }"""


def run(ask: Ask) -> dict[str, object]:
    found: dict[str, object] = ask(RUN).json()["data"]["project"]["run"]
    return found


def run_id(ask: Ask) -> object:
    return run(ask)["id"]


@pytest.fixture
def logged(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run("crew/ship/log", files={"own": b"own", "shared": b"shared"})
    wandb_server.add_run("crew/ship/other", files={"shared": b"shared"})
    wandb_server.add_artifact(
        "crew/ship/data", "t", {"x": b"content"}, logged_by="crew/ship/log", aliases=["best"]
    )
    return wandb_server


@pytest.mark.parametrize("with_artifacts", [None, False, True])
def test_delete_run_frees_its_files(
    logged: WandbServer, ask: Ask, with_artifacts: bool | None
) -> None:
    before = len(stored(logged))
    response = ask(DELETE, id=run_id(ask), artifacts=with_artifacts)
    assert response.json() == {"data": {"deleteRun": {"clientMutationId": "7"}}}
    assert ask(RUN).json()["data"]["project"] == {"runCount": 1, "run": None}
    assert before - len(stored(logged)) == (2 if with_artifacts else 1)
    query = """{ project(name: "ship", entityName: "crew") { artifact(name: "data:v0") {
      state createdBy { __typename } } } }"""
    version = ask(query).json()["data"]["project"]["artifact"]
    assert version["state"] == ("DELETED" if with_artifacts else "COMMITTED")


def test_deleted_run_can_be_deleted_again_but_no_unknown_one(logged: WandbServer, ask: Ask) -> None:
    logged.add_run("crew/ship/last")
    assert ask(UPSERT).is_success
    query = '{ project(name: "ship", entityName: "crew") { run(name: "last") { id } } }'
    last = ask(query).json()["data"]["project"]["run"]["id"]
    assert ask(DELETE, id=last).is_success
    logged.add_run("crew/ship/next")
    assert ask(DELETE, id=last).is_success, "a client that got no response asks again"
    assert ask(RUN).json()["data"]["project"]["runCount"] == 3, "ids are not used again"
    assert ask(DELETE, id="UnVuOjk5OQ==").status_code == 404


def test_delete_runs_deletes_those_that_match(logged: WandbServer, ask: Ask) -> None:
    assert ask(DELETE_ALL, filters='{"colour": 1}').status_code == 400
    assert ask(DELETE_ALL, filters="{}", project="none").status_code == 404
    assert ask(DELETE_ALL, filters='{"name": "other"}').is_success
    assert ask(RUN).json()["data"]["project"]["runCount"] == 1
    assert ask(DELETE_ALL, filters="{}", artifacts=True).is_success
    assert ask(RUN).json()["data"]["project"]["runCount"] == 0
    assert len(stored(logged)) == 1, "the manifest of the deleted version"


def test_stop_run_asks_a_running_process(wandb_server: WandbServer, ask: Ask) -> None:
    assert ask(UPSERT).is_success
    assert (run(ask)["stopped"], run(ask)["shouldStop"], run(ask)["running"]) == (
        False, False, True,
    )  # fmt: skip
    assert ask(STOP, id=run_id(ask)).json() == {"data": {"stopRun": {"success": True}}}
    assert (run(ask)["stopped"], run(ask)["shouldStop"]) == (True, True)
    wandb_server.add_run("crew/ship/log")
    assert run(ask)["stopped"] is False, "it ended"
    assert ask(STOP, id="UnVuOjk=").status_code == 404


def test_stop_run_that_ended_has_no_effect(logged: WandbServer, ask: Ask) -> None:
    assert ask(STOP, id=run_id(ask)).json() == {"data": {"stopRun": {"success": True}}}
    assert run(ask)["stopped"] is False


def test_update_run_state_allows_what_wandb_does(ask: Ask) -> None:
    assert ask(UPSERT).is_success
    key = run_id(ask)
    for state, allowed in (
        ("finished", False), ("failed", True), ("failed", False), ("pending", True),
        ("pending", False), ("failed", True), (None, False),
    ):  # fmt: skip
        response = ask(STATE, i={"id": key, "state": state})
        assert response.status_code == (200 if allowed else 400), state
        # W&B's words, by which scripts tell it from other errors.
        assert ("invalid state transition" in response.text) is not allowed
    assert (run(ask)["state"], run(ask)["failed"]) == ("failed", True)


def test_add_run_sets_what_is_given(wandb_server: WandbServer, ask: Ask) -> None:
    for step in range(2):
        wandb_server.add_run(
            "crew/ship/log", config={"lr": 0.1}, summary={"loss": step},
            history=[{"loss": 1}, {"loss": step}], tags=["red"], state="running",
            display_name="shown", group="g", job_type="j",
        )  # fmt: skip
    wandb_server.add_run("crew/ship/log")
    query = """{ project(name: "ship", entityName: "crew") { run(name: "log") {
      config summaryMetrics history tags state displayName group jobType } } }"""
    found = ask(query).json()["data"]["project"]["run"]
    assert [json.loads(step) for step in found.pop("history")] == [
        {"_step": 0, "loss": 1}, {"_step": 1, "loss": 0},
        {"_step": 2, "loss": 1}, {"_step": 3, "loss": 1},
    ]  # fmt: skip
    assert found == {
        "config": '{"lr": {"value": 0.1}}', "summaryMetrics": '{"loss": 1}', "tags": ["red"],
        "state": "finished", "displayName": "shown", "group": "g", "jobType": "j",
    }  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        {"config": 1}, {"summary": {"a": object()}}, {"history": 1}, {"history": [1]},
        {"tags": "red"}, {"state": "happy"}, {"group": 1},
    ],
)  # fmt: skip
def test_add_run_rejects_what_it_cannot_store(
    wandb_server: WandbServer, given: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        wandb_server.add_run("crew/ship/log", **given)


def test_every_run_has_true_values_for_what_is_not_null(logged: WandbServer, ask: Ask) -> None:
    assert ask(UPSERT).is_success
    found = run(ask)
    assert found["storageBytes"] == 9
    assert found["pendingUpdates"] is False
    assert found["tagColors"] == [{"name": "red"}]
    assert isinstance(found["computeSeconds"], float)
    assert 0 < found["computeSeconds"] < 60
    assert json.dumps(found)
