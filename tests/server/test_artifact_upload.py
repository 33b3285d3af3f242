"""Uploading versions: what the server accepts, rejects, and when a version becomes visible."""

import base64
import hashlib
import json
from collections.abc import Mapping

import httpx
import pytest
import xxhash

from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.server import WandbServer

from .conftest import Ask, stored

CREATE = """
mutation Create($input: CreateArtifactInput!) { createArtifact(input: $input) {
  artifact { id state artifactSequence { latestArtifact { id } } } } }
"""
MANIFEST = """
mutation Manifest($input: CreateArtifactManifestInput!) { createArtifactManifest(input: $input) {
  artifactManifest { id type artifact { id } file { uploadUrl uploadHeaders } } } }
"""
UPDATE_MANIFEST = """
mutation Update($input: UpdateArtifactManifestInput!) { updateArtifactManifest(input: $input) {
  artifactManifest { id file { uploadUrl } } } }
"""
CREATE_FILES = """
mutation Files($input: CreateArtifactFilesInput!) { createArtifactFiles(input: $input) {
  files { edges { node { name storagePath uploadUrl uploadHeaders artifact { id }
    uploadMultipartUrls { uploadID uploadUrlParts { partNumber uploadUrl } } } } } } }
"""
COMPLETE = """
mutation Complete($input: CompleteMultipartUploadArtifactInput!) {
  completeMultipartUploadArtifact(input: $input) { digest } }
"""
COMMIT = """
mutation Commit($input: CommitArtifactInput!) { commitArtifact(input: $input) {
  artifact { id digest state } } }
"""


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


def digest_of(files: Mapping[str, bytes]) -> str:
    lines = "".join(f"{path}:{md5(files[path])}\n" for path in sorted(files))
    text = f"wandb-artifact-manifest-v1\n{lines}".encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


class Uploader:
    """Uploads a version step by step, as a client would."""

    def __init__(self, ask: Ask, http: httpx.Client, files: Mapping[str, bytes]) -> None:
        self._ask = ask
        self._http = http
        self.files = files
        self.artifact = ""
        self.births: dict[str, str] = {}

    def create(self, **more: object) -> httpx.Response:
        given = {
            "entityName": "crew", "projectName": "ship", "artifactTypeName": "dataset",
            "artifactCollectionName": "data", "digest": digest_of(self.files),
            "digestAlgorithm": "MANIFEST_MD5", "enableDigestDeduplication": True,
            "aliases": [{"artifactCollectionName": "data", "alias": "latest"}],
        }  # fmt: skip
        response = self._ask(CREATE, input={**given, **more})
        if response.status_code == 200:
            self.artifact = response.json()["data"]["createArtifact"]["artifact"]["id"]
        return response

    def announce(self, digest: str = "", **more: object) -> dict[str, str]:
        given = {
            "artifactID": self.artifact, "name": "wandb_manifest.json", "digest": digest,
            "entityName": "crew", "projectName": "ship", "runName": "", "type": "FULL",
        }  # fmt: skip
        response = self._ask(MANIFEST, input={**given, **more}).json()
        manifest = response["data"]["createArtifactManifest"]["artifactManifest"]
        return {"id": manifest["id"], "url": manifest["file"]["uploadUrl"]}

    def create_files(self, **more: object) -> httpx.Response:
        specs = [
            {"artifactID": self.artifact, "name": path, "md5": md5(content), **more}
            for path, content in self.files.items()
        ]
        return self._ask(CREATE_FILES, input={"artifactFiles": specs, "storageLayout": "V2"})

    def upload_files(self) -> list[str]:
        """Upload the files that the server needs, and return their paths."""
        sent: list[str] = []
        for edge in self.create_files().json()["data"]["createArtifactFiles"]["files"]["edges"]:
            node = edge["node"]
            self.births[node["name"]] = node["artifact"]["id"]
            if node["uploadUrl"] is not None:
                headers = dict(line.split(":", 1) for line in node["uploadHeaders"])
                content = self.files[node["name"]]
                assert self._http.put(
                    node["uploadUrl"], content=content, headers=headers
                ).is_success
                sent.append(node["name"])
        return sent

    def manifest(self) -> bytes:
        contents = {
            path: {
                "digest": md5(content), "size": len(content), "local_path": "/secret",
                "birthArtifactID": self.births.get(path, self.artifact),
            }
            for path, content in self.files.items()
        }  # fmt: skip
        return json.dumps({"version": 1, "contents": contents}).encode()

    def send_manifest(self, text: bytes | None = None) -> httpx.Response:
        text = self.manifest() if text is None else text
        return self._http.put(self.announce(md5(text))["url"], content=text)

    def commit(self) -> httpx.Response:
        return self._ask(COMMIT, input={"artifactID": self.artifact})

    def upload_all(self, **more: object) -> None:
        self.create(**more)
        self.upload_files()
        self.send_manifest()
        assert self.commit().status_code == 200


