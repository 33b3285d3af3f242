"""Drafts: files written into them, versions as a start, and what runs do with them."""

import gc
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.errors import GraphQLError, NotFoundError, UsageError
from wbtyped.publish import Draft
from wbtyped.server import Fault, WandbServer
from wbtyped.server.server import FEATURES

PATH = "crew/ship/data"


@pytest.fixture
def api(wandb_server: WandbServer) -> Iterator[Api]:
    with Api() as api:
        yield api


def publish(api: Api, **files: str) -> Artifact:
    draft = Draft("data", "dataset")
    for name, content in files.items():
        with draft.new_file(name) as file:
            file.write(content)
    return draft.publish(PATH, api=api)


def contents(artifact: Artifact) -> dict[str, bytes]:
    return {entry.path: entry.read() for entry in artifact.manifest}


def sent(server: WandbServer) -> int:
    return sum(r.method == "PUT" for r in server.requests)


# Written files.


def test_new_file_is_in_the_draft_once_closed(api: Api) -> None:
    draft = Draft("data", "dataset")
    with draft.new_file("deep/a.txt") as file:
        file.write("é\n")
        assert len(draft) == 0
    binary = draft.new_file("b", "wb")
    binary.write(b"\0")
    binary.close()
    assert sorted(draft.files) == ["b", "deep/a.txt"]
    with draft.new_file("b", "wb") as replaced:
        replaced.write(b"\1")
    with pytest.raises(UsageError, match="b is already in the draft"):
        draft.new_file("b", "x")
    folder = draft.files["b"].parent
    artifact = draft.publish(PATH, api=api)
    assert contents(artifact) == {"b": b"\1", "deep/a.txt": "é\n".encode()}
    assert not folder.exists()


def test_new_file_whose_block_fails_is_not_added() -> None:
    draft = Draft("data", "dataset")
    with pytest.raises(ZeroDivisionError):
        with draft.new_file("a") as file:
            file.write("1")
            raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError):
        with draft.new_file("a", "wb"):
            raise ZeroDivisionError
    assert len(draft) == 0


def test_new_file_that_is_still_open_is_not_left_out(api: Api) -> None:
    draft = Draft("data", "dataset")
    file = draft.new_file("a")
    file.write("1")
    with pytest.raises(UsageError, match="a is still open for writing"):
        draft.publish(PATH, api=api)
    file.close()
    assert contents(draft.publish(PATH, api=api)) == {"a": b"1"}


def test_new_file_that_is_not_added_leaves_nothing_behind() -> None:
    draft = Draft("data", "dataset")
    draft.new_file("kept").close()
    with pytest.raises(ZeroDivisionError):
        with draft.new_file("a", "wb"):
            raise ZeroDivisionError
    folder = draft.files["kept"].parent
    assert list(folder.iterdir()) == [draft.files["kept"]]


def test_new_files_are_removed_with_their_draft() -> None:
    draft = Draft("data", "dataset")
    draft.new_file("a").close()
    path = draft.files["a"]
    copied: Draft = pickle.loads(pickle.dumps(draft))
    assert copied.files == draft.files
    del copied
    assert path.exists(), "a copy does not own the file"
    del draft
    gc.collect()
    assert not path.exists()


def test_draft_with_new_files_is_published_once(api: Api) -> None:
    draft = Draft("data", "dataset")
    draft.new_file("a").close()
    draft.publish(PATH, api=api)
    with pytest.raises(UsageError, match="a was written by new_file"):
        draft.publish(PATH, api=api)
    draft.new_file("a").close()
    assert draft.publish(PATH, api=api).name == "data:v0"


def test_published_file_that_was_written_can_be_removed(api: Api, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(b"1")
    draft = Draft("data", "dataset")
    draft.new_file("gone").close()
    draft.add_file(tmp_path / "kept")
    draft.publish(PATH, api=api)
    draft.remove("gone")
    assert contents(draft.publish(PATH, api=api)) == {"kept": b"1"}


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("type", "job"), ("type", 5), ("type", "a/b"), ("name", "a:b"), ("name", None),
        ("digest_algorithm", "SHA1"), ("metadata", 5), ("description", 5),
    ],
)  # fmt: skip
def test_assigned_attributes_are_checked_when_published(
    api: Api, wandb_server: WandbServer, attribute: str, value: object
) -> None:
    draft = Draft("data", "dataset")
    setattr(draft, attribute, value)
    wandb_server.requests.clear()
    with pytest.raises(UsageError):
        draft.publish(PATH, api=api)
    assert len(wandb_server.requests) == 0


