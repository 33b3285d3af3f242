"""Mirrors are restored on another server, which then has the same runs, versions and names."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mirror.projects import (
    HOSTILE,
    PROJECT,
    fill,
    lines,
    log_system_metrics,
    state_of,
)  # fmt: skip
from tests.mirror.test_served_mirror import official
from wbtyped import Api
from wbtyped.download.options import EngineName
from wbtyped.errors import DiskError, UsageError
from wbtyped.publish import Draft
from wbtyped.server import Fault, WandbServer

TARGET = "crew/moved"


@pytest.fixture
def other() -> Iterator[WandbServer]:
    with WandbServer() as server:
        yield server


@pytest.fixture
def other_api(other: WandbServer) -> Iterator[Api]:
    with Api({"base_url": other.url}, api_key=other.api_key) as api:
        yield api


@pytest.fixture
def mirror(wandb_server: WandbServer, api: Api, tmp_path: Path) -> Path:
    fill(wandb_server)
    # Its name is not one that any client can publish.
    api.artifact_collection("model", "me/p/net").delete()
    wandb_server.add_artifact("me/p/net", "model", {"w.bin": b"weights", "empty": b""})
    collection = api.artifact_collection("dataset", "me/p/data")
    collection.description, collection.tags = "numbers", ["raw"]
    collection.save()
    assert api.mirror(PROJECT, tmp_path / "mirror").ok
    return tmp_path / "mirror"


def moved(state: object) -> object:
    """Return a state as it is after the move to another project."""
    return json.loads(json.dumps(state, default=repr).replace("me/p/", f"{TARGET}/"))


def test_restored_project_has_what_the_first_one_had(
    api: Api, other_api: Api, mirror: Path
) -> None:
    report = other_api.restore(mirror, TARGET)
    assert report.ok, report
    assert (report.new_runs, report.new_versions) == (2, 3)
    assert json.loads(json.dumps(state_of(other_api, TARGET), default=repr)) == moved(state_of(api))
    shelf = other_api.artifact(f"{TARGET}/shelf:chosen")
    assert (shelf.source_name, sorted(shelf.aliases)) == ("data:v0", ["chosen", "latest"])
    assert report.left_out == [
        "ids, creation times and users: the server assigns its own",
        "1 links into other projects and registries",
    ]


def test_second_restoring_sends_nothing_and_a_third_what_is_new(
    wandb_server: WandbServer, api: Api, other: WandbServer, other_api: Api, mirror: Path
) -> None:
    other_api.restore(mirror, TARGET)
    other.requests.clear()
    again = other_api.restore(mirror, TARGET)
    assert (again.new_runs, again.new_versions, again.contents) == (0, 0, 0)
    assert not [r for r in other.requests if r.method == "PUT"]
    assert not {"CreateArtifact", "AddArtifactAliases", "LinkArtifact", "UseArtifact"} & set(
        other.requests.operations()
    )
    wandb_server.add_artifact("me/p/data", "dataset", {"x.txt": b"same"}, aliases=["best"])
    wandb_server.add_run("me/p/maker", {"new.txt": b"new"}, history=[{"loss": 0.0}])
    api.mirror(PROJECT, mirror)
    third = other_api.restore(mirror, TARGET)
    # The server has the content of the version already.
    assert (third.new_versions, third.contents) == (1, 1)
    assert json.loads(json.dumps(state_of(other_api, TARGET), default=repr)) == moved(state_of(api))


def test_official_client_reads_a_restored_project(
    wandb_server: WandbServer, other: WandbServer, other_api: Api, mirror: Path, tmp_path: Path
) -> None:
    other_api.restore(mirror, PROJECT)
    from_first = official(wandb_server, tmp_path / "a")
    assert official(other, tmp_path / "b") == from_first


def test_repeated_and_missing_versions_keep_their_order(
    wandb_server: WandbServer, api: Api, other_api: Api, tmp_path: Path
) -> None:
    for number, content in enumerate([b"a", b"b", b"c", b"b", b"a", b"c", b"a"]):
        wandb_server.add_artifact("me/r/data", "dataset", {"x": content}, aliases=[f"n{number}"])
    for deleted in ("v1", "v2", "v5"):
        api.artifact(f"me/r/data:{deleted}").delete(delete_aliases=True)
    api.mirror("me/r", tmp_path)
    report = other_api.restore(tmp_path, "me/r")
    found = {v.name: v.aliases for v in other_api.artifacts("dataset", "me/r/data")}
    assert {name: set(aliases) for name, aliases in found.items()} == {
        "data:v0": {"n0"}, "data:v1": {"n3"}, "data:v2": {"n4"}, "data:v3": {"n6", "latest"},
    }  # fmt: skip
    assert report.left_out[1:] == ["the numbers of 3 versions, after others were deleted"]
    assert other_api.restore(tmp_path, "me/r").new_versions == 0


def restored_order(api: Api, path: str) -> list[bytes]:
    """Return the contents of the versions of a collection, the oldest first."""
    versions = sorted(api.artifacts("dataset", path), key=lambda version: version.name)
    return [version.get_entry("x").read() for version in versions]


@pytest.mark.parametrize(
    ("first", "deleted", "later", "expected"),
    [
        ("ab", "v0", "a", "aba"),  # `a` was deleted, and logged again after `b`
        ("a", "v0", "ba", "aba"),
        ("abc", "v1", "b", "abcb"),
        ("ab", "v1", "b", "ab"),  # nothing came between
        ("a", None, "bac", "abac"),
    ],
)
def test_content_that_is_deleted_and_logged_again_between_two_restores_keeps_its_order(
    wandb_server: WandbServer,
    api: Api,
    other_api: Api,
    tmp_path: Path,
    first: str,
    deleted: str | None,
    later: str,
    expected: str,
) -> None:
    def log(contents: str) -> None:
        for content in contents:
            wandb_server.add_artifact("me/r/data", "dataset", {"x": content.encode()})
        api.mirror("me/r", tmp_path)

    log(first)
    other_api.restore(tmp_path, "me/r")
    if deleted is not None:
        api.artifact(f"me/r/data:{deleted}").delete(delete_aliases=True)
    log(later)
    report = other_api.restore(tmp_path, "me/r")
    assert report.new_versions == len(expected) - len(first)
    assert b"".join(restored_order(other_api, "me/r/data")).decode() == expected
    newest = other_api.artifact("me/r/data:latest").get_entry("x").read()
    assert newest == later[-1].encode()
    assert other_api.restore(tmp_path, "me/r").new_versions == 0


def test_content_that_was_deleted_before_the_first_restore_is_restored_once(
    wandb_server: WandbServer, api: Api, other_api: Api, tmp_path: Path
) -> None:
    for content in (b"a", b"b", b"a"):
        wandb_server.add_artifact("me/r/data", "dataset", {"x": content})
    api.mirror("me/r", tmp_path)
    api.artifact("me/r/data:v0").delete(delete_aliases=True)
    api.mirror("me/r", tmp_path)
    for _ in range(2):
        other_api.restore(tmp_path, "me/r")
        assert restored_order(other_api, "me/r/data") == [b"b", b"a"]


def test_references_to_other_versions_lead_to_the_restored_ones(
    wandb_server: WandbServer, api: Api, other_api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("me/z/base", "dataset", {"x.txt": b"far"})
    wandb_server.add_artifact("me/z/other", "dataset", {"y.txt": b"y"})
    draft = Draft("above", "dataset")
    draft.add_reference(api.artifact("me/z/base:v0").get_entry("x.txt"))
    draft.publish("me/z/above", api=api)
    api.mirror("me/z", tmp_path)
    other_api.restore(tmp_path, "me/z")
    entry = other_api.artifact("me/z/above:v0").get_entry("x.txt")
    target = base64.b64decode(other_api.artifact("me/z/base:v0").id).hex()
    assert entry.ref == f"wandb-artifact://{target}/x.txt"
    assert entry.read() == b"far"


def test_xxh128_versions_are_mirrored_served_and_restored(
    wandb_server: WandbServer, api: Api, other_api: Api, tmp_path: Path
) -> None:
    (tmp_path / "w.bin").write_bytes(b"weights")
    draft = Draft("data", "dataset", digest_algorithm="XXH128")
    draft.add_file(tmp_path / "w.bin")
    version = draft.publish("me/x/data", api=api)
    assert version.digest_algorithm == "XXH128"
    assert api.mirror("me/x", tmp_path / "mirror").ok
    assert api.mirror("me/x", tmp_path / "mirror", verify=True).contents == 0
    with WandbServer(mirrors=[tmp_path / "mirror"]) as server:
        with Api({"base_url": server.url}, api_key=server.api_key) as read:
            served = read.artifact("me/x/data:v0")
            assert (served.digest, served.get_entry("w.bin").read()) == (version.digest, b"weights")
    assert other_api.restore(tmp_path / "mirror", "me/x").ok
    restored = other_api.artifact("me/x/data:v0")
    assert (restored.digest, restored.get_entry("w.bin").read()) == (version.digest, b"weights")


def test_version_with_a_name_that_cannot_be_published_is_reported(
    wandb_server: WandbServer, api: Api, other_api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("me/h/net", "model", {HOSTILE: b"weights"})
    wandb_server.add_artifact("me/h/fine", "model", {"ok": b"1"})
    name = "é 😀%2f #?.txt"
    wandb_server.add_run("me/h/run", {name: b"file"})
    api.mirror("me/h", tmp_path)
    report = other_api.restore(tmp_path, "me/h")
    assert [path for path, _ in report.failed] == ["me/h/net:v0"]
    assert other_api.run("me/h/run").file(name).read() == b"file"
    assert other_api.artifact("me/h/fine:v0").get_entry("ok").read() == b"1"


def test_versions_of_types_that_users_cannot_publish_are_restored(
    wandb_server: WandbServer, api: Api, other_api: Api, tmp_path: Path
) -> None:
    kinds = {"run-1-table": "run_table", "source-code": "code", "job-1": "job"}
    for name, type_name in kinds.items():
        wandb_server.add_artifact(f"me/p/{name}", type_name, {"a": b"1"})
    assert api.mirror(PROJECT, tmp_path / "mirror").ok
    report = other_api.restore(tmp_path / "mirror", TARGET)
    assert report.ok, report
    found = {name: other_api.artifact(f"{TARGET}/{name}:v0").type for name in kinds}
    assert found == kinds


def test_restoring_goes_on_after_a_failure(
    other: WandbServer, api: Api, other_api: Api, mirror: Path
) -> None:
    with other.fault(Fault(kind="graphql", operation="CommitArtifact", status=400, times=1)):
        broken = other_api.restore(mirror, TARGET)
    # The second version of the collection would take the number of the first one.
    assert [path for path, _ in broken.failed] == [f"{TARGET}/data:v0", f"{TARGET}/data:v1"]
    assert "data:v0 comes before it, and failed; restore again" in broken.failed[1][1]
    assert other_api.artifact(f"{TARGET}/net:v0").get_entry("w.bin").read() == b"weights"
    assert other_api.restore(mirror, TARGET).ok
    assert json.loads(json.dumps(state_of(other_api, TARGET), default=repr)) == moved(state_of(api))


def test_restore_of_what_is_no_mirror_is_refused(other_api: Api, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is not a mirror: it has no mirror\.json"):
        other_api.restore(tmp_path, TARGET)


async def test_restore_works_on_an_event_loop(other_api: Api, mirror: Path) -> None:
    assert (await other_api.arestore(str(mirror), TARGET)).ok


def test_files_of_runs_are_retried_and_sent_with_progress(
    wandb_server: WandbServer, api: Api, other: WandbServer, other_api: Api, tmp_path: Path,
    engine: EngineName,
) -> None:  # fmt: skip
    for run in range(3):
        files = {f"deep/{name}.bin": f"{run} {name}".encode() for name in range(30)}
        wandb_server.add_run(f"me/r/run-{run}", files)
    assert api.mirror("me/r", tmp_path).ok
    sent: list[int] = []
    flaky = Fault(kind="storage-put", status=503, times=5)
    with other.fault(flaky):
        report = other_api.restore(
            tmp_path, "me/r", engine=engine, progress=lambda p: sent.append(p.contents)
        )
    assert (report.ok, report.contents, flaky.hits) == (True, 90, 5), report
    assert sent == sorted(sent)
    assert set(sent) >= set(range(1, 91))
    assert json.dumps(state_of(other_api, "me/r"), default=repr) == json.dumps(
        state_of(api, "me/r"), default=repr
    )


def test_file_of_a_run_that_fails_is_reported_and_sent_the_next_time(
    other: WandbServer, other_api: Api, api: Api, mirror: Path
) -> None:
    with other.fault(Fault(kind="storage-put", path="a.txt", status=400)):
        report = other_api.restore(mirror, TARGET)
    assert [path for path, _ in report.failed] == [f"{TARGET}/maker/a.txt"]
    assert other_api.run(f"{TARGET}/maker").state == "finished"
    again = other_api.restore(mirror, TARGET)
    assert (again.ok, again.contents) == (True, 1)
    assert other_api.run(f"{TARGET}/maker").file("a.txt").read() == b"same"


def test_damaged_content_is_not_restored(
    wandb_server: WandbServer, api: Api, other_api: Api, mirror: Path
) -> None:
    for path in (mirror / "contents").rglob("*"):
        if path.is_file() and path.read_bytes() in {b"same", b"weights"}:
            path.write_bytes(path.read_bytes().upper())
    report = other_api.restore(mirror, TARGET)
    assert sorted(path for path, _ in report.failed) == [
        f"{TARGET}/data:v0", f"{TARGET}/data:v1", f"{TARGET}/maker/a.txt", f"{TARGET}/net:v0",
    ]  # fmt: skip
    assert all("is damaged" in reason for _, reason in report.failed)
    assert [file.name for file in other_api.run(f"{TARGET}/maker").files()] == ["deep/b.bin"]
    assert api.mirror(PROJECT, mirror, verify=True).contents == 2
    assert other_api.restore(mirror, TARGET).ok
    assert json.loads(json.dumps(state_of(other_api, TARGET), default=repr)) == moved(state_of(api))


def test_changes_of_versions_and_runs_follow(
    wandb_server: WandbServer, api: Api, other: WandbServer, other_api: Api, mirror: Path
) -> None:
    wandb_server.add_run("me/p/live", {"log": b"1"}, history=[{"a": 1}], state="running")
    api.mirror(PROJECT, mirror)
    other_api.restore(mirror, TARGET)
    assert other_api.run(f"{TARGET}/live").state == "crashed"
    version = api.artifact("me/p/data:v0")
    version.description, version.metadata, version.tags = "new", {"rows": float("nan")}, ["silver"]
    version.aliases = [*version.aliases, "best"]
    version.save()
    wandb_server.add_run("me/p/live", {"log": b"22"}, history=[{"a": 2}], tags=["done"])
    api.mirror(PROJECT, mirror)
    assert other_api.restore(mirror, TARGET).ok
    assert repr(json.loads(json.dumps(state_of(other_api, TARGET), default=repr))) == repr(
        moved(state_of(api))
    )
    other.requests.clear()
    assert other_api.restore(mirror, TARGET).ok
    assert "UpdateArtifact" not in other.requests.operations()


def test_restoring_into_the_mirrored_project_changes_nothing_that_it_has(
    wandb_server: WandbServer, api: Api, mirror: Path
) -> None:
    api.run("me/p/Reader").delete()
    api.artifact("me/p/data:v0").delete(delete_aliases=True)
    wandb_server.add_run("me/p/maker", config={"lr": 9}, state="running", tags=["edited"])
    wandb_server.add_artifact("me/p/data", "dataset", {"x.txt": b"new"}, aliases=["best", "old"])
    api.artifact("me/p/data:latest").link("me/p/shelf", ["chosen"])
    collection = api.artifact_collection("dataset", "me/p/data")
    collection.description = "edited"
    collection.save()
    before = json.loads(json.dumps(state_of(api), default=repr))
    report = api.restore(mirror, PROJECT)
    assert report.ok, report
    assert "1 links into portfolios, which stay as they are" in report.left_out
    after = json.loads(json.dumps(state_of(api), default=repr))
    # But it logged the version that is there again.
    assert after["run maker"].pop("logged") == ["me/p/data:v0", "me/p/data:v3"]
    del before["run maker"]["logged"]
    assert after["run maker"] == before["run maker"]
    assert after["run Reader"]["files"]["other.txt"][0] == 4
    names = {v["name"]: v["aliases"] for v in after["collection data"]["versions"]}
    assert names == {
        "me/p/data:v1": [],
        "me/p/data:v2": ["best", "latest", "old"],
        "me/p/data:v3": [],
    }
    assert after["collection data"]["description"] == "edited"
    assert api.artifact("me/p/shelf:chosen").source_name == "data:v2"
    assert api.restore(mirror, PROJECT).new_versions == 0
    assert api.run("me/p/Reader").state == "failed"


def test_run_that_has_logged_more_on_the_target_stays(
    other: WandbServer, other_api: Api, mirror: Path
) -> None:
    other_api.restore(mirror, TARGET)
    other.add_run(f"{TARGET}/maker", config={"lr": 9}, history=[{"loss": 0.0}])
    report = other_api.restore(mirror, TARGET)
    assert "1 runs, which have logged more since: they stay as they are" in report.left_out
    assert other_api.run(f"{TARGET}/maker").config == {"lr": 9}


@pytest.mark.parametrize("folder", ["history", "system_metrics"])
@pytest.mark.parametrize("content", [b"", b"PAR1 junk", None])
def test_damaged_metrics_are_not_restored_or_served(
    wandb_server: WandbServer, api: Api, other_api: Api, mirror: Path, folder: str,
    content: bytes | None,
) -> None:  # fmt: skip
    log_system_metrics(wandb_server, "me/p/maker", [{"system.cpu": 1.0}])
    api.mirror(PROJECT, mirror)
    file = mirror / folder / "maker.parquet"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    report = other_api.restore(mirror, TARGET)
    assert [path for path, _ in report.failed] == [f"{TARGET}/maker"]
    assert f"{folder}/maker.parquet" in report.failed[0][1]
    with pytest.raises(UsageError, match=r"maker.parquet is missing or damaged"):
        WandbServer(mirrors=[mirror])
    assert api.mirror(PROJECT, mirror, verify=True).ok
    assert other_api.restore(mirror, TARGET).ok


def test_damaged_manifest_is_not_restored(api: Api, other_api: Api, mirror: Path) -> None:
    (net,) = [v for v in lines(mirror, "versions.jsonl") if v["collection"] == "net"]
    manifest = mirror / str(net["manifest"])
    manifest.write_text(manifest.read_text().replace("w.bin", "v.bin"))
    report = other_api.restore(mirror, TARGET)
    assert [path for path, _ in report.failed] == [f"{TARGET}/net:v0"]
    with pytest.raises(DiskError, match="is damaged"):
        api.mirror(PROJECT, mirror, delete=True)
    assert api.mirror(PROJECT, mirror, verify=True, delete=True).ok
    assert other_api.restore(mirror, TARGET).ok


def test_parquet_without_pyarrow_is_reported(
    other_api: Api, mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wbtyped.row_files.has_parquet", lambda: False)
    report = other_api.restore(mirror, TARGET)
    assert report.failed == [
        (f"{TARGET}/maker", "history is stored as Parquet; run: pip install pyarrow")
    ]
    monkeypatch.undo()
    assert other_api.restore(mirror, TARGET).ok
