"""Versions in the making: what the server takes, what it refuses, and what shows when."""

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


class Maker:
    """Makes a version step by step, as a client would."""

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
        answer = self._ask(CREATE, input={**given, **more})
        if answer.status_code == 200:
            self.artifact = answer.json()["data"]["createArtifact"]["artifact"]["id"]
        return answer

    def announce(self, digest: str = "", **more: object) -> dict[str, str]:
        given = {
            "artifactID": self.artifact, "name": "wandb_manifest.json", "digest": digest,
            "entityName": "crew", "projectName": "ship", "runName": "", "type": "FULL",
        }  # fmt: skip
        answer = self._ask(MANIFEST, input={**given, **more}).json()
        manifest = answer["data"]["createArtifactManifest"]["artifactManifest"]
        return {"id": manifest["id"], "url": manifest["file"]["uploadUrl"]}

    def ask_to_send(self, **more: object) -> httpx.Response:
        specs = [
            {"artifactID": self.artifact, "name": path, "md5": md5(content), **more}
            for path, content in self.files.items()
        ]
        return self._ask(CREATE_FILES, input={"artifactFiles": specs, "storageLayout": "V2"})

    def send(self) -> list[str]:
        """Send what the server wants, and return the paths of that."""
        sent: list[str] = []
        for edge in self.ask_to_send().json()["data"]["createArtifactFiles"]["files"]["edges"]:
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

    def make(self, **more: object) -> None:
        self.create(**more)
        self.send()
        self.send_manifest()
        assert self.commit().status_code == 200


FILES = {"a.txt": b"alpha", "sub/b.txt": b"beta"}


@pytest.fixture
def maker(ask: Ask, http: httpx.Client) -> Maker:
    return Maker(ask, http, FILES)


def message(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["message"]


def names(api: Api) -> list[str]:
    return [a.name for a in api.artifacts("dataset", "crew/ship/data")]


def test_nothing_shows_before_the_commit(maker: Maker, api: Api) -> None:
    answer = maker.create(tags=[{"tagName": "t"}], metadata='{"k": 1}', description="d")
    made = answer.json()["data"]["createArtifact"]["artifact"]
    assert (made["state"], made["artifactSequence"]["latestArtifact"]) == ("PENDING", None)
    assert sorted(maker.send()) == sorted(FILES)
    assert names(api) == []
    assert not api.artifact_exists("crew/ship/data")
    maker.send_manifest()
    assert names(api) == []
    assert maker.commit().json()["data"]["commitArtifact"]["artifact"] == {
        "id": maker.artifact, "digest": digest_of(FILES), "state": "COMMITTED",
    }  # fmt: skip
    version = api.artifact("crew/ship/data:latest")
    assert (version.version, version.tags, version.metadata) == ("v0", ["t"], {"k": 1})
    assert (version.size, version.file_count, version.description) == (9, 2, "d")
    assert maker.commit().status_code == 200, "again, it changes nothing"
    assert names(api) == ["data:v0"]


def test_manifests_keep_no_paths_of_the_one_who_made_them(
    wandb_server: WandbServer, maker: Maker, api: Api
) -> None:
    maker.make()
    assert api.artifact("crew/ship/data").manifest.digest() == digest_of(FILES)
    blobs = wandb_server.data / "blobs"
    assert not any(b"/secret" in (blobs / name).read_bytes() for name in stored(wandb_server))


def test_a_commit_needs_every_content(maker: Maker, http: httpx.Client) -> None:
    maker.create()
    assert message(maker.commit()) == (400, "the artifact has no manifest")
    maker.send_manifest()
    assert message(maker.commit()) == (400, "the content of a.txt was not uploaded")
    maker.send()
    assert maker.commit().status_code == 200


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{}", "invalid manifest"),
        (b"no json", "invalid manifest"),
        (b'{"version": 2, "contents": {}}', "invalid manifest"),
        (b'{"version": 1, "contents": {}}', "the manifest's digest"),
    ],
)
def test_manifests_that_are_refused(maker: Maker, api: Api, text: bytes, reason: str) -> None:
    maker.create()
    maker.send()
    assert maker.send_manifest(text).is_success
    status, said = message(maker.commit())
    assert status == 400
    assert reason in said
    assert names(api) == []


