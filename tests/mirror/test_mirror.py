"""Projects are mirrored into folders, each content once, and brought up to date."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from wbtyped_graphql import fragments

from tests.conftest import files_in, md5
from tests.mirror.projects import HOSTILE, PROJECT, fill, lines
from wbtyped import Api
from wbtyped.download.options import EngineName
from wbtyped.errors import UsageError
from wbtyped.mirror.collect_runs import RunCollector
from wbtyped.mirror.planned_run import PlannedRun
from wbtyped.server import Fault, WandbServer


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    fill(wandb_server)
    return wandb_server


def content_file(mirror: Path, content: bytes) -> Path:
    import base64

    name = base64.b64decode(md5(content)).hex()
    return mirror / "contents" / "md5" / name[:2] / name


def test_mirror_lists_all_that_the_project_has(
    server: WandbServer, api: Api, tmp_path: Path, engine: EngineName
) -> None:
    report = api.mirror(PROJECT, tmp_path)
    assert report.ok, report
    assert (report.runs, report.new_runs, report.versions, report.new_versions) == (2, 2, 3, 3)
    maker, reader = lines(tmp_path, "runs.jsonl")
    assert (maker["name"], maker["display_name"], maker["group"]) == ("maker", "Maker", "g")
    assert json.loads(str(maker["config"]))["lr"] == {"value": 0.1}
    assert [(f["name"], f["content"]) for f in maker["files"]] == [  # type: ignore[attr-defined]
        (name, content_file(tmp_path, content).relative_to(tmp_path).as_posix())
        for name, content in (("a.txt", b"same"), ("deep/b.bin", bytes(range(256)) * 40))
    ]
    assert (reader["state"], reader["history"]) == ("failed", None)
    table = import_module("pandas").read_parquet(tmp_path / "history" / "maker.parquet")
    assert table["loss"].tolist() == [1.0, 0.25]
    first, second, net = sorted(
        lines(tmp_path, "versions.jsonl"), key=lambda v: (v["collection"], v["index"])
    )
    assert (first["collection"], first["index"], first["aliases"]) == ("data", 0, ["old"])
    assert (first["logged_by"], first["used_by"]) == ("me/p/maker", ["me/p/Reader"])
    assert [(x["project"], x["collection"], x["aliases"]) for x in first["links"]] == [  # type: ignore[attr-defined]
        ("p", "shelf", ["chosen", "latest"]), ("q", "elsewhere", ["latest"]),
    ]  # fmt: skip
    assert second["aliases"] == ["best", "latest"]
    manifest = json.loads((tmp_path / str(net["manifest"])).read_text())
    assert set(manifest["contents"]) == {HOSTILE, "empty"}
    assert content_file(tmp_path, b"weights").read_bytes() == b"weights"
    header = json.loads((tmp_path / "mirror.json").read_text())
    assert (header["format"], header["is_complete"]) == (1, True)
    assert header["counts"] == {"runs": 2, "types": 2, "collections": 3, "versions": 3}
    kinds = {x["name"]: x["kind"] for x in lines(tmp_path, "collections.jsonl")}
    assert kinds == {"data": "sequence", "net": "sequence", "shelf": "portfolio"}


def test_second_mirroring_transfers_only_what_is_new(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    first = api.mirror(PROJECT, tmp_path)
    server.requests.clear()
    again = api.mirror(PROJECT, tmp_path)
    assert (again.contents, again.new_runs, again.new_versions) == (0, 0, 0)
    assert not [r for r in server.requests if r.origin == "storage"]
    assert not [o for o in server.requests.operations() if "History" in o]
    server.add_artifact(
        "me/p/data", "dataset", {"x.txt": b"same", "new.txt": b"new"}, aliases=["best"]
    )
    server.add_run("me/p/maker", {"c.txt": b"one"}, history=[{"loss": 0.1}])
    third = api.mirror(PROJECT, tmp_path)
    # "one" is the content of a file of data:v0, already.
    assert (third.contents, third.new_versions, third.size) == (1, 1, 3)
    aliases = {
        (v["collection"], v["index"]): v["aliases"] for v in lines(tmp_path, "versions.jsonl")
    }
    assert aliases == {
        ("data", 0): ["old"], ("data", 1): [], ("data", 2): ["best", "latest"],
        ("net", 0): ["latest"],
    }  # fmt: skip
    table = import_module("pandas").read_parquet(tmp_path / "history" / "maker.parquet")
    assert table["loss"].tolist() == [1.0, 0.25, 0.1]
    assert first.contents == 7


def test_dry_run_counts_and_writes_nothing(server: WandbServer, api: Api, tmp_path: Path) -> None:
    target = tmp_path / "mirror"
    planned = api.mirror(PROJECT, target, dry_run=True)
    assert not target.exists()
    done = api.mirror(PROJECT, target)
    assert (planned.contents, planned.size) == (done.contents, done.size)
    assert (planned.new_runs, planned.new_versions) == (2, 3)


def test_what_the_server_deleted_is_marked_or_removed(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    api.mirror(PROJECT, tmp_path)
    api.artifact("me/p/net:v0").delete(delete_aliases=True)
    api.run("me/p/Reader").delete()
    assert sorted(api.mirror(PROJECT, tmp_path).deleted) == ["me/p/Reader", "me/p/net:v0"]
    assert api.mirror(PROJECT, tmp_path).deleted == []
    marked = [v["collection"] for v in lines(tmp_path, "versions.jsonl") if v["deleted_at"]]
    assert marked == ["net"]
    assert content_file(tmp_path, b"weights").exists()
    removed = api.mirror(PROJECT, tmp_path, delete=True)
    assert sorted(removed.deleted) == ["me/p/Reader", "me/p/net:v0"]
    assert not content_file(tmp_path, b"weights").exists()
    assert content_file(tmp_path, b"same").exists()
    assert [run["name"] for run in lines(tmp_path, "runs.jsonl")] == ["maker"]


def test_run_with_the_name_of_a_deleted_one_has_a_history_of_its_own(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_run("me/p/r", history=[{"a": 1}])
    api.mirror("me/p", tmp_path)
    api.run("me/p/r").delete()
    wandb_server.add_run("me/p/r", history=[{"a": 2}, {"a": 3}])
    assert api.mirror("me/p", tmp_path).deleted == ["me/p/r"]
    for _ in range(2):
        deleted, new = lines(tmp_path, "runs.jsonl")
        for run, wanted in ((deleted, [1]), (new, [2, 3])):
            file = tmp_path / run["history"]["file"]  # type: ignore[index]
            assert import_module("pandas").read_parquet(file)["a"].tolist() == wanted
        api.mirror("me/p", tmp_path, verify=True)


def test_history_whose_steps_have_large_gaps_takes_few_requests(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    dense = [{"_step": 5_000_000 + n, "a": n} for n in range(1300)]
    history = [*({"_step": n * 4000, "a": n} for n in range(600)), *dense, {"_step": 10**12}]
    wandb_server.add_run("me/p/r", history=history)
    assert api.mirror("me/p", tmp_path).left_out == []
    table = import_module("pandas").read_parquet(tmp_path / "history" / "r.parquet")
    assert table["_step"].tolist() == [row["_step"] for row in history]
    assert wandb_server.requests.operations().count("RunHistory") < 20


def test_history_that_the_server_thins_out_is_read_in_small_windows(
    wandb_server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some may choose fewer steps than they were asked for."""
    from wbtyped.server.resolvers import history

    evenly = history.even_positions

    def few(count: int, samples: int | None) -> object:
        return evenly(count, samples if count <= 1000 else 200)

    monkeypatch.setattr(history, "even_positions", few)
    wandb_server.add_run("me/p/r", history=[{"_step": n * 2} for n in range(3000)])
    report = api.mirror("me/p", tmp_path)
    assert report.left_out == []
    assert lines(tmp_path, "runs.jsonl")[0]["history"]["rows"] == 3000  # type: ignore[index]