FILES = {"a.txt": b"alpha", "sub/b.txt": b"beta"}


@pytest.fixture
def uploader(ask: Ask, http: httpx.Client) -> Uploader:
    return Uploader(ask, http, FILES)


def message(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["errors"][0]["message"]


def names(api: Api) -> list[str]:
    return [a.name for a in api.artifacts("dataset", "crew/ship/data")]


def test_version_before_commit_is_invisible(uploader: Uploader, api: Api) -> None:
    response = uploader.create(tags=[{"tagName": "t"}], metadata='{"k": 1}', description="d")
    made = response.json()["data"]["createArtifact"]["artifact"]
    assert (made["state"], made["artifactSequence"]["latestArtifact"]) == ("PENDING", None)
    assert sorted(uploader.upload_files()) == sorted(FILES)
    assert names(api) == []
    assert not api.artifact_exists("crew/ship/data")
    uploader.send_manifest()
    assert names(api) == []
    assert uploader.commit().json()["data"]["commitArtifact"]["artifact"] == {
        "id": uploader.artifact, "digest": digest_of(FILES), "state": "COMMITTED",
    }  # fmt: skip
    version = api.artifact("crew/ship/data:latest")
    assert (version.version, version.tags, version.metadata) == ("v0", ["t"], {"k": 1})
    assert (version.size, version.file_count, version.description) == (9, 2, "d")
    assert uploader.commit().status_code == 200, "a second commit changes nothing"
    assert names(api) == ["data:v0"]


def test_manifest_with_local_paths_is_stored_without_them(
    wandb_server: WandbServer, uploader: Uploader, api: Api
) -> None:
    uploader.upload_all()
    assert api.artifact("crew/ship/data").manifest.digest() == digest_of(FILES)
    blobs = wandb_server.data / "blobs"
    assert not any(b"/secret" in (blobs / name).read_bytes() for name in stored(wandb_server))


def test_commit_with_missing_file_is_rejected(uploader: Uploader, http: httpx.Client) -> None:
    uploader.create()
    assert message(uploader.commit()) == (400, "the artifact has no manifest")
    uploader.send_manifest()
    assert message(uploader.commit()) == (400, "a.txt was not uploaded")
    uploader.upload_files()
    assert uploader.commit().status_code == 200


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{}", "invalid manifest"),
        (b"no json", "invalid manifest"),
        (b'{"version": 2, "contents": {}}', "invalid manifest"),
        (b'{"version": 1, "contents": {}}', "the manifest's digest"),
    ],
)
def test_commit_with_bad_manifest_is_rejected(
    uploader: Uploader, api: Api, text: bytes, reason: str
) -> None:
    uploader.create()
    uploader.upload_files()
    assert uploader.send_manifest(text).is_success
    status, error = message(uploader.commit())
    assert status == 400
    assert reason in error
    assert names(api) == []