def test_run_logs_an_empty_draft(api: Api, wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/run")
    run = api.run("crew/ship/run")
    with pytest.warns(UserWarning, match="has no files"):
        assert run.log_artifact(Draft("data", "dataset")).file_count == 0
    with pytest.warns(UserWarning, match="has no files"):
        assert run.use_artifact(Draft("other", "dataset")).file_count == 0


def test_new_file_stays_after_a_failed_publish(api: Api, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"b")
    draft = Draft("data", "dataset")
    draft.new_file("a").close()
    draft.add_file(tmp_path / "b")
    (tmp_path / "b").unlink()
    with pytest.raises(Exception, match="cannot be read"):
        draft.publish(PATH, api=api)
    draft.remove("b")
    assert contents(draft.publish(PATH, api=api)) == {"a": b""}


def test_new_file_checks_its_arguments() -> None:
    draft = Draft("data", "dataset")
    with pytest.raises(UsageError, match="mode must be one of"):
        draft.new_file("a", "r")  # type: ignore[call-overload]
    with pytest.raises(UsageError, match="encoding 'no such' is not known"):
        draft.new_file("a", encoding="no such")
    with pytest.raises(UsageError, match="refused"):
        draft.new_file("../a")


# Drafts of versions.


def test_new_draft_keeps_entries_and_uploads_only_what_is_new(
    api: Api, wandb_server: WandbServer, tmp_path: Path
) -> None:
    first = publish(api, **{"a": "1", "b": "2", "old/c": "3", "old/d": "4"})
    first.description, first.metadata = "described", {"rows": 1}
    first.save()
    draft = first.new_draft()
    assert sorted(draft.entries) == ["a", "b", "old/c", "old/d"]
    (tmp_path / "b").write_bytes(b"22")
    with pytest.raises(UsageError, match="b is already in the draft, from the earlier version"):
        draft.add_file(tmp_path / "b")
    draft.add_file(tmp_path / "b", overwrite=True)
    draft.remove("old")
    with draft.new_file("new") as file:
        file.write("5")
    wandb_server.requests.clear()
    second = draft.publish(api=api)
    assert sent(wandb_server) == 3, "two files and the manifest"
    assert not any(r.method == "GET" for r in wandb_server.requests), "nothing is downloaded"
    assert (second.name, second.description, second.metadata) == (
        "data:v1", "described", {"rows": 1},
    )  # fmt: skip
    assert contents(second) == {"a": b"1", "b": b"22", "new": b"5"}
    births = {entry.path: entry.birth_artifact_id for entry in second.manifest}
    assert births == {"a": first.id, "b": second.id, "new": second.id}


def test_new_draft_is_published_to_the_server_of_its_version(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(api, a="1")
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    assert first.new_draft().publish().id == first.id


def test_new_draft_without_changes_is_the_same_version(api: Api, wandb_server: WandbServer) -> None:
    first = publish(api, a="1")
    wandb_server.requests.clear()
    again = first.new_draft().publish(api=api, aliases=["best"])
    assert (again.id, sent(wandb_server)) == (first.id, 0)
    assert sorted(again.aliases) == ["best", "latest"]
    assert Draft.of_version(first).entries == first.new_draft().entries


async def test_anew_draft_is_the_same(api: Api) -> None:
    draft = Draft("data", "dataset")
    draft.new_file("a").close()
    first = await draft.apublish(PATH, api=api)
    second = await first.anew_draft()
    second.remove("a")
    second.new_file("b").close()
    assert (await second.apublish(api=api)).name == "data:v1"
    await api.client.aclose()


# Incremental versions.


def test_incremental_version_extends_the_newest(api: Api, tmp_path: Path) -> None:
    publish(api, a="1", b="2")
    (tmp_path / "b").write_bytes(b"22")
    second = api.publish(tmp_path, PATH, "dataset", incremental=True)
    assert (second.name, contents(second)) == ("data:v1", {"a": b"1", "b": b"22"})
    publish(api, z="0")
    again = api.publish(tmp_path, PATH, "dataset", incremental=True)
    assert (again.name, contents(again)) == ("data:v3", {"z": b"0", "b": b"22"})
    with pytest.raises(UsageError, match="a draft of a version has all its files"):
        draft = Draft.of_version(again)
        draft.publish(api=api, incremental=True)


def test_incremental_version_of_a_new_collection_is_whole(api: Api, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"22")
    first = api.publish(tmp_path, PATH, "dataset", incremental=True)
    assert (first.name, contents(first)) == ("data:v0", {"b": b"22"})


# Runs.


def test_run_logs_drafts_paths_and_uris(
    api: Api, wandb_server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb_server.add_run("crew/ship/log")
    run = api.run("crew/ship/log")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_bytes(b"1")
    draft = Draft("data", "dataset")
    draft.add_dir(tmp_path / "in")
    logged = run.log_artifact(draft, ["best"], "clean")
    assert (logged.qualified_name, logged.tags) == ("crew/ship/data:v0", ["clean"])
    assert sorted(logged.aliases) == ["best", "latest"]
    creator = logged.logged_by()
    assert creator is not None
    assert creator.id == "log"
    folder = run.log_artifact(tmp_path / "in")
    assert (folder.name, folder.type) == ("run-log-in:v0", "unspecified")
    monkeypatch.chdir(tmp_path / "in")
    assert run.log_artifact(".").id == folder.id
    file = run.log_artifact(str(tmp_path / "in/a.txt"), name="points", type="dataset")
    assert (file.name, contents(file)) == ("points:v0", {"a.txt": b"1"})
    reference = run.log_artifact((tmp_path / "in").as_uri(), name="referring")
    assert [entry.is_reference for entry in reference.manifest] == [True]
    with pytest.raises(UsageError, match="does not exist"):
        run.log_artifact(tmp_path / "absent")
    with pytest.raises(UsageError, match="a draft or a path"):
        run.log_artifact(5)  # type: ignore[arg-type]


async def test_run_uses_drafts_and_paths(api: Api, wandb_server: WandbServer) -> None:
    wandb_server.add_run("crew/ship/log")
    wandb_server.add_artifact("crew/ship/old", "dataset", {"a": b"1"})
    run = api.run("crew/ship/log")
    draft = Draft("data", "dataset")
    draft.new_file("a").close()
    used = run.use_artifact(draft)
    assert used.logged_by() is None
    assert run.use_artifact("old:v0").name == "old:v0"
    assert (await run.ause_artifact("crew/ship/old")).name == "old:v0"
    assert {a.name for a in run.used_artifacts()} == {"data:v0", "old:v0"}
    with pytest.raises(NotFoundError):
        run.use_artifact("absent")
    with pytest.raises(UsageError, match="a draft or a path"):
        run.use_artifact(None)  # type: ignore[arg-type]
    await api.client.aclose()


# Digests.


def test_xxh128_falls_back_to_md5_where_the_server_says_so(api: Api, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x1")
    first = api.publish(tmp_path, PATH, "dataset", digest_algorithm="XXH128")
    assert (first.digest_algorithm, first.get_entry("a").digest) == (
        "XXH128", "Ea90/ebbsZP+0zaqIOehnQ==",
    )  # fmt: skip
    assert first.get_entry("a").extra == {"alg": "XXH128"}
    first.verify(first.download(tmp_path / "out"))
    assert first.new_draft().publish(api=api).id == first.id
    publish(api, a="1")
    with pytest.warns(UserWarning, match="MD5 digests instead of XXH128: the versions of the"):
        second = api.publish(tmp_path / "a", PATH, "dataset", digest_algorithm="XXH128")
    assert second.digest_algorithm == "MD5"


def test_xxh128_on_an_older_server_falls_back_to_md5(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x1")
    with WandbServer(features=FEATURES - {"ARTIFACT_DIGEST_ALGORITHM"}) as server:
        with Api({"base_url": server.url}, api_key=server.api_key) as api:
            with pytest.warns(UserWarning, match="the server does not"):
                version = api.publish(tmp_path, PATH, "dataset", digest_algorithm="XXH128")
            assert version.digest_algorithm == "MD5"
            again = api.publish(tmp_path, PATH, "dataset", incremental=True)
            assert again.id == version.id


# Servers that accept no version without a run.


def refusal(message: str, times: int | None = 1) -> Fault:
    body = b'{"errors": [{"message": "%b"}]}' % message.encode()
    return Fault(
        kind="graphql", operation="CreateArtifact", times=times, status=400, body=body,
        content_type="application/json",
    )  # fmt: skip


def test_publish_without_a_run_creates_one_where_the_server_needs_it(
    api: Api, wandb_server: WandbServer, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"1")
    for again in (False, True):
        with wandb_server.faults.active(refusal("runName must not be null")):
            with pytest.warns(UserWarning, match="accepts no version without a run"):
                artifact = api.publish(tmp_path, PATH, "dataset")
        run = artifact.logged_by()
        assert run is not None
        assert (run.state, run.job_type) == ("finished", "auto")
        assert [version.name for version in run.logged_artifacts()] == ["data:v0"]
        assert len(api.runs("crew/ship")) == 1, f"the same run, again={again}"


def test_publish_whose_own_run_fails_ends_it(
    api: Api, wandb_server: WandbServer, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"1")
    with wandb_server.faults.active(refusal("a run is required", None)):
        with pytest.warns(UserWarning, match="without a run"):
            with pytest.raises(GraphQLError, match="a run is required"):
                api.publish(tmp_path, PATH, "dataset")
    assert [run.state for run in api.runs("crew/ship")] == ["failed"]


def test_publish_that_fails_for_another_reason_creates_no_run(
    api: Api, wandb_server: WandbServer, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(b"1")
    with wandb_server.faults.active(refusal("the quota is exhausted, prune old versions", None)):
        with pytest.raises(GraphQLError, match="quota"):
            api.publish(tmp_path, PATH, "dataset")
    with pytest.raises(NotFoundError):
        len(api.runs("crew/ship"))


def test_content_of_an_older_version_gets_the_aliases_that_the_server_gives(api: Api) -> None:
    first = publish(api, a="1")
    assert publish(api, a="2").name == "data:v1"
    again = publish(api, a="1")
    assert (again.id, again.aliases) == (first.id, ["latest"])


Call = Callable[[Any], object]
WRONG: list[object] = [None, True, 5, 0.5, b"a", object(), [], {"a": 1}, ("a",), lambda: None]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
def test_arguments_of_wrong_types_are_usage_errors(wrong: object, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    draft = Draft("data", "dataset")

    def mode(value: Any) -> None:
        draft.new_file("a", value)

    calls: list[Call] = [
        draft.add_file, draft.add_dir, draft.add_reference, draft.new_file, draft.remove,
        Draft.of_version, lambda value: Draft(value, "dataset"), lambda value: Draft("data", value),
        lambda value: Draft("data", "dataset", digest_algorithm=value),
        mode,
    ]  # fmt: skip
    if wrong is not None:
        names: list[Call] = [
            lambda value: draft.add_file(tmp_path / "a", value),
            lambda value: draft.add_dir(tmp_path, value),
            lambda value: draft.add_reference("s3://boat/a", value),
        ]
        calls += names
    if wrong is not True:
        flags: list[Call] = [
            lambda value: draft.add_file(tmp_path / "a", overwrite=value),
            lambda value: draft.add_dir(tmp_path, overwrite=value),
            lambda value: draft.add_reference("s3://boat/a", checksum=value),
            lambda value: draft.publish(PATH, incremental=value),
        ]
        calls += flags
    for call in calls:
        with pytest.raises(UsageError):
            call(wrong)
    assert len(draft) == 0
