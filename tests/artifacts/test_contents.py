"""The files of versions: manifests, downloads, references."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import files_in
from wbtyped import Api
from wbtyped.artifacts import (
    Artifact,
    ArtifactFiles,
    ArtifactManifest,
    ArtifactManifestEntry,
)
from wbtyped.artifacts.contents.entry import parse_artifact_reference
from wbtyped.artifacts.contents.manifest import parse_manifest
from wbtyped.artifacts.contents.plan import entry_matches
from wbtyped.download.disk.verified_writer import VerifiedWriter
from wbtyped.errors import (
    ChecksumError,
    DiskError,
    EntryNotFoundError,
    NotFoundError,
    SchemaMismatchError,
    UnsafePathError,
    UnsupportedReferenceError,
    UsageError,
)
from wbtyped.server import Fault, Reference, WandbServer
from wbtyped.units import human_size

FILES = {"a.txt": b"alpha", "sub/b.bin": bytes(range(256)) * 500, "sub/empty": b""}


@pytest.fixture(params=["V1", "V2"])
def data(request: pytest.FixtureRequest, wandb_server: WandbServer, api: Api) -> Artifact:
    layout: str = request.param
    wandb_server.add_artifact("crew/ship/data", "dataset", FILES, layout=layout)
    return api.artifact("crew/ship/data")


def test_manifest_describes_files_and_is_loaded_once(
    wandb_server: WandbServer, data: Artifact
) -> None:
    manifest = data.manifest
    assert len(manifest) == 3
    assert manifest.size() == data.size
    assert repr(manifest) == f"<ArtifactManifest 3 files, {human_size(data.size)}>"
    assert {entry.path for entry in manifest} == set(FILES)
    assert manifest.digest() == data.digest
    entry = data.get_entry("a.txt")
    assert entry.size == 5
    assert entry.digest_algorithm() == "MD5"
    assert not entry.is_reference
    assert [e.path for e in manifest.get_entries_in_directory("sub")] == ["sub/b.bin", "sub/empty"]
    assert manifest.get_entry_by_path("a.txt") == entry
    assert manifest.get_entry_by_path("nope") is None
    with pytest.raises(KeyError) as failed:
        data.get_entry("nope")
    assert str(failed.value) == "artifact crew/ship/data:v0 has no file 'nope'"
    with pytest.raises(ValueError, match="not a reference"):
        entry.ref_target()
    wandb_server.requests.clear()
    assert data.manifest is manifest
    assert len(wandb_server.requests) == 0


async def test_artifact_files_length_with_names_counts_listed_files(data: Artifact) -> None:
    name = data.files()[0].name
    total = len(data.files())
    assert total > 1
    assert len(data.files(names=[name])) == 1
    assert len(data.files(names=[name, name, "absent"], per_page=1)) == 1
    assert await data.files(names=[name]).alength() == 1
    await data.client.aclose()
    assert len(data.files(names=[])) == total


def test_manifest_digest_matches_known_vectors() -> None:
    def digest(contents: str) -> str:
        text = f'{{"version": 1, "contents": {contents}}}'
        return parse_manifest(text.encode(), "x").digest()

    assert digest("{}") == "64e7c61456b10382e2f3b571ac24b659"
    two = (
        '{"sub/b.txt": {"digest": "E1vyY0gEFRL8YWPf+1kGbw=="}, '
        '"a.txt": {"digest": "ZE0lNw+exNL8S11p3GrnjQ=="}}'
    )
    assert digest(two) == "27917c5464993a476938d633587ec47a"
    newer = (
        '{"f1.txt": {"digest": "Ea90/ebbsZP+0zaqIOehnQ==", "extra": {"alg": "XXH128"}}, '
        '"f2.txt": {"digest": "URp4D8/gYssQan9AtA2EYg==", "extra": {"alg": "XXH128"}}}'
    )
    assert digest(newer) == "9970151bedbe8e59f57059a8ec9b69ce"


def test_xxh128_entry_is_verified(tmp_path: Path) -> None:
    text = (
        b'{"version": 1, "contents": {"f1.txt": {"digest": "Ea90/ebbsZP+0zaqIOehnQ==",'
        b' "size": 2, "extra": {"alg": "XXH128"}}}}'
    )
    [entry] = parse_manifest(text, "x")
    assert entry.digest_algorithm() == "XXH128"
    with VerifiedWriter(
        tmp_path / "good", size=2, md5=None, xxh128=entry.digest, label="f"
    ) as sink:
        sink.write(b"x1")
        path = sink.commit(replace=False)
    assert entry_matches(entry, Path(path))
    with (
        pytest.raises(ChecksumError, match="XXH128"),
        VerifiedWriter(tmp_path / "bad", size=2, md5=None, xxh128=entry.digest, label="f") as sink,
    ):
        sink.write(b"x2")
        sink.commit(replace=False)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=8)
CONTENTS = st.dictionaries(NAMES, st.binary(max_size=20), max_size=5)


@settings(deadline=None, max_examples=25)
@given(contents=CONTENTS)
def test_manifest_lists_any_files(
    shared_server: WandbServer, shared_api: Api, contents: dict[str, bytes]
) -> None:
    name = shared_server.add_artifact("crew/ship/any", "dataset", contents)
    artifact = shared_api.artifact(f"crew/ship/{name}")
    manifest = artifact.manifest
    found = {entry.path: entry.size for entry in manifest}
    assert found == {path: len(content) for path, content in contents.items()}
    assert manifest.digest() == artifact.digest
    assert artifact.digest_algorithm == "MD5"
    assert [f.name for f in artifact.files(per_page=2)] == sorted(contents)


ENTRIES = st.builds(
    ArtifactManifestEntry,
    path=NAMES,
    digest=st.text(min_size=1),
    size=st.none() | st.integers(0, 2**60),
    ref=st.none() | st.text(min_size=1),
    birth_artifact_id=st.none() | st.text(min_size=1),
    extra=st.dictionaries(st.text(), st.text(), max_size=2),
)


@given(entries=st.lists(ENTRIES, unique_by=lambda e: e.path), layout=st.sampled_from(["V1", "V2"]))
def test_manifest_json_round_trip(entries: list[ArtifactManifestEntry], layout: str) -> None:
    by_path = {entry.path: entry for entry in entries}
    manifest = ArtifactManifest(1, "wandb-storage-policy-v1", layout, "default", by_path, "MD5")
    shown = manifest.to_manifest_json()
    assert ArtifactManifest.from_manifest_json(shown, "MD5") == manifest
    assert parse_manifest(json.dumps(shown).encode(), "x").entries == manifest.entries


def test_manifest_entry_downloads_alone(
    wandb_server: WandbServer, data: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = data.get_entry("sub/b.bin")
    assert entry.parent_artifact() is data
    assert entry.to_json()["path"] == "sub/b.bin"
    assert entry.download(tmp_path) == str(tmp_path / "sub" / "b.bin")
    assert files_in(tmp_path) == {"sub/b.bin": FILES["sub/b.bin"]}
    wandb_server.requests.clear()
    entry.download(tmp_path)
    assert len(wandb_server.requests) == 0, "the right content is kept"
    monkeypatch.setenv("WANDB_ARTIFACT_DIR", str(tmp_path / "other"))
    assert data.get_entry("a.txt").download() == str(tmp_path / "other" / "data:v0" / "a.txt")
    with pytest.raises(UsageError, match="belongs to no artifact"):
        ArtifactManifestEntry("a", "b").download(tmp_path)


def test_get_entry_finds_object_by_name(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_artifact("crew/ship/seen", "dataset", {"deep/scores.table.json": b"{}"})
    assert api.artifact("crew/ship/seen").get_entry("deep/scores").path == "deep/scores.table.json"


@pytest.mark.parametrize("text", ["", "[]", '{"version": 1}', '{"version": 2, "contents": {}}'])
def test_parse_manifest_invalid_raises_schema_mismatch(text: str) -> None:
    with pytest.raises(SchemaMismatchError, match="manifest of artifact x"):
        parse_manifest(text.encode(), "artifact x")


def test_manifest_with_wrong_digest_is_fetched_again(
    wandb_server: WandbServer, data: Artifact, tmp_path: Path
) -> None:
    text = json.dumps(data.manifest.to_manifest_json()).replace("a.txt", "b.txt")
    modified = Fault(kind="storage-get", path="manifest", status=200, body=text.encode(), times=1)
    with Api() as api, wandb_server.fault(modified):
        api.artifact("crew/ship/data").download(tmp_path)
    assert files_in(tmp_path) == FILES


async def test_artifact_files_list(wandb_server: WandbServer, api: Api, data: Artifact) -> None:
    files = data.files(per_page=2)
    assert [f.name for f in files] == sorted(FILES)
    assert len(files) == files.length == 3
    assert files.path == ["crew", "ship", "data:v0"]
    assert [f.name async for f in data.files(["a.txt", "nope"])] == ["a.txt"]
    assert isinstance(ArtifactFiles(api.client, data), ArtifactFiles)
    file = files[0]
    assert file.digest == data.get_entry("a.txt").digest
    assert file.storage_path is not None
    with pytest.raises(UsageError, match="files of a run"):
        file.delete()
    await api.aclose()


def test_artifact_files_first_page_takes_two_requests(
    wandb_server: WandbServer, data: Artifact
) -> None:
    wandb_server.requests.clear()
    with Api() as api:
        next(api.artifact("crew/ship/data").files())
    assert len(wandb_server.requests) == 2


def test_open_file_saves_or_raises_not_found(data: Artifact, tmp_path: Path) -> None:
    assert data.open_file("sub/b.bin").save(tmp_path).read_bytes() == FILES["sub/b.bin"]
    with pytest.raises(NotFoundError, match="has no file 'nope'"):
        data.open_file("nope")


def test_artifact_download_replaces_only_modified_files(
    wandb_server: WandbServer, data: Artifact, tmp_path: Path
) -> None:
    assert data.download(tmp_path) == str(tmp_path)
    assert files_in(tmp_path) == FILES
    data.verify(tmp_path)
    assert [r.authorized for r in wandb_server.requests if r.origin == "storage"] == [False] * 4
    wandb_server.requests.clear()
    (tmp_path / "a.txt").write_bytes(b"wrong")
    data.download(tmp_path)
    assert files_in(tmp_path) == FILES
    fetched = [r.path for r in wandb_server.requests if r.origin == "storage"]
    assert len(fetched) == 1, "the right content is kept"


async def test_artifact_files_download_selection_reports_failures(
    wandb_server: WandbServer, api: Api, data: Artifact, tmp_path: Path
) -> None:
    result = data.files(["a.txt", "nope"]).download(tmp_path)
    assert result.written == ["a.txt"]
    assert files_in(tmp_path) == {"a.txt": FILES["a.txt"]}
    with wandb_server.fault(Fault(kind="storage-get", path="b.bin", status=404)):
        result = await data.files().adownload(tmp_path, on_error="collect")
    assert [f.name for f in result.failed] == ["sub/b.bin"]
    assert result.kept == ["a.txt"]
    assert files_in(tmp_path) == {name: FILES[name] for name in ("a.txt", "sub/empty")}
    await api.aclose()


def test_artifact_files_download_root_is_a_file_raises_disk_error(
    data: Artifact, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DiskError, match="file"):
        data.files(["a.txt"]).download(tmp_path / "file")


def test_artifact_download_default_folder(
    data: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert data.download() == str(tmp_path / "artifacts" / "data:v0")
    monkeypatch.setenv("WANDB_ARTIFACT_DIR", str(tmp_path / "other"))
    assert data.download(path_prefix="sub/") == str(tmp_path / "other" / "data:v0")
    assert set(files_in(tmp_path / "other" / "data:v0")) == {"sub/b.bin", "sub/empty"}


async def test_artifact_async_methods(api: Api, data: Artifact, tmp_path: Path) -> None:
    assert len(await data.amanifest()) == 3
    await data.adownload(tmp_path)
    assert files_in(tmp_path) == FILES
    (tmp_path / "stray").write_bytes(b"x")
    differences = await data.acompare(tmp_path)
    assert differences.unexpected == differences.foreign == ["stray"]
    await data.acheckout(tmp_path)
    await data.averify(tmp_path)
    assert await data.get_entry("a.txt").adownload(tmp_path / "one") == str(tmp_path / "one/a.txt")
    with pytest.raises(UsageError, match="has 3 files"):
        await data.afile(tmp_path)
    assert (await data.acollection()).id == (await data.asource_collection()).id
    await api.aclose()


def test_checkout_removes_unexpected_files(data: Artifact, tmp_path: Path) -> None:
    (tmp_path / "old" / "deep").mkdir(parents=True)
    (tmp_path / "old" / "deep" / "x").write_bytes(b"x")
    (tmp_path / "stray").write_bytes(b"x")
    assert data.checkout(tmp_path) == str(tmp_path)
    assert files_in(tmp_path) == FILES
    assert not (tmp_path / "old").exists()


@pytest.mark.parametrize("above", ["/", "..", "home", "home/.."])
def test_checkout_refuses_folders_with_everything(
    data: Artifact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, above: str
) -> None:
    for name in ("home", "work"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_bytes(b"x")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    with pytest.raises(UsageError, match="would remove all other files"):
        data.checkout(tmp_path / above)
    assert files_in(tmp_path) == {"home/mine": b"x", "work/mine": b"x"}
    assert data.checkout(tmp_path / "work") == str(tmp_path / "work")
    assert "mine" not in files_in(tmp_path / "work")


async def test_acheckout_refuses_a_folder_with_everything(
    wandb_server: WandbServer, data: Artifact
) -> None:
    wandb_server.requests.clear()
    with pytest.raises(UsageError, match="would remove all other files"):
        await data.acheckout("/")
    assert not list(wandb_server.requests)


def test_verify_names_every_difference(data: Artifact, tmp_path: Path) -> None:
    data.download(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"other")
    (tmp_path / "sub" / "empty").unlink()
    (tmp_path / "stray").write_bytes(b"x")
    with pytest.raises(ValueError, match="missing: sub/empty; modified: a.txt; unexpected: stray"):
        data.verify(tmp_path)


def test_artifact_file_requires_exactly_one_file(
    wandb_server: WandbServer, api: Api, data: Artifact, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="has 3 files"):
        data.file(tmp_path)
    wandb_server.add_artifact("crew/ship/one", "dataset", {"only.txt": b"1"})
    assert api.artifact("crew/ship/one").file(tmp_path).read_bytes() == b"1"


@pytest.mark.parametrize("effect", ["corrupt", "shorten"])
def test_artifact_download_wrong_bytes_are_never_renamed_into_place(
    wandb_server: WandbServer, data: Artifact, tmp_path: Path, effect: str
) -> None:
    data.manifest  # noqa: B018
    wrong = Fault(kind="storage-get", path="b.bin")
    setattr(wrong, effect, 1)
    with wandb_server.fault(wrong), pytest.raises(ChecksumError, match=r"sub/b\.bin"):
        data.download(tmp_path)
    assert "sub/b.bin" not in files_in(tmp_path)


def test_artifact_download_unsafe_path_is_refused_before_any_byte(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/evil", "dataset", {"ok": b"1", "../evil": b"2"})
    with pytest.raises(UnsafePathError):
        api.artifact("crew/ship/evil").download(tmp_path / "root")
    assert files_in(tmp_path) == {}


# References.


def test_reference_unsupported_is_named_or_skipped(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    references = {"far.bin": Reference("s3://bucket/far.bin", "etag", 9)}
    wandb_server.add_artifact("crew/ship/far", "dataset", {"near": b"1"}, references)
    artifact = api.artifact("crew/ship/far")
    assert artifact.get_entry("far.bin").ref_target() == "s3://bucket/far.bin"
    [file] = artifact.files(["far.bin"])
    assert file.path_uri == "s3://bucket/far.bin"
    with pytest.raises(UnsupportedReferenceError, match="s3://bucket/far.bin"):
        artifact.get_entry("far.bin").download(tmp_path)
    with pytest.raises(UnsupportedReferenceError, match="s3://bucket/far.bin") as failed:
        artifact.download(tmp_path)
    assert failed.value.uris == ("s3://bucket/far.bin",)
    with pytest.warns(UserWarning, match="s3://bucket/far.bin"):
        artifact.download(tmp_path, allow_missing_references=True)
    assert files_in(tmp_path) == {"near": b"1"}
    artifact.verify(tmp_path)


def test_reference_http_is_downloaded_unless_changed(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    with WandbServer() as other:
        other.add_run("a/b/c", files={"far.txt": b"from afar"})
        with Api({"base_url": other.url}, api_key=other.api_key) as there:
            url = there.run("a/b/c").file("far.txt").direct_url
        etag = hashlib.sha256(b"from afar").hexdigest()
        for name, digest in (("good", etag), ("unchecked", None), ("changed", "other")):
            references = {"far.txt": Reference(url, digest, 9)}
            wandb_server.add_artifact(f"crew/ship/{name}", "dataset", {}, references)
        other.requests.clear()
        for name in ("good", "unchecked"):
            api.artifact(f"crew/ship/{name}").download(tmp_path / name)
            assert files_in(tmp_path / name) == {"far.txt": b"from afar"}
        with pytest.raises(ChecksumError, match="has changed"):
            api.artifact("crew/ship/changed").download(tmp_path / "changed")
        assert not any(request.authorized for request in other.requests)


def test_reference_to_artifact_is_downloaded(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_artifact("crew/ship/home", "dataset", {"deep/a.txt": b"alpha"})
    home = api.artifact("crew/ship/home")
    uri = home.get_entry("deep/a.txt").ref_url()
    references = {"here.txt": Reference(uri, home.get_entry("deep/a.txt").digest)}
    wandb_server.add_artifact("crew/ship/away", "dataset", {}, references)
    api.artifact("crew/ship/away").download(tmp_path)
    assert files_in(tmp_path) == {"here.txt": b"alpha"}
    assert parse_artifact_reference(uri) == (home.id, "deep/a.txt")
    [entry] = api.artifact("crew/ship/away").manifest
    assert Path(entry.download(tmp_path / "one")).read_bytes() == b"alpha"


async def test_entry_and_file_are_found_from_a_coroutine(
    wandb_server: WandbServer, api: Api
) -> None:
    wandb_server.add_artifact("crew/ship/single", "dataset", {"a.txt": b"alpha"})
    found = await api.aartifact("crew/ship/single")
    assert (await found.aget_entry("a.txt")).size == 5
    assert (await found.aopen_file("a.txt")).size == 5
    assert await found.aurl() == found.url
    with pytest.raises(EntryNotFoundError):
        await found.aopen_file("nope")
    await api.aclose()