def test_wrong_bytes_are_refused(maker: Maker, http: httpx.Client) -> None:
    maker.create()
    edges = maker.ask_to_send().json()["data"]["createArtifactFiles"]["files"]["edges"]
    url = edges[0]["node"]["uploadUrl"]
    refused = http.put(url, content=b"other")
    assert (refused.status_code, "BadDigest" in refused.text) == (400, True)
    refused = http.put(maker.announce(md5(b"one"))["url"], content=b"other")
    assert (refused.status_code, "BadDigest" in refused.text) == (400, True)
    assert http.put(url.partition("?")[0], content=b"alpha").status_code == 403


def test_the_same_content_again(maker: Maker, ask: Ask, http: httpx.Client, api: Api) -> None:
    maker.make()
    again = Maker(ask, http, FILES)
    best = [{"artifactCollectionName": "data", "alias": "best"}]
    answer = again.create(aliases=best).json()["data"]["createArtifact"]["artifact"]
    assert (answer["id"], answer["state"]) == (maker.artifact, "COMMITTED")
    assert set(api.artifact("crew/ship/data:v0").aliases) == {"latest", "best"}
    other = Maker(ask, http, FILES)
    other.make(artifactCollectionName="other", aliases=[])
    assert api.artifact("crew/ship/other:v0").digest == digest_of(FILES)
    twice = Maker(ask, http, FILES)
    twice.make(enableDigestDeduplication=False)
    assert names(api) == ["data:v1", "data:v0"]


def test_contents_are_sent_once(
    wandb_server: WandbServer, maker: Maker, ask: Ask, http: httpx.Client, api: Api
) -> None:
    maker.make()
    more = Maker(ask, http, {**FILES, "c.txt": b"gamma"})
    more.create()
    assert more.send() == ["c.txt"]
    assert more.births["a.txt"] == maker.artifact
    more.send_manifest()
    # What it shares must stay, though nothing else names it any more.
    api.artifact("crew/ship/data:v0").delete(delete_aliases=True)
    assert more.commit().status_code == 200
    version = api.artifact("crew/ship/data:v1")
    entry = version.get_entry("a.txt")
    assert entry.birth_artifact_id == maker.artifact
    with http.stream("GET", version.open_file("a.txt").direct_url) as answer:
        assert answer.read() == b"alpha"


def test_ids_of_clients(maker: Maker, ask: Ask, http: httpx.Client) -> None:
    maker.create(clientID="c" * 128)
    first = maker.artifact
    maker.create(clientID="c" * 128)
    assert maker.artifact == first, "a request sent twice makes one version"
    other = Maker(ask, http, {"other": b"x"}).create(clientID="c" * 128)
    assert message(other) == (409, "Invalid Client ID digest")
    query = "query Id($id: ID!) { clientIDMapping(clientID: $id) { serverID } }"
    assert ask(query, id="c" * 128).json()["data"]["clientIDMapping"] == {"serverID": first}
    assert ask(query, id="none").json()["data"]["clientIDMapping"] is None