def test_upload_with_wrong_bytes_is_rejected(uploader: Uploader, http: httpx.Client) -> None:
    uploader.create()
    edges = uploader.create_files().json()["data"]["createArtifactFiles"]["files"]["edges"]
    url = edges[0]["node"]["uploadUrl"]
    rejected = http.put(url, content=b"other")
    assert (rejected.status_code, "BadDigest" in rejected.text) == (400, True)
    rejected = http.put(uploader.announce(md5(b"one"))["url"], content=b"other")
    assert (rejected.status_code, "BadDigest" in rejected.text) == (400, True)
    assert http.put(url.partition("?")[0], content=b"alpha").status_code == 403


def test_create_with_same_content_returns_existing_version(
    uploader: Uploader, ask: Ask, http: httpx.Client, api: Api
) -> None:
    uploader.upload_all()
    again = Uploader(ask, http, FILES)
    best = [{"artifactCollectionName": "data", "alias": "best"}]
    response = again.create(aliases=best).json()["data"]["createArtifact"]["artifact"]
    assert (response["id"], response["state"]) == (uploader.artifact, "COMMITTED")
    assert set(api.artifact("crew/ship/data:v0").aliases) == {"latest", "best"}
    other = Uploader(ask, http, FILES)
    other.upload_all(artifactCollectionName="other", aliases=[])
    assert api.artifact("crew/ship/other:v0").digest == digest_of(FILES)
    twice = Uploader(ask, http, FILES)
    twice.upload_all(enableDigestDeduplication=False)
    assert names(api) == ["data:v1", "data:v0"]


def test_create_files_with_known_content_needs_no_upload(
    wandb_server: WandbServer, uploader: Uploader, ask: Ask, http: httpx.Client, api: Api
) -> None:
    uploader.upload_all()
    more = Uploader(ask, http, {**FILES, "c.txt": b"gamma"})
    more.create()
    assert more.upload_files() == ["c.txt"]
    assert more.births["a.txt"] == uploader.artifact
    more.send_manifest()
    # Shared blobs must stay, although no other version references them any more.
    api.artifact("crew/ship/data:v0").delete(delete_aliases=True)
    assert more.commit().status_code == 200
    version = api.artifact("crew/ship/data:v1")
    entry = version.get_entry("a.txt")
    assert entry.birth_artifact_id == uploader.artifact
    with http.stream("GET", version.open_file("a.txt").direct_url) as response:
        assert response.read() == b"alpha"


def test_create_with_client_id_is_idempotent(
    uploader: Uploader, ask: Ask, http: httpx.Client
) -> None:
    uploader.create(clientID="c" * 128)
    first = uploader.artifact
    uploader.create(clientID="c" * 128)
    assert uploader.artifact == first, "a repeated request creates one version"
    other = Uploader(ask, http, {"other": b"x"}).create(clientID="c" * 128)
    assert message(other) == (409, "Invalid Client ID digest")
    query = "query Id($id: ID!) { clientIDMapping(clientID: $id) { serverID } }"
    assert ask(query, id="c" * 128).json()["data"]["clientIDMapping"] == {"serverID": first}
    assert ask(query, id="none").json()["data"]["clientIDMapping"] is None


