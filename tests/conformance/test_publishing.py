"""Both clients publish the same; each reads what the other has published."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from tests.references.s3_server import S3, s3_server
from tests.references.web_server import CONTENT, web_server
from wbtyped import Api
from wbtyped.artifacts import ArtifactManifest
from wbtyped.publish import Draft
from wbtyped.server import WandbServer

from .conftest import Scripts, flat


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    """An S3 with a bucket `boat`, which has versions, and `raft`, which has not."""
    # Several pages for each listing of either client.
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    with s3_server(monkeypatch) as s3:
        fill(s3)
        yield s3


def fill(s3: S3) -> None:
    """Put objects into both buckets, some of them replaced, deleted, or written again."""
    objects = {"one.bin": b"new", "data/a.txt": b"a", "data/deep/b c+d%.txt": b"b", "data/0": b""}
    s3.create("boat")
    s3.create("raft")
    # Written before the bucket had versions, so that its version is `null`.
    s3.put("boat", "data/early.txt", b"early")
    s3.enable_versions("boat")
    for name in ("boat", "raft"):
        for key, content in [("one.bin", b"old"), *objects.items()]:
            s3.put(name, key, content)
        s3.put(name, "folder/", b"", "application/x-directory")
        s3.put(name, "folder/in.txt", b"in")
        s3.put(name, "folder/deep/", b"")
        s3.put(name, "folder-like.txt", b"beside")
        for key in ("data/gone.txt", "data/back.txt"):
            for content in (b"1", b"2", b"3"):
                s3.put(name, key, content)
            s3.delete(name, key)
        s3.put(name, "data/back.txt", b"back")


def described(manifest: ArtifactManifest) -> dict[str, list[object]]:
    return {e.path: [e.digest, e.size, e.ref, dict(e.extra)] for e in manifest}


@pytest.mark.slow
def test_folder_published_by_both_clients_is_the_same_version(
    scripts: Scripts, api: Api, tmp_path: Path
) -> None:
    contents = {"a.txt": b"alpha", "deep/\u00e9 b#1%.txt": b"beta", "empty": b"", "same": b"alpha"}
    folder = tmp_path / "in"
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    ours = api.publish(folder, "crew/ship/ours", "dataset", description="d", metadata={"a": 1})
    printed = scripts.official(
        "log_folder.py", str(folder), "crew/ship/ours:latest", str(tmp_path / "out")
    )
    theirs = api.artifact("crew/ship/theirs:latest")
    assert theirs.digest == ours.digest
    layouts = [a.manifest.to_manifest_json()["storagePolicyConfig"] for a in (ours, theirs)]
    assert layouts[0] == layouts[1] == {"storageLayout": "V2"}
    assert printed == {
        "again": "v0",
        "digest": ours.digest,
        "state": "COMMITTED",
        "size": ours.size,
        "aliases": ["latest", "moved"],
        "description": "d",
        "metadata": {"a": 1},
        "manifest": described(theirs.manifest),
        "layout": {"storageLayout": "V2"},
        "files": {name: content.hex() for name, content in contents.items()},
    }
    theirs.verify(theirs.download(tmp_path / "back"))
    assert api.publish(folder, "crew/ship/theirs", "dataset").id == theirs.id


@pytest.mark.slow
def test_references_published_by_both_clients_are_the_same_version(
    scripts: Scripts, api: Api, tmp_path: Path, bucket: S3
) -> None:
    folder = tmp_path / "mounted"
    (folder / "deep").mkdir(parents=True)
    (folder / "a b.txt").write_bytes(b"alpha")
    (folder / "deep/b.txt").write_bytes(b"beta")
    (folder / "link.txt").symlink_to("a b.txt")
    first = api.publish(folder / "deep/b.txt", "crew/ship/first", "dataset")
    chained = Draft("chained", "dataset")
    chained.add_reference(first.get_entry("b.txt"), "link/b.txt")
    second = chained.publish("crew/ship/chained", api=api)
    with web_server() as web:
        references: list[tuple[str, str | None, bool]] = [
            (f"{web}/plain/data.csv", None, True),
            (f"{web}/weak/data.csv?b=1&a=%20%41", "web/weak.csv", True),
            (f"{web}/no-ETag/x.csv#part", None, True),
            (f"{web}/chunked/y.csv", None, True),
            (f"{web}/moved/plain/z.csv", "moved.csv", True),
            (f"{web}/no-ETag/unread.csv", None, False),
            ("s3://boat/one.bin", None, True),
            ("s3://raft/one.bin", "raft.bin", True),
            ("s3://boat/data", None, True),
            ("s3://raft/data", "raft", True),
            ("s3://raft", "all", True),
            ("s3://boat/folder/", "folder", True),
            ("s3://boat/private/key?versionId=1", None, False),
            ("gs://boat/private", "gs", False),
            (folder.as_uri(), "mounted", True),
            (folder.as_uri(), "paths", False),
            ((folder / "deep/b.txt").as_uri(), None, True),
            (second.get_entry("link/b.txt").ref_url(), "chain.txt", True),
            ("nfs://host/volume/x", "nfs", True),
        ]
        draft = Draft("ours", "dataset")
        for uri, name, checksum in references:
            draft.add_reference(uri, name, checksum)
        with pytest.warns(UserWarning, match="nfs: leads to is not known"):
            ours = draft.publish("crew/ship/ours", api=api)
        wanted = [one for one in references if not one[0].startswith("gs:")]
        scripts = replace(scripts, env={**scripts.env, **bucket.environment})
        # Without `google-cloud-storage` the official client refuses `gs://`.
        without = Draft("without", "dataset")
        for uri, name, checksum in wanted:
            without.add_reference(uri, name, checksum)
        with pytest.warns(UserWarning, match="nfs"):
            same = without.publish("crew/ship/same", api=api)
        printed = scripts.official(
            "publish_references.py", json.dumps(wanted), same.qualified_name, str(tmp_path / "out")
        )
        theirs = api.artifact("crew/ship/theirs:latest")
        assert described(theirs.manifest) == described(same.manifest)
        assert theirs.digest == same.digest == same.manifest.digest()
        assert isinstance(printed, dict)
        assert printed["digest"] == same.digest
        assert printed["manifest"] == described(same.manifest)
        assert printed["read"] == {
            "data.csv": CONTENT.decode(), "web/weak.csv": CONTENT.decode(),
            "x.csv#part": CONTENT.decode(), "y.csv": CONTENT.decode(),
            "moved.csv": CONTENT.decode(), "unread.csv": CONTENT.decode(),
            "one.bin": "new", "raft.bin": "new", "a.txt": "a", "deep/b c+d%.txt": "b",
            "early.txt": "early", "back.txt": "back", "folder/in.txt": "in",
            "raft/a.txt": "a", "raft/deep/b c+d%.txt": "b", "raft/back.txt": "back",
            "all/one.bin": "new", "all/data/a.txt": "a", "all/data/deep/b c+d%.txt": "b",
            "all/data/back.txt": "back", "all/folder/in.txt": "in", "all/folder-like.txt": "beside",
            "private/key": "FileNotFoundError", "nfs": "ValueError",
            "mounted/a b.txt": "alpha", "mounted/link.txt": "alpha", "mounted/deep/b.txt": "beta",
            # The official client compares the digest of the path with that of the content.
            "paths/a b.txt": "ValueError", "paths/link.txt": "ValueError",
            "paths/deep/b.txt": "ValueError",
            "b.txt": "beta", "chain.txt": "beta",
        }  # fmt: skip
        with pytest.warns(UserWarning, match="references"):
            root = Path(theirs.download(tmp_path / "back", allow_missing_references=True))
        assert (root / "data.csv").read_bytes() == (root / "moved.csv").read_bytes() == CONTENT
        assert (root / "chain.txt").read_bytes() == b"beta"
    assert ours.get_entry("gs").digest == "gs://boat/private"


@pytest.mark.slow
def test_versions_made_from_drafts_are_those_of_the_official_client(
    scripts: Scripts, api: Api, wandb_server: WandbServer, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "deep/c.txt"):
        (folder / name).write_text(name)
    wandb_server.add_run("crew/ship/own")
    wandb_server.add_artifact("crew/ship/data-old", "dataset", {"a": b"1"}, layout="V1")
    run = api.run("crew/ship/own")

    def drafted(name: str, **options: Literal["MD5", "XXH128"]) -> Draft:
        draft = Draft(name, "dataset", **options)
        draft.add_dir(folder)
        return draft

    first = drafted("data")
    first.description, first.metadata = "d", {"a": 1}
    draft = run.log_artifact(first).new_draft()
    draft.remove("b.txt")
    draft.remove("deep")
    with draft.new_file("new.txt") as file:
        file.write("new")
    run.log_artifact(draft, ["second"])
    more = Draft("data", "dataset")
    more.add_file(folder / "deep/c.txt")
    more.publish("crew/ship/data", run=run, incremental=True, api=api)
    run.log_artifact(drafted("data"), ["again"])
    faster = run.log_artifact(drafted("data-fast", digest_algorithm="XXH128")).new_draft()
    with faster.new_file("new.txt") as file:
        file.write("new")
    run.log_artifact(faster)
    run.log_artifact(drafted("data-fast"))
    run.log_artifact(folder / "b.txt", name="data-file", type="dataset")
    old = api.artifact("crew/ship/data-old:v0").new_draft()
    with old.new_file("new.txt") as file:
        file.write("new")
    run.log_artifact(old)
    used = Draft("data-used", "dataset")
    used.add_file(folder / "b.txt")
    run.use_artifact(used)
    ours = scripts.official("publish_drafts.py")
    with WandbServer() as other:
        other.add_artifact("crew/ship/data-old", "dataset", {"a": b"1"}, layout="V1")
        theirs = replace(scripts, env=other.env, work=tmp_path / "other").official(
            "publish_drafts.py", str(folder)
        )
    assert flat(ours) == flat(theirs)
    assert isinstance(ours, dict)
    assert list(ours) == [
        "data:v2", "data:v1", "data:v0", "data-fast:v2", "data-fast:v1", "data-fast:v0",
        "data-file:v0", "data-used:v0", "data-old:v1", "data-old:v0",
    ]  # fmt: skip
    assert flat(ours)["/data-fast:v1/entries/new.txt/3/alg"] == "XXH128"