def test_a_file_in_parts(maker: Maker, ask: Ask, http: httpx.Client, api: Api) -> None:
    parts = [b"a" * 1000, b"b" * 1000, b"c" * 10]
    maker.files = {"large.bin": b"".join(parts)}
    maker.create()
    hexes = [hashlib.md5(part, usedforsecurity=False).hexdigest() for part in parts]
    spec = [{"partNumber": n, "hexMD5": h} for n, h in enumerate(hexes, 1)]
    answer = maker.ask_to_send(uploadPartsInput=spec).json()["data"]["createArtifactFiles"]
    [node] = [edge["node"] for edge in answer["files"]["edges"]]
    urls = node["uploadMultipartUrls"]["uploadUrlParts"]
    done = {
        "completeMultipartAction": "Complete", "artifactID": maker.artifact,
        "completedParts": [{"partNumber": n, "hexMD5": f'"{h}"'} for n, h in enumerate(hexes, 1)],
        "storagePath": node["storagePath"], "uploadID": node["uploadMultipartUrls"]["uploadID"],
    }  # fmt: skip
    assert http.put(urls[0]["uploadUrl"], content=parts[1]).status_code == 400
    for part, url in zip(parts[:-1], urls, strict=False):
        assert http.put(url["uploadUrl"], content=part).headers["ETag"].startswith('"')
    status, said = message(ask(COMPLETE, input=done))
    assert (status, "InvalidPart" in said) == (400, True)
    assert http.put(urls[2]["uploadUrl"], content=parts[2]).is_success
    for _ in range(2):
        [answer] = ask(COMPLETE, input=done).json()["data"].values()
        assert answer == {"digest": md5(maker.files["large.bin"])}
    maker.send_manifest()
    assert maker.commit().status_code == 200
    assert api.artifact("crew/ship/data").manifest.size() == 2010


def test_changes_to_another_version(maker: Maker, ask: Ask, http: httpx.Client, api: Api) -> None:
    maker.make()
    change = Maker(ask, http, {"a.txt": b"other", "new.txt": b"new"})
    change.create()
    change.send()
    name = "wandb_manifest.incremental.json"
    record = change.announce(type="INCREMENTAL", name=name, baseArtifactID=maker.artifact)
    text = change.manifest()
    updated = {"artifactManifestID": record["id"], "digest": md5(text)}
    [answer] = ask(UPDATE_MANIFEST, input=updated).json()["data"].values()
    assert http.put(answer["artifactManifest"]["file"]["uploadUrl"], content=text).is_success
    assert change.commit().status_code == 200
    version = api.artifact("crew/ship/data:v1")
    assert {entry.path: entry.size for entry in version.manifest} == {
        "a.txt": 5, "new.txt": 3, "sub/b.txt": 4,
    }  # fmt: skip
    assert version.digest == digest_of({**FILES, "a.txt": b"other", "new.txt": b"new"})


def test_the_newer_digest_is_checked(ask: Ask, http: httpx.Client) -> None:
    maker = Maker(ask, http, {"a.txt": b"alpha"})
    maker.create(digestAlgorithm="MANIFEST_XXH128")
    right = base64.b64encode(xxhash.xxh3_128(b"alpha").digest()).decode()
    for digest, status in ((md5(b"other"), 400), (right, 200)):
        spec = {"artifactID": maker.artifact, "name": "a.txt", "md5": md5(b"alpha")}
        given = {"artifactFiles": [{**spec, "digest": digest}]}
        answer = ask(CREATE_FILES, input={**given, "digestAlgorithm": "MANIFEST_XXH128"}).json()
        [edge] = answer["data"]["createArtifactFiles"]["files"]["edges"]
        assert http.put(edge["node"]["uploadUrl"], content=b"alpha").status_code == status


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"artifactCollectionName": "a/b"}, "invalid name"),
        ({"artifactTypeName": "model"}, "another type"),
        ({"runName": "none"}, "run crew/ship/none not found"),
        ({"ttlDurationSeconds": 0}, "ttlDurationSeconds"),
    ],
)
def test_wishes_that_are_refused(maker: Maker, given: dict[str, object], said: str) -> None:
    maker.make()
    maker.files = {"other": b"x"}
    answer = maker.create(**given)
    assert answer.status_code >= 400
    assert said in message(answer)[1]


def test_nothing_is_left_of_the_making(wandb_server: WandbServer, maker: Maker, api: Api) -> None:
    maker.make()
    version: Artifact = api.artifact("crew/ship/data")
    # Two contents and the manifest that the server wrote; the one sent is gone.
    assert len(stored(wandb_server)) == 3
    assert maker.ask_to_send().status_code == 409
    version.delete(delete_aliases=True)
