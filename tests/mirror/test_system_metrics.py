"""System metrics of runs are mirrored, served and restored."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from tests.mirror.projects import lines, log_system_metrics, system_metrics_of
from tests.mirror.test_served_mirror import official
from wbtyped import Api
from wbtyped.server import Fault, WandbServer

METRICS: list[dict[str, object]] = [
    {"_timestamp": 1.5 + n, "_runtime": n, "system.cpu": n / 3, "system.gpu.0.gpu": n}
    for n in range(1200)
]
METRICS[7] |= {"system.disk": {"/": {"used": float("inf")}}, "big": 2**70, "name": "é"}

OFFICIAL = """
import json, wandb
run = wandb.Api().run("me/p/maker")
rows = run.history(samples=5000, stream="system", pandas=False)
print(json.dumps({"rows": rows, "frame": len(run.history(stream="events", samples=5000))}))
"""


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run("me/p/maker", history=[{"loss": 1.0}])
    log_system_metrics(wandb_server, "me/p/maker", METRICS)
    return wandb_server


def test_system_metrics_are_mirrored_served_and_restored(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    mirror = tmp_path / "mirror"
    assert api.mirror("me/p", mirror).ok
    record = lines(mirror, "runs.jsonl")[0]["system_metrics"]
    assert record == {
        "file": "system_metrics/maker.parquet", "rows": 1200, "line_count": 1200,
        "heartbeat_at": record["heartbeat_at"], "md5": record["md5"],  # type: ignore[index]
    }  # fmt: skip
    table = import_module("pandas").read_parquet(mirror / "system_metrics" / "maker.parquet")
    assert table["system.cpu"].tolist() == [row["system.cpu"] for row in METRICS]
    assert system_metrics_of(server, "me/p/maker") == METRICS
    with WandbServer(mirrors=[mirror]) as served:
        assert system_metrics_of(served, "me/p/maker") == METRICS
        from_mirror = official(served, tmp_path / "a", OFFICIAL)
    assert from_mirror == official(server, tmp_path / "b", OFFICIAL)
    with WandbServer() as other, Api({"base_url": other.url}, api_key=other.api_key) as other_api:
        assert other_api.restore(mirror, "me/p").ok
        assert system_metrics_of(other, "me/p/maker") == METRICS
        other.requests.clear()
        assert other_api.restore(mirror, "me/p").ok
        assert not [r for r in other.requests if r.path.endswith("file_stream")]
        log_system_metrics(server, "me/p/maker", [{"system.cpu": 1.0}], offset=len(METRICS))
        server.requests.clear()
        assert api.mirror("me/p", mirror).ok
        assert "RunEvents" in server.requests.operations()
        assert other_api.restore(mirror, "me/p").ok
        assert system_metrics_of(other, "me/p/maker") == [*METRICS, {"system.cpu": 1.0}]


def test_second_mirroring_does_not_read_system_metrics_again(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    assert api.mirror("me/p", tmp_path).ok
    server.requests.clear()
    assert api.mirror("me/p", tmp_path).ok
    assert "RunEvents" not in server.requests.operations()
    (tmp_path / "system_metrics" / "maker.parquet").unlink()
    assert api.mirror("me/p", tmp_path).ok
    assert (tmp_path / "system_metrics" / "maker.parquet").exists()


def test_mirror_without_system_metrics_gets_them(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    """Mirrors that an earlier version wrote lack the field."""
    assert api.mirror("me/p", tmp_path).ok
    (record,) = lines(tmp_path, "runs.jsonl")
    del record["system_metrics"], record["used_elsewhere"]
    (tmp_path / "runs.jsonl").write_text(json.dumps(record) + "\n")
    with WandbServer(mirrors=[tmp_path]) as served:
        assert system_metrics_of(served, "me/p/maker") == []
    assert api.mirror("me/p", tmp_path).ok
    assert lines(tmp_path, "runs.jsonl")[0]["system_metrics"]


def test_system_metrics_that_fail_are_reported_and_those_of_before_are_kept(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    assert api.mirror("me/p", tmp_path).ok
    log_system_metrics(server, "me/p/maker", [{"system.cpu": 1.0}], offset=len(METRICS))
    with server.fault(Fault(kind="graphql", operation="RunEvents", status=400, times=None)):
        report = api.mirror("me/p", tmp_path)
    assert [path for path, _ in report.failed] == ["system metrics of me/p/maker"]
    assert lines(tmp_path, "runs.jsonl")[0]["system_metrics"]["rows"] == 1200  # type: ignore[index]
    assert api.mirror("me/p", tmp_path).ok
    assert lines(tmp_path, "runs.jsonl")[0]["system_metrics"]["rows"] == 1201  # type: ignore[index]


def test_system_metrics_that_the_server_leaves_out_are_counted(
    server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wbtyped.server.resolvers import history

    evenly = history.even_positions

    def few(count: int, _: int | None) -> object:
        return evenly(count, 500)

    monkeypatch.setattr(history, "even_positions", few)
    report = api.mirror("me/p", tmp_path)
    assert report.ok
    assert report.left_out == ["700 lines of system metrics, which the server does not send"]
    record = lines(tmp_path, "runs.jsonl")[0]["system_metrics"]
    assert (record["rows"], record["line_count"]) == (500, 1200)  # type: ignore[index]


def test_unused_system_metrics_are_removed_with_their_run(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    assert api.mirror("me/p", tmp_path).ok
    api.run("me/p/maker").delete()
    assert api.mirror("me/p", tmp_path, delete=True).ok
    assert not [*tmp_path.glob("system_metrics/*")]