def test_multipart_upload_joins_parts(
    uploader: Uploader, ask: Ask, http: httpx.Client, api: Api
) -> None:
    parts = [b"a" * 1000, b"b" * 1000, b"c" * 10]
    uploader.files = {"large.bin": b"".join(parts)}
    uploader.create()
    hexes = [hashlib.md5(part, usedforsecurity=False).hexdigest() for part in parts]
    spec = [{"partNumber": n, "hexMD5": h} for n, h in enumerate(hexes, 1)]
    response = uploader.create_files(uploadPartsInput=spec).json()["data"]["createArtifactFiles"]
    [node] = [edge["node"] for edge in response["files"]["edges"]]
    urls = node["uploadMultipartUrls"]["uploadUrlParts"]
    done = {
        "completeMultipartAction": "Complete", "artifactID": uploader.artifact,
        "completedParts": [{"partNumber": n, "hexMD5": f'"{h}"'} for n, h in enumerate(hexes, 1)],
        "storagePath": node["storagePath"], "uploadID": node["uploadMultipartUrls"]["uploadID"],
    }  # fmt: skip
    assert http.put(urls[0]["uploadUrl"], content=parts[1]).status_code == 400
    for part, url in zip(parts[:-1], urls, strict=False):
        assert http.put(url["uploadUrl"], content=part).headers["ETag"].startswith('"')
    status, error = message(ask(COMPLETE, input=done))
    assert status == 400
    assert "InvalidPart" in error
    assert http.put(urls[2]["uploadUrl"], content=parts[2]).is_success
    for _ in range(2):
        [response] = ask(COMPLETE, input=done).json()["data"].values()
        assert response == {"digest": md5(uploader.files["large.bin"])}
    uploader.send_manifest()
    assert uploader.commit().status_code == 200
    assert api.artifact("crew/ship/data").manifest.size() == 2010


def test_incremental_manifest_extends_base_version(
    uploader: Uploader, ask: Ask, http: httpx.Client, api: Api
) -> None:
    uploader.upload_all()
    change = Uploader(ask, http, {"a.txt": b"other", "new.txt": b"new"})
    change.create()
    change.upload_files()
    name = "wandb_manifest.incremental.json"
    record = change.announce(type="INCREMENTAL", name=name, baseArtifactID=uploader.artifact)
    text = change.manifest()
    updated = {"artifactManifestID": record["id"], "digest": md5(text)}
    [response] = ask(UPDATE_MANIFEST, input=updated).json()["data"].values()
    assert http.put(response["artifactManifest"]["file"]["uploadUrl"], content=text).is_success
    assert change.commit().status_code == 200
    version = api.artifact("crew/ship/data:v1")
    assert {entry.path: entry.size for entry in version.manifest} == {
        "a.txt": 5, "new.txt": 3, "sub/b.txt": 4,
    }  # fmt: skip
    assert version.digest == digest_of({**FILES, "a.txt": b"other", "new.txt": b"new"})


def test_upload_with_xxh128_digest_is_checked(ask: Ask, http: httpx.Client) -> None:
    uploader = Uploader(ask, http, {"a.txt": b"alpha"})
    uploader.create(digestAlgorithm="MANIFEST_XXH128")
    right = base64.b64encode(xxhash.xxh3_128(b"alpha").digest()).decode()
    for digest, status in ((md5(b"other"), 400), (right, 200)):
        spec = {"artifactID": uploader.artifact, "name": "a.txt", "md5": md5(b"alpha")}
        given = {"artifactFiles": [{**spec, "digest": digest}]}
        response = ask(CREATE_FILES, input={**given, "digestAlgorithm": "MANIFEST_XXH128"}).json()
        [edge] = response["data"]["createArtifactFiles"]["files"]["edges"]
        assert http.put(edge["node"]["uploadUrl"], content=b"alpha").status_code == status


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"artifactCollectionName": "a/b"}, "invalid name"),
        ({"artifactTypeName": "model"}, "another type"),
        ({"runName": "none"}, "run crew/ship/none not found"),
        ({"ttlDurationSeconds": 0}, "ttlDurationSeconds"),
    ],
)
def test_create_with_invalid_input_is_rejected(
    uploader: Uploader, given: dict[str, object], error: str
) -> None:
    uploader.upload_all()
    uploader.files = {"other": b"x"}
    response = uploader.create(**given)
    assert response.status_code >= 400
    assert error in message(response)[1]


def test_commit_removes_draft_blobs(
    wandb_server: WandbServer, uploader: Uploader, api: Api
) -> None:
    uploader.upload_all()
    version: Artifact = api.artifact("crew/ship/data")
    # Two files and the manifest that the server wrote; the uploaded manifest is gone.
    assert len(stored(wandb_server)) == 3
    assert uploader.create_files().status_code == 409
    version.delete(delete_aliases=True)
