"""`wbtyped usage`, `prune`, `ttl` and `diff`."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.server import WandbServer

from .conftest import Command, on_terminal


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    run = "crew/ship/log"
    wandb_server.add_run(run, {"a/x.pt": b"1" * 7, "log.txt": b"1"})
    for number in range(3):
        files = {"same": b"s" * 2000, "own": b"%d" % number * 100}
        wandb_server.add_artifact("crew/ship/data", "dataset", files, logged_by=run)
    wandb_server.add_artifact("crew/ship/net", "model", {"copy": b"s" * 2000}, aliases=["best"])
    return wandb_server


def test_usage_json_has_every_group_with_its_sizes(server: WandbServer, command: Command) -> None:
    outcome = command("usage", "crew", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    report = json.loads(outcome.out)
    shown = {
        kind: [(group["name"], group["size"], group["distinct_size"]) for group in report[kind]]
        for kind in ("projects", "types", "collections", "runs")
    }
    assert shown == {
        "projects": [("ship", 8308, 2308)],
        "types": [("dataset", 6300, 2300), ("model", 2000, 2000)],
        "collections": [("data", 6300, 2300), ("net", 2000, 2000)],
        "runs": [("log", 6308, 2308)],
    }


def test_usage_prints_tables_sorted_and_cut(server: WandbServer, command: Command) -> None:
    outcome = command("usage", "crew/ship", "--top", "1", "--sort", "freed")
    assert outcome.code == 0
    assert "crew/ship: 8308 by the books, 2308 distinct, in 4 versions" in outcome.out
    assert "collections, 1 of 2" in outcome.out
    assert "ship/data" in outcome.out
    assert "ship/net" not in outcome.out.partition("uploaded more than once")[0]
    assert "uploaded more than once: 1 content of crew/ship/data, crew/ship/net" in outcome.out


def test_usage_csv_is_one_table(server: WandbServer, command: Command) -> None:
    rows = list(csv.DictReader(io.StringIO(command("usage", "crew/ship", "--csv").out)))
    assert {row["kind"] for row in rows} == {"project", "type", "collection", "run", "version"}
    assert command("usage", "crew/ship", "--csv", "--json").code == 2


def test_usage_on_terminal_is_readable(server: WandbServer) -> None:
    outcome = on_terminal("usage", "crew/ship")
    assert outcome.code == 0
    assert "8.1 KiB by the books, 2.3 KiB distinct" in outcome.out
    assert "6.2 KiB" in outcome.out


def test_prune_plans_and_applies(server: WandbServer, command: Command, tmp_path: Path) -> None:
    plan = tmp_path / "plan.jsonl"
    planned = command("prune", "crew/ship/data", "--keep-last", "1", "--plan", plan)
    assert planned.code == 0
    assert (
        "would delete 2 versions of 4.1 KiB, which frees 200 B; 1 version would stay" in planned.out
    )
    assert f"to do that: wbtyped prune --apply {plan}" in planned.out
    lines = [json.loads(line) for line in plan.read_text().splitlines()]
    assert [line["action"] for line in lines] == ["delete", "delete", "keep", "summary"]
    with Api() as api:
        assert len(api.artifacts("dataset", "crew/ship/data")) == 3, "a plan deletes nothing"
        refused = command("prune", "crew/ship/data", "--apply", plan)
        assert (refused.code, "pass --yes" in refused.err) == (2, True)
        assert len(api.artifacts("dataset", "crew/ship/data")) == 3
        applied = command("prune", "crew/ship/data", "--apply", plan, "--yes")
        assert (applied.code, applied.err) == (0, "")
        assert applied.out.splitlines()[-1] == "2 deleted; 200 B freed"
        assert [v.name for v in api.artifacts("dataset", "crew/ship/data")] == ["data:v2"]
    again = json.loads(command("prune", "--apply", plan, "--yes", "--json").out)
    assert (again["deleted"], len(again["gone"])) == ([], 2)


def test_prune_says_what_it_refuses(server: WandbServer, command: Command, tmp_path: Path) -> None:
    plan = tmp_path / "plan.jsonl"
    command("prune", "crew/ship/data", "--keep-last", "1", "--plan", plan)
    assert command("alias", "crew/ship/data:v0", "best").code == 0
    outcome = command("prune", "--apply", plan, "--yes")
    assert outcome.code == 1
    assert "refused  crew/ship/data:v0: it has the alias best now" in outcome.err
    assert "deleted  crew/ship/data:v1" in outcome.out


@pytest.mark.parametrize(("answer", "left"), [("y", 1), ("n", 3)])
def test_prune_on_terminal_asks(
    server: WandbServer, command: Command, tmp_path: Path, answer: str, left: int
) -> None:
    pty = pytest.importorskip("pty")
    plan = tmp_path / "plan.jsonl"
    command("prune", "crew/ship/data", "--keep-last", "1", "--plan", plan)
    reading, writing = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtyped", "prune", "--apply", str(plan)],
        stdin=writing, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.write(reading, f"{answer}\n".encode())
    _, err = process.communicate(timeout=60)
    os.close(reading)
    os.close(writing)
    assert "Delete 2 versions of 4.1 KiB, which frees 200 B, for good? [y/N]" in err
    with Api() as api:
        assert len(api.artifacts("dataset", "crew/ship/data")) == left


def test_prune_by_a_policy(server: WandbServer, command: Command, tmp_path: Path) -> None:
    policy, plan = tmp_path / "retention.toml", tmp_path / "plan.jsonl"
    policy.write_text('path = "crew"\n[[rule]]\ntype = "dataset"\nkeep_last = 2\n')
    assert command("prune", "--policy", policy, "--plan", plan).code == 0
    assert command("prune", "--apply", plan, "--yes").out.startswith("deleted  crew/ship/data:v0\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["crew/ship"], "without a rule everything would be deleted"),
        ([], "pass PATH, or --policy"),
        (["crew/ship", "--older-than", "yesterday"], "older_than must be"),
        (["crew/ship", "--where", "loss < 1"], "unknown field 'loss'"),
        (["crew/ship", "--apply", "plan", "--keep-last", "1"], "omit the rules"),
        (["crew/ship", "--apply", "absent.jsonl", "--yes"], "cannot read the plan absent.jsonl"),
    ],
)
def test_prune_wrong_usage_exits_2_before_a_request(
    server: WandbServer, command: Command, arguments: list[str], message: str
) -> None:
    server.requests.clear()
    outcome = command("prune", *arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in " ".join(outcome.err.split())
    assert len(server.requests) == 0


def test_prune_of_another_path_than_the_plan_is_refused(
    server: WandbServer, command: Command, tmp_path: Path
) -> None:
    plan = tmp_path / "plan.jsonl"
    command("prune", "crew/ship", "--keep-last", "1", "--plan", plan)
    outcome = command("prune", "crew/ship/net", "--apply", plan, "--yes")
    assert outcome.code == 2
    assert "is for crew/ship, not for crew/ship/net" in " ".join(outcome.err.split())


def test_ttl_sets_and_reports(server: WandbServer, command: Command) -> None:
    outcome = command("ttl", "crew/ship/net:best", "30d")
    assert (outcome.code, outcome.out) == (0, "changed  crew/ship/net:v0\n")
    report = json.loads(command("ttl", "crew/ship", "30d", "--json").out)
    assert (len(report["changed"]), report["unchanged"]) == (3, ["crew/ship/net:v0"])
    assert command("ttl", "crew/ship", "soon").code == 2


def test_diff_prints_lines_or_json(server: WandbServer, command: Command) -> None:
    versions = ("crew/ship/data:v0", "crew/ship/net:best")
    outcome = command("diff", *versions)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "- own", "> same -> copy", "0 added, 1 removed, 0 changed, 1 renamed; 0 B to transfer",
    ]  # fmt: skip
    found = json.loads(command("diff", *versions, "--json").out)
    lists = {name: found[name] for name in ("added", "removed", "changed", "renamed")}
    assert lists == {"added": [], "removed": ["own"], "changed": [], "renamed": ["copy"]}
    same = command("diff", versions[0], versions[0])
    assert (same.code, "do not differ" in same.out) == (0, True)


def test_prune_run_files(server: WandbServer, command: Command, tmp_path: Path) -> None:
    plan = tmp_path / "plan.jsonl"
    planned = command("prune", "crew/ship/log", "--run-files", "--glob", "*.pt", "--plan", plan)
    assert planned.code == 0
    assert "would delete 1 file of 7 B, which frees 7 B; 1 file would stay" in planned.out
    assert command("prune", "--apply", plan, "--yes").out.splitlines() == [
        "deleted  crew/ship/log/a/x.pt", "1 deleted; 7 B freed",
    ]  # fmt: skip
    wrong = command("prune", "crew/ship", "--run-files", "--keep-last", "1")
    assert (wrong.code, "does not go with keep_last" in " ".join(wrong.err.split())) == (2, True)
    assert command("prune", "crew/ship", "--glob", "*").code == 2
