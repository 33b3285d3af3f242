"""Types of artifacts that users rely on. Only checked by mypy and pyright, never run."""

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal, assert_type

from pydantic import BaseModel
from typing_extensions import TypedDict
from wbtyped_graphql import fragments

from wbtyped import (
    Api,
    File,
    Project,
    ProjectArtifactCollections,
    Registries,
    Registry,
    RegistryCollections,
    RegistryVersions,
    Run,
)
from wbtyped.artifacts import (
    Artifact,
    ArtifactCollection,
    ArtifactCollections,
    ArtifactFiles,
    ArtifactManifest,
    ArtifactManifestEntry,
    Artifacts,
    ArtifactType,
    ArtifactTypes,
    RunArtifacts,
    TypedArtifact,
    TypedArtifacts,
)
from wbtyped.publish import Draft


def entry_points(api: Api) -> None:
    assert_type(api.artifact_types("project"), ArtifactTypes)
    assert_type(api.artifact_type("dataset"), ArtifactType)
    assert_type(api.artifact_collections("project", "dataset"), ArtifactCollections)
    assert_type(api.artifact_collection("dataset", "name"), ArtifactCollection)
    assert_type(api.artifacts("dataset", "name", tags=["a"]), Artifacts)
    assert_type(api.artifact("name:latest"), Artifact)
    assert_type(api.artifact_exists("name"), bool)
    assert_type(api.artifact_collection_exists("name", "dataset"), bool)


class Model(BaseModel):
    rows: int


@dataclass
class Data:
    rows: int


class Keys(TypedDict):
    rows: int


def typed_metadata(api: Api) -> None:
    versions = api.artifacts("dataset", "name", tags="a", metadata=Model)
    assert_type(versions, TypedArtifacts[Model])
    assert_type(versions[0], TypedArtifact[Model])
    assert_type(versions[:2], list[TypedArtifact[Model]])
    assert_type(versions[0].typed_metadata.rows, int)
    assert_type([each.typed_metadata for each in versions], list[Model])
    assert_type(api.artifacts("dataset", "name", metadata=Data)[0].typed_metadata, Data)
    assert_type(api.artifacts("dataset", "name", metadata=Keys)[0].typed_metadata, Keys)
    assert_type(api.artifacts("dataset", "name", metadata=None), Artifacts)
    plain: Artifact = versions[0]
    assert_type(plain.metadata, dict[str, object])


async def typed_metadata_asynchronously(api: Api) -> None:
    versions = await api.aartifacts("dataset", "name", metadata=Data)
    assert_type(versions, TypedArtifacts[Data])
    async for version in versions:
        assert_type(version.typed_metadata, Data)
    assert_type(await api.aartifacts("dataset", "name"), Artifacts)


def iterators(
    types: ArtifactTypes,
    collections: ArtifactCollections,
    versions: Artifacts,
    of_run: RunArtifacts,
    files: ArtifactFiles,
) -> None:
    assert_type(iter(types), Iterator[ArtifactType])
    assert_type(types.length, None)
    assert_type(collections[0], ArtifactCollection)
    assert_type(collections[1:2], list[ArtifactCollection])
    assert_type(next(versions), Artifact)
    assert_type(of_run.convert_objects(), list[Artifact])
    assert_type(files.pages(), Iterator[list[File]])
    assert_type(len(files), int)
    assert_type(files.path, list[str])
    assert_type(aiter(versions), AsyncIterator[Artifact])


def collection_properties(collection: ArtifactCollection) -> None:
    assert_type(collection.attrs, fragments.ArtifactCollection)
    assert_type(collection.name, str)
    assert_type(collection.description, str | None)
    assert_type(collection.tags, list[str])
    assert_type(collection.aliases, list[str])
    assert_type(collection.created_at, str)
    assert_type(collection.is_sequence(), bool)
    assert_type(collection.artifacts(), Artifacts)
    collection.tags = "one"
    collection.description = None


