"""Plans to delete files of runs."""

import json
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.errors import UsageError
from wbtyped.server import Fault, WandbServer
from wbtyped.storage.prune_plan import read_plan

RUN = "me/p/one"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run(RUN, {"a.ckpt": b"1", "deep/b.ckpt": b"22", "log.txt": b"333"})
    wandb_server.add_run("me/p/two", {"c.ckpt": b"4444"})
    wandb_server.add_run("me/p/busy", {"d.ckpt": b"5"}, state="running")
    return wandb_server


def names(api: Api, run: str = RUN) -> list[str]:
    return [file.name for file in api.run(run).files()]


def test_file_plan_says_what_goes_and_why_the_rest_stays(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    plan = api.plan_prune_files("me/p", glob="*.ckpt")
    assert {file.path: (file.action, file.reason) for file in plan.files} == {
        "me/p/busy/d.ckpt": ("keep", "protected: its run is running"),
        "me/p/one/a.ckpt": ("delete", ""),
        "me/p/one/deep/b.ckpt": ("delete", ""),
        "me/p/one/log.txt": ("keep", "its name does not match *.ckpt"),
        "me/p/two/c.ckpt": ("delete", ""),
    }
    assert plan.freed_size == 7
    plan.write(tmp_path / "plan.jsonl")
    assert read_plan(tmp_path / "plan.jsonl") == plan
    compact = [json.dumps(json.loads(line), separators=(",", ":")) for line in plan.lines()]
    (tmp_path / "plan.jsonl").write_text("\n".join(compact))
    assert read_plan(tmp_path / "plan.jsonl") == plan, "as other tools write JSON"
    before = server.stored_size()
    result = api.apply_plan(tmp_path / "plan.jsonl")
    assert (sorted(result.deleted), result.freed_size) == (
        ["me/p/one/a.ckpt", "me/p/one/deep/b.ckpt", "me/p/two/c.ckpt"], 7,
    )  # fmt: skip
    assert before - server.stored_size() == 7
    assert (names(api), names(api, "me/p/two")) == (["log.txt"], [])
    again = api.apply_plan(tmp_path / "plan.jsonl")
    assert (again.deleted, len(again.gone)) == ([], 3)


def test_file_that_has_changed_is_refused(server: WandbServer, api: Api) -> None:
    plan = api.plan_prune_files(RUN, pattern="%.ckpt")
    server.add_run(RUN, {"a.ckpt": b"new"})
    api.run(RUN).file("deep/b.ckpt").delete()
    server.add_run("me/p/two", state="running")
    result = api.apply_plan(plan)
    assert (result.deleted, result.gone) == ([], ["me/p/one/deep/b.ckpt"])
    assert result.refused == {"me/p/one/a.ckpt": "it has changed since the plan"}
    other = api.plan_prune_files("me/p", glob="*.txt")
    server.add_run(RUN, state="running")
    assert api.apply_plan(other).refused == {"me/p/one/log.txt": "its run is running now"}
    assert names(api) == ["a.ckpt", "log.txt"]


def test_files_of_a_run_that_is_gone_are_gone(server: WandbServer, api: Api) -> None:
    plan = api.plan_prune_files("me/p/two", glob="*")
    api.run("me/p/two").delete()
    assert api.apply_plan(plan).gone == ["me/p/two/c.ckpt"]


def test_many_files_are_deleted_in_batches(server: WandbServer, api: Api) -> None:
    server.add_run("me/p/many", {f"{number:04}.bin": b"x" for number in range(1250)})
    plan = api.plan_prune_files("me/p/many", glob="*.bin")
    assert len(plan.file_deletions) == 1250
    server.requests.clear()
    broken = Fault(kind="graphql", operation="DeleteRunFiles", status=400, times=1)
    with server.fault(broken):
        result = api.apply_plan(plan)
    assert (len(result.deleted), len(result.failed)) == (1150, 100)
    assert server.requests.operations().count("DeleteRunFiles") == 13
    assert len(api.apply_plan(plan).deleted) == 100


async def test_both_loops_plan_and_apply_the_same(server: WandbServer) -> None:
    async with Api() as api:
        plan = await api.aplan_prune_files("me", older_than="30d")
        assert {file.reason for file in plan.files if "busy" not in file.path} == {
            "changed less than 30d ago"
        }
        plan = await api.aplan_prune_files("me/p", glob="*.txt")
        assert (await api.aapply_plan(plan)).deleted == ["me/p/one/log.txt"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({}, "without a rule every file would be deleted"),
        ({"glob": ""}, "matches no name"),
        ({"older_than": "x"}, "older_than must be"),
        ({"pattern": 3}, "pattern must be a string"),
    ],
)
def test_wrong_file_rule_is_found_before_a_request(
    server: WandbServer, api: Api, rules: dict[str, str], message: str
) -> None:
    server.requests.clear()
    with pytest.raises(UsageError, match=message):
        api.plan_prune_files("me/p", glob=rules.get("glob"), pattern=rules.get("pattern"),
                             older_than=rules.get("older_than"))  # fmt: skip
    assert len(server.requests) == 0


def test_collection_has_no_run_files(server: WandbServer, api: Api) -> None:
    server.add_artifact("me/p/data", "dataset", {"a": b"1"})
    with pytest.raises(UsageError, match="me/p/data has no runs"):
        api.plan_prune_files("me/p/data", glob="*")
