"""Downloads of named files, without the manifest where that is less work."""

import pickle
from pathlib import Path

import pytest
from wbtyped_graphql.fragments import ArtifactFileEntry

from wbtyped import Api
from wbtyped.artifacts.contents import manifest_request
from wbtyped.artifacts.contents.named_entries import is_plain_file
from wbtyped.errors import ChecksumError, UnsupportedReferenceError
from wbtyped.server import Fault, Reference, WandbServer

FILES = {f"data/{n:02}.txt": b"content %d" % n for n in range(20)}
NAMES = ["data/03.txt", "data/15.txt"]


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_artifact("crew/ship/data", "dataset", FILES)
    return wandb_server


async def test_download_named_files_takes_one_query_and_no_manifest(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    artifact = api.artifact("crew/ship/data")
    server.requests.clear()
    result = artifact.files(NAMES).download(tmp_path / "sync")
    assert sorted(result.written) == NAMES
    assert (tmp_path / "sync" / NAMES[0]).read_bytes() == FILES[NAMES[0]]
    assert server.requests.operations() == ["ArtifactFileEntries"]
    again = artifact.files(NAMES).download(tmp_path / "sync")
    assert sorted(again.kept) == NAMES
    server.requests.clear()
    copy = pickle.loads(pickle.dumps(artifact))
    assert sorted((await copy.files(NAMES).adownload(tmp_path / "async")).written) == NAMES
    assert server.requests.operations() == ["ArtifactFileEntries"]


def test_download_named_files_are_verified(server: WandbServer, api: Api, tmp_path: Path) -> None:
    artifact = api.artifact("crew/ship/data")
    with server.fault(Fault(kind="storage-get", corrupt=True)):
        with pytest.raises(ChecksumError, match="wrong MD5 digest"):
            artifact.files(NAMES).download(tmp_path)
    assert not (tmp_path / NAMES[0]).exists()


def test_download_named_files_unknown_to_the_list_uses_the_manifest(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    references = {"reference": Reference("s3://bucket/x", digest="etag", size=1)}
    wandb_server.add_artifact("crew/ship/data", "dataset", FILES, references)
    artifact = api.artifact("crew/ship/data")
    wandb_server.requests.clear()
    found = artifact.files([NAMES[0], "reference", "missing"])
    with pytest.raises(UnsupportedReferenceError, match="s3://bucket/x"):
        found.download(tmp_path)
    with pytest.warns(UserWarning, match="s3://bucket/x"):
        assert found.download(tmp_path, True).written == [NAMES[0]]
    assert wandb_server.requests.operations() == [
        "ArtifactFileEntries",
        "ArtifactManifest",
        "ArtifactFileAddresses",
    ]


MD5, XXH128 = "ZE0lNw+exNL8S11p3GrnjQ==", "Ea90/ebbsZP+0zaqIOehnQ=="


@pytest.mark.parametrize(
    ("url", "digest", "md5", "expected"),
    [
        ("/files/x", MD5, MD5, True),
        ("/files/x", None, MD5, True),
        ("/files/x", XXH128, MD5, False),
        ("/files/x", MD5, None, False),
        ("/files/x", "etag", "etag", False),
        ("https://storage/x", MD5, MD5, False),
    ],
)
def test_is_plain_file_is_true_only_for_an_md5_in_storage(
    url: str, digest: str | None, md5: str | None, expected: bool
) -> None:
    file = ArtifactFileEntry(
        name="x", url=url, direct_url="https://storage/x", size_bytes=1, digest=digest, md5=md5
    )
    assert is_plain_file(file) is expected


def test_download_named_files_expired_urls_are_refreshed(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    with server.fault(Fault(kind="storage-get", expired=True, times=4)):
        result = api.artifact("crew/ship/data").files(NAMES).download(tmp_path)
    assert sorted(result.written) == NAMES
    assert "ArtifactFileAddresses" in server.requests.operations()


async def test_manifest_is_spooled_and_fetched_again_after_a_cut(
    server: WandbServer, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest_request, "MEMORY_BYTES", 10)
    for load in ("sync", "async"):
        artifact = api.artifact("crew/ship/data")
        with server.fault(Fault(kind="storage-get", cut_after=100, times=1)) as fault:
            manifest = artifact.manifest if load == "sync" else await artifact.amanifest()
        assert fault.hits == 1
        assert list(manifest.entries) == list(FILES)