def version_properties(artifact: Artifact) -> None:
    assert_type(artifact.attrs, fragments.Artifact)
    assert_type(artifact.metadata, dict[str, object])
    assert_type(artifact.tags, list[str])
    assert_type(artifact.aliases, list[str])
    assert_type(artifact.ttl, timedelta | None)
    assert_type(artifact.size, int)
    assert_type(artifact.state, str)
    assert_type(artifact.manifest, ArtifactManifest)
    assert_type(artifact.manifest.entries, Mapping[str, ArtifactManifestEntry])
    assert_type(artifact.get_entry("a").size, int | None)
    assert_type(artifact.files(), ArtifactFiles)
    assert_type(artifact.download(), str)
    assert_type(artifact.checkout(), str)
    assert_type(artifact.file(), Path)
    assert_type(artifact.used_by(), list[Run])
    assert_type(artifact.logged_by(), Run | None)
    assert_type(artifact.link("portfolio"), Artifact)
    assert_type(artifact.source_artifact, Artifact)
    assert_type(artifact.linked_artifacts, list[Artifact])
    assert_type(artifact.linked_at, str | None)
    assert_type(artifact.incremental, bool)
    assert_type(artifact.distributed_id, str | None)
    assert_type(artifact.digest_algorithm, Literal["MD5", "XXH128"])
    assert_type(artifact.get_entry("a").download(), str)
    assert_type(artifact.manifest.size(), int)
    assert_type(artifact.manifest.to_manifest_json(), dict[str, object])
    artifact.ttl = timedelta(days=1)


async def coroutines(api: Api, artifact: Artifact) -> None:
    assert_type(await api.aartifact("name"), Artifact)
    assert_type(await api.aartifact_type("dataset"), ArtifactType)
    assert_type(await artifact.amanifest(), ArtifactManifest)
    assert_type(await artifact.adownload(), str)
    assert_type(await artifact.alinked_artifacts(), list[Artifact])
    assert_type(await artifact.alinked_at(), str | None)
    async for version in api.artifacts("dataset", "name"):
        assert_type(version, Artifact)


def registries(api: Api) -> None:
    found = api.registries("acme", {"name": {"$regex": "model"}}, order="-created_at")
    assert_type(found, Registries)
    assert_type(api.registries("acme", filter={"name": "model"})[0], Registry)
    registry = api.registry("model")
    assert_type(registry, Registry)
    assert_type(registry.visibility, Literal["organization", "restricted"])
    assert_type(registry.artifact_types, list[str])
    assert_type(registry.collections({"tag": "best"}), RegistryCollections)
    assert_type(next(iter(registry.collections())), ArtifactCollection)
    assert_type(registry.versions(filter={"alias": "best"}), RegistryVersions)
    assert_type(found.versions()[0], Artifact)
    assert_type(found.collections().versions().pages(), Iterator[list[Artifact]])
    assert_type(api.create_registry("model", "restricted", artifact_types=["model"]), Registry)


def what_scripts_use(api: Api, run: Run, project: Project) -> None:
    artifact = api.artifact("name")
    assert_type(run.use_artifact(artifact, use_as="data"), Artifact)
    assert_type(run.log_artifact(artifact, aliases=["best"], tags="good"), Artifact)
    assert_type(project.artifacts_types(), ArtifactTypes)
    assert_type(project.collections({"name": "x"}, "name", 10), ProjectArtifactCollections)
    assert_type(api.artifact_versions("dataset", "name"), Artifacts)
    assert_type(artifact.wait(timeout=10), Artifact)
    assert_type(artifact.is_draft(), bool)
    assert_type(artifact.get_path("a.txt"), ArtifactManifestEntry)
    assert_type(artifact.get_path("a.txt").download(skip_cache=True), str)
    assert_type(artifact.download("folder", False, True, "sub/", False, jobs=4), str)
    assert_type(artifact.json_encode(), dict[str, object])


def published(api: Api, run: Run, artifact: Artifact) -> None:
    assert_type(api.publish(["a", Path("b")], "e/p/c", "dataset", run=run), Artifact)
    draft = Draft("c", "dataset")
    assert_type(draft.add_dir("folder", ignore=["*.tmp"]), list[str])
    with draft.new_file("a") as text, draft.new_file("b", "wb") as binary:
        assert_type(text.write("a"), int)
        assert_type(binary.write(b"a"), int)
    assert_type(run.log_artifact(draft, ["best"]), Artifact)
    assert_type(run.use_artifact("data:v0"), Artifact)
    based = run.log_artifact("a", name="b", type="c").new_draft()
    assert_type(based, Draft)
    assert_type(based.add_file("a", overwrite=True), str)
    assert_type(based.publish(), Artifact)
    assert_type(Draft.of_version(artifact), Draft)
    assert_type(run.log_artifact(based), Artifact)
    assert_type(draft.add_reference("s3://a/b", checksum=False), str)
    assert_type(draft.publish("e/p/c", metadata={"a": 1}, api=api), Artifact)
