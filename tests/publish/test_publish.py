"""Published versions, on the embedded server over a socket."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wbtyped import Api
from wbtyped.artifacts.publishing.local_content import LocalContent
from wbtyped.errors import DiskError, UnsafePathError, UsageError
from wbtyped.publish import Draft
from wbtyped.server import WandbServer
from wbtyped.transport.http import Content, Transport

PATH = "crew/ship/data"


@pytest.fixture
def api(wandb_server: WandbServer) -> Iterator[Api]:
    with Api() as api:
        yield api


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "in", {"a.txt": b"alpha", "deep/b.txt": b"beta", "empty": b""})


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def uploads(server: WandbServer) -> int:
    return sum(r.method == "PUT" for r in server.requests)


def test_publish_folder_returns_the_committed_version(
    api: Api, folder: Path, tmp_path: Path
) -> None:
    artifact = api.publish(
        folder, PATH, "dataset", aliases=["best"], tags=["clean"], description="first",
        metadata={"rows": 2}, ttl=timedelta(days=2),
    )  # fmt: skip
    assert artifact.qualified_name == f"{PATH}:v0"
    assert (artifact.state, artifact.type, artifact.tags) == ("COMMITTED", "dataset", ["clean"])
    assert (artifact.description, artifact.metadata) == ("first", {"rows": 2})
    assert artifact.ttl == timedelta(days=2)
    assert sorted(artifact.aliases) == ["best", "latest"]
    assert artifact.digest == artifact.manifest.digest()
    assert artifact.logged_by() is None
    artifact.verify(artifact.download(tmp_path / "out"))
    assert (tmp_path / "out/deep/b.txt").read_bytes() == b"beta"


async def test_apublish_publishes_the_same(api: Api, folder: Path) -> None:
    first = await api.apublish(folder, PATH, "dataset")
    again = await api.apublish(folder, "crew/ship/other", "dataset")
    assert (first.digest, again.name) == (again.digest, "other:v0")
    await api.client.aclose()


def test_publish_same_content_again_moves_the_aliases_and_sends_nothing(
    api: Api, wandb_server: WandbServer, folder: Path
) -> None:
    api.publish(folder, PATH, "dataset", aliases=["best"])
    write(folder, {"a.txt": b"changed"})
    wandb_server.requests.clear()
    second = api.publish(folder, PATH, "dataset")
    assert (second.name, uploads(wandb_server)) == ("data:v1", 2), "one file and the manifest"
    wandb_server.requests.clear()
    again = api.publish(folder, PATH, "dataset", aliases=["best"], tags="seen", metadata={"a": 1})
    assert (again.id, uploads(wandb_server)) == (second.id, 0)
    assert (sorted(again.aliases), again.tags) == (["best", "latest"], ["seen"])
    assert api.artifact(f"{PATH}:v0").aliases == []


def test_publish_after_an_interruption_sends_what_is_missing(
    api: Api, wandb_server: WandbServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Transport.put

    def breaks(
        self: Transport, what: str, url: str, content: Content, headers: Mapping[str, str]
    ) -> None:
        if "'manifest'" in what:
            raise KeyboardInterrupt
        put(self, what, url, content, headers)

    with monkeypatch.context() as patch:
        patch.setattr(Transport, "put", breaks)
        with pytest.raises(KeyboardInterrupt):
            api.publish(folder, PATH, "dataset")
    assert not api.artifact_exists(f"{PATH}:latest"), "nothing half-done is visible"
    wandb_server.requests.clear()
    assert api.publish(folder, PATH, "dataset").name == "data:v0"
    assert uploads(wandb_server) == 1, "only the manifest"


def test_two_publishers_of_the_same_content_both_get_the_version(api: Api, folder: Path) -> None:
    with Api() as other, ThreadPoolExecutor(2) as threads:
        both = [
            threads.submit(one.publish, folder, PATH, "dataset", aliases=[alias])
            for one, alias in [(api, "mine"), (other, "theirs")]
        ]
        assert len({done.result().id for done in both}) == 1
    [version] = api.artifacts("dataset", PATH)
    assert sorted(version.aliases) == ["latest", "mine", "theirs"]


def test_publish_of_a_deleted_version_creates_a_new_one(api: Api, folder: Path) -> None:
    api.publish(folder, PATH, "dataset").delete(delete_aliases=True)
    artifact = api.publish(folder, PATH, "dataset")
    assert (artifact.name, artifact.state) == ("data:v1", "COMMITTED")


def test_publish_for_a_run_is_logged_by_it(
    api: Api, wandb_server: WandbServer, folder: Path
) -> None:
    wandb_server.add_run("crew/ship/log")
    run = api.run("crew/ship/log")
    artifact = api.publish(folder, PATH, "dataset", run=run)
    creator = artifact.logged_by()
    assert creator is not None
    assert creator.id == "log"
    with pytest.raises(UsageError, match="another project"):
        api.publish(folder, "crew/dock/data", "dataset", run=run)


def test_draft_publishes_what_was_added(api: Api, folder: Path) -> None:
    draft = Draft("data", "dataset")
    assert draft.add_dir(folder, "all", ignore=["deep/"]) == ["all/a.txt", "all/empty"]
    assert draft.add_file(folder / "deep/b.txt", "b") == "b"
    draft.remove("all/empty")
    artifact = draft.publish(PATH)
    assert sorted(artifact.manifest.entries) == ["all/a.txt", "b"]
    with pytest.warns(UserWarning, match="version of crew/ship/data has no files"):
        assert Draft("data", "dataset").publish(PATH, api=api).file_count == 0


def test_draft_refuses_what_it_cannot_publish(api: Api, tmp_path: Path, folder: Path) -> None:
    draft = Draft("data", "dataset")
    draft.add_file(folder / "a.txt")
    with pytest.raises(UsageError, match="already in the draft"):
        draft.add_file(folder / "deep/b.txt", "a.txt")
    with pytest.raises(UnsafePathError):
        draft.add_file(folder / "a.txt", "../a.txt")
    with pytest.raises(UsageError, match="does not exist"):
        draft.add_dir(tmp_path / "absent")
    with pytest.raises(UsageError, match="not in the draft"):
        draft.remove("absent")
    with pytest.raises(UsageError, match="referred to by Draft.add_reference"):
        api.publish("s3://boat/a.csv", PATH, "dataset")
    with pytest.raises(UsageError, match="reserved"):
        Draft("data", "job")
    with pytest.raises(UsageError, match=r"metadata\['a'\] cannot be written as JSON"):
        draft.publish(PATH, metadata={"a": object()})
    with pytest.raises(UsageError, match="100 keys, not 101"):
        draft.publish(PATH, metadata={str(number): number for number in range(101)})
    with pytest.raises(UsageError, match="at least a second"):
        draft.publish(PATH, ttl=timedelta(milliseconds=999))


@pytest.mark.parametrize("name", ["a:b", "a:latest", "a\nb", "\x7f", "a/b", "", "x" * 129])
def test_names_that_no_path_could_contain_are_usage_errors(
    api: Api, folder: Path, wandb_server: WandbServer, name: str
) -> None:
    seen = len(wandb_server.requests)
    with pytest.raises(UsageError):
        Draft(name, "dataset")
    with pytest.raises(UsageError, match="artifact type"):
        Draft("data", name)
    with pytest.raises(UsageError, match="alias"):
        api.publish(folder, PATH, "dataset", aliases=[name])
    assert len(wandb_server.requests) == seen


def test_metadata_is_converted_as_by_the_official_client(api: Api, folder: Path) -> None:
    numpy = pytest.importorskip("numpy")
    metadata = {
        "nan": float("nan"), "number": numpy.float32(1.5), "array": numpy.arange(3),
        "time": datetime(2020, 1, 2, tzinfo=UTC), "date": date(2020, 1, 2), "set": {1},
        "path": Path("a/b"), "deep": {1: [numpy.int64(2)]},
    }  # fmt: skip
    artifact = api.publish(folder, PATH, "dataset", metadata=metadata)
    assert artifact.metadata == {
        "nan": None, "number": 1.5, "array": [0, 1, 2], "time": "2020-01-02T00:00:00+00:00",
        "date": "2020-01-02", "set": [1], "path": "a/b", "deep": {"1": [2]},
    }  # fmt: skip
    official = pytest.importorskip("wandb").Artifact("data", "dataset", metadata=metadata)
    assert official.metadata == artifact.metadata


def test_longest_time_to_live_comes_back(api: Api, folder: Path) -> None:
    artifact = api.publish(folder, PATH, "dataset", ttl=timedelta.max)
    assert artifact.ttl == timedelta.max - timedelta(microseconds=999_999)


def test_given_names_are_normalized_as_by_the_official_client(folder: Path) -> None:
    draft = Draft("data", "dataset")
    assert draft.add_file(folder / "a.txt", "./deep//a.txt") == "deep/a.txt"
    assert draft.add_file(folder / "a.txt") == "a.txt"
    assert draft.add_dir(folder / "deep", "./") == ["b.txt"]
    assert draft.add_dir(folder / "deep", "x/./y/") == ["x/y/b.txt"]
    draft.new_file("./new").close()
    assert draft.add_reference("file:///a", "./z/ref") == "z/ref"
    draft.remove("./deep/")
    draft.remove("z")
    assert sorted(draft.files) == ["a.txt", "b.txt", "new", "x/y/b.txt"]
    assert len(draft) == 4


def test_add_dir_leaves_out_version_control_and_refuses_links_to_folders(folder: Path) -> None:
    write(folder, {".git/config": b"x", "deep/.svn/x": b"x"})
    (folder / "link").symlink_to("a.txt")
    names = Draft("data", "dataset").add_dir(folder)
    assert names == ["a.txt", "empty", "link", "deep/b.txt"]
    (folder / "loop").symlink_to(".")
    with pytest.raises(UsageError, match="link to a folder"):
        Draft("data", "dataset").add_dir(folder)
    assert len(Draft("data", "dataset").add_dir(folder, ignore=["loop"])) == 4


def test_add_dir_with_a_device_is_refused_when_published(api: Api, folder: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes")
    draft = Draft("data", "dataset")
    os.mkfifo(folder / "pipe")
    with pytest.raises(UsageError, match="pipe is a named pipe, so it cannot be published"):
        draft.add_dir(folder)


def test_publish_warns_of_files_that_may_contain_secrets(api: Api, folder: Path) -> None:
    write(folder, {".env": b"KEY=1", "deep/id_rsa": b"x"})
    with pytest.warns(UserWarning, match=r"\.env and 1 more may contain secrets"):
        api.publish(folder, PATH, "dataset")


def test_content_modified_after_its_digest_is_never_complete(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"a" * 3_000_000)
    content = LocalContent.read(path)
    before = path.stat()
    path.write_bytes(b"a" * 2_999_999 + b"b")
    received = 0
    with pytest.raises(DiskError, match="modified"):
        for block in content.body().blocks():
            received += len(block)
    assert received == 0
    # Even if whoever changed it has set the time back.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(DiskError, match="modified"):
        for block in content.body().blocks():
            received += len(block)
    assert 0 < received < content.size


def test_publish_of_an_unreadable_file_names_it(api: Api, folder: Path) -> None:
    draft = Draft("data", "dataset")
    draft.add_dir(folder)
    (folder / "a.txt").unlink()
    with pytest.raises(DiskError, match=r"a\.txt cannot be read"):
        draft.publish(PATH)
    assert not api.artifact_exists(PATH)


NAMES = st.text(st.sampled_from("ab.é #%"), min_size=1, max_size=4).filter(
    lambda name: name not in {".", ".."}
)


@pytest.mark.filterwarnings("ignore:.* cannot be downloaded", "ignore:.* has no files")
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.dictionaries(NAMES, st.sampled_from([b"", b"x", b"y" * 3_000_000]), max_size=5))
def test_publish_of_any_folder_comes_back_the_same(
    api: Api, tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    write(folder, files)
    artifact = api.publish(folder, PATH, "dataset")
    assert {e.path: e.size for e in artifact.manifest} == {n: len(c) for n, c in files.items()}
    artifact.verify(artifact.download(tmp_path_factory.mktemp("back")))
