"""Types of the names in `wbtyped` itself. Only checked by mypy and pyright, never run."""

import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar, assert_type

from wbtyped_graphql.operation import ResultT

import wbtyped
from wbtyped import (
    Api,
    Artifact,
    ArtifactCollection,
    ArtifactCollections,
    ArtifactDifferences,
    ArtifactFiles,
    ArtifactManifest,
    ArtifactManifestEntry,
    Artifacts,
    ArtifactTTL,
    ArtifactType,
    ArtifactTypes,
    AsyncContentReader,
    Client,
    DownloadOptions,
    DownloadProgress,
    DownloadResult,
    FailedFile,
    File,
    Files,
    Paginator,
    ProjectArtifactCollections,
    ResponseLimits,
    Run,
    RunArtifacts,
    SizedPaginator,
    UploadOptions,
    UploadResult,
    artifacts,
    errors,
    files,
)

NodeT = TypeVar("NodeT")


def documented_paths_lead_to_the_same_classes() -> None:
    assert_type(artifacts.Artifact, type[Artifact])
    assert_type(artifacts.ArtifactCollection, type[ArtifactCollection])
    assert_type(files.Files, type[Files])
    assert_type(files.File, type[File])
    assert_type(wbtyped.errors.UsageError, type[errors.UsageError])


def artifact_lists(api: Api, run: Run) -> None:
    assert_type(api.client, Client)
    assert_type(api.artifact_types("project"), ArtifactTypes)
    assert_type(api.artifact_type("dataset"), ArtifactType)
    assert_type(api.artifact_type("dataset").collections(), ArtifactCollections)
    everything = ProjectArtifactCollections(api.client, "entity", "project")
    assert_type(next(everything), ArtifactCollection)
    assert_type(api.artifacts("dataset", "name"), Artifacts)
    assert_type(run.logged_artifacts(), RunArtifacts)
    assert_type(run.used_artifacts()[0], Artifact)


def versions(artifact: Artifact) -> None:
    assert_type(artifact.collection, ArtifactCollection)
    assert_type(artifact.files(), ArtifactFiles)
    assert_type(artifact.manifest, ArtifactManifest)
    assert_type(artifact.get_entry("a"), ArtifactManifestEntry)
    assert_type(artifact.compare("folder"), ArtifactDifferences)
    assert_type(artifact.compare("folder").modified, list[str])
    artifact.ttl = ArtifactTTL.INHERIT
    assert_type(artifact.ttl, timedelta | None)


async def contents(file: File, artifact: Artifact) -> None:
    assert_type(file.read(-8), bytes)
    assert_type(await file.aread(0, 5), bytes)
    assert_type(file.open("rb"), io.BufferedReader)
    assert_type(await file.aopen(), AsyncContentReader)
    file.open("r")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # ty: ignore[invalid-argument-type]
    entry = artifact.get_entry("a")
    assert_type(entry.read(5, 10), bytes)
    assert_type(await entry.aread(), bytes)
    assert_type(entry.open(buffer_size=2**20), io.BufferedReader)
    assert_type(await (await entry.aopen()).read(5), bytes)


def show(progress: DownloadProgress) -> None:
    assert_type(progress.files, int)
    assert_type(progress.size_expected, int | None)
    assert_type(progress.totals_final, bool)
    assert_type(progress.seconds_left, float | None)


def downloads(run: Run, artifact: Artifact) -> None:
    options: DownloadOptions = {"progress": show, "engine": "curl", "jobs": 8, "fsync": True}
    assert_type(run.files().download("folder", on_error="collect", **options), DownloadResult)
    assert_type(artifact.files().download(**options), DownloadResult)
    assert_type(artifact.download(**options), str)
    run.files().download(engine="pigeon")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] # ty: ignore[invalid-argument-type]
    result = run.files().download(cache=Path("cache"))
    assert_type(result.failed, list[FailedFile])
    assert_type(result.failed[0].error, Exception)
    assert_type(result.unverified, dict[str, str])
    assert_type(result.resumed, int)


async def uploads(api: Api, run: Run) -> None:
    options: UploadOptions = {"progress": show, "engine": "httpx", "jobs": 8}
    assert_type(run.upload(["a", Path("b")], "root", glob="*.txt", **options), UploadResult)
    assert_type(await run.aupload("a", on_error="collect"), UploadResult)
    assert_type(run.upload("a").failed, list[FailedFile])
    assert_type(run.upload("a").uploaded, list[str])
    assert_type(api.publish("a", "entity/project/name", "dataset", **options), Artifact)
    run.upload("a", fsync=True)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def names(files: Paginator[ResultT, NodeT, File]) -> list[str]:
    return [file.name for file in files]


def count(files: SizedPaginator[ResultT, NodeT, File]) -> int:
    return len(files)


def any_list(run: Run, artifact: Artifact) -> None:
    print(names(run.files()), names(artifact.files()), count(run.files()))


def limits() -> None:
    Api(limits=ResponseLimits(graphql_bytes=2**20))


def caught(api: Api) -> Iterator[str]:
    try:
        api.artifact("name")
    except errors.EntryNotFoundError as error:
        as_key_error: KeyError = error
        yield str(as_key_error)
    except errors.NotFoundError as error:
        yield error.missing
    except errors.PartialSaveError as error:
        yield from error.applied
    except errors.WbtypedError as error:
        yield str(error)