def test_verify_replaces_what_is_damaged(server: WandbServer, api: Api, tmp_path: Path) -> None:
    api.mirror(PROJECT, tmp_path)
    before = files_in(tmp_path / "contents")
    content_file(tmp_path, b"weights").write_bytes(b"wEights")
    content_file(tmp_path, b"same").unlink()
    (tmp_path / "history" / "maker.parquet").write_bytes(b"")
    assert api.mirror(PROJECT, tmp_path, verify=True).contents == 2
    assert files_in(tmp_path / "contents") == before
    assert (tmp_path / "history" / "maker.parquet").stat().st_size > 0


def test_file_that_fails_is_reported_and_fetched_the_next_time(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    with server.fault(Fault(kind="storage-get", path="/z.txt", corrupt=True)):
        report = api.mirror(PROJECT, tmp_path)
    assert [path for path, _ in report.failed] == ["me/p/data:v0", "me/p/data:v1"]
    assert not json.loads((tmp_path / "mirror.json").read_text())["is_complete"]
    assert [v["collection"] for v in lines(tmp_path, "versions.jsonl")] == ["net"]
    again = api.mirror(PROJECT, tmp_path)
    assert (again.ok, again.new_versions, again.contents) == (True, 2, 2)


def test_files_without_a_digest_are_stored_by_their_own(
    server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = RunCollector.list_files

    def without_digests(
        collector: RunCollector, planned: PlannedRun
    ) -> list[fragments.RunFileAddress]:
        return [node.model_copy(update={"md5": None}) for node in listed(collector, planned)]

    monkeypatch.setattr(RunCollector, "list_files", without_digests)
    # A killed process has left these.
    (tmp_path / "incoming").mkdir()
    for number in range(3):
        (tmp_path / "incoming" / str(number)).write_bytes(b"something else")
    report = api.mirror(PROJECT, tmp_path, artifacts=False)
    assert report.ok, report
    assert content_file(tmp_path, b"same").read_bytes() == b"same"
    assert not content_file(tmp_path, b"something else").exists()
    assert api.mirror(PROJECT, tmp_path, artifacts=False).contents == 0


def test_mirror_of_another_project_is_refused(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    api.mirror(PROJECT, tmp_path)
    server.add_run("me/q/other")
    with pytest.raises(UsageError, match="is a mirror of me/p on"):
        api.mirror("me/q", tmp_path)
    (tmp_path / "mirror.json").write_text('{"format": 99}')
    with pytest.raises(UsageError, match="not a file of a mirror"):
        api.mirror(PROJECT, tmp_path)


async def test_mirror_works_on_an_event_loop(server: WandbServer, api: Api, tmp_path: Path) -> None:
    seen: list[int] = []
    report = await api.amirror(PROJECT, tmp_path, progress=lambda p: seen.append(p.contents))
    assert report.ok
    assert seen[-1] == report.contents


def test_what_cannot_be_a_folder_is_refused(server: WandbServer, api: Api, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for target, reason in (
        ("", "is not a path"), ("a\0b", "is not a path"), (tmp_path / "file", "is a file"),
        ((tmp_path / "file").as_uri(), "is a file"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=reason):
            api.mirror(PROJECT, target)


def test_damaged_list_is_written_anew_once_it_is_removed(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    api.mirror(PROJECT, tmp_path)
    file = tmp_path / "versions.jsonl"
    before = file.read_bytes()
    file.write_bytes(before[:-20])
    with pytest.raises(UsageError, match="remove versions.jsonl and mirror again"):
        api.mirror(PROJECT, tmp_path)
    with pytest.raises(UsageError, match="versions.jsonl is not that of a mirror, or is damaged"):
        WandbServer(mirrors=[tmp_path])
    file.unlink()
    assert api.mirror(PROJECT, tmp_path).contents == 0
    assert file.read_bytes() == before
