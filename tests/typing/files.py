"""Types that users rely on. Only checked by mypy and pyright, never run."""

import io
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from typing import assert_type

from wbtyped_graphql.fragments import ArtifactFile, RunFile

from wbtyped import (
    Api,
    Artifact,
    ArtifactCollection,
    ArtifactType,
    Client,
    File,
    Files,
    Project,
    Run,
    User,
)
from wbtyped.errors import FileExistsError, NotFoundError, UsageError, WbtypedError


def entry_points(api: Api) -> None:
    assert_type(api.client, Client)
    assert_type(api.viewer, User)
    assert_type(api.default_entity, str)
    assert_type(api.run("entity/project/run"), Run)
    assert_type(api.create_run(project="project"), Run)
    assert_type(api.project("name", "entity"), Project)
    found = api.from_path(Path("entity/project/run"), type=None)
    assert_type(found, Project | Run | ArtifactType | ArtifactCollection | Artifact)
    with api as entered:
        assert_type(entered, Api)


def lists(client: Client, run: Run) -> None:
    files = Files(client, run, names=["a"], per_page=50, upload=False, pattern=None)
    assert_type(run.files(pattern="%.json"), Files)
    assert_type(run.files(glob="*.json"), Files)
    assert_type(iter(files), Iterator[File])
    assert_type(next(files), File)
    assert_type(files.next(), File)
    assert_type(files[0], File)
    assert_type(files[1:3], list[File])
    assert_type(len(files), int)
    assert_type(files.length, int)
    assert_type(files.cursor, str | None)
    assert_type(files.more, bool)
    assert_type(files.convert_objects(), list[File])
    assert_type(files.pages(), Iterator[list[File]])
    assert_type(files.QUERY, str)
    for file in files:
        assert_type(file, File)


def one_file(run: Run) -> None:
    file = run.file("model.pt")
    assert_type(file.name, str)
    assert_type(file.size, int)
    assert_type(file.sizeBytes, int)
    assert_type(file.md5, str | None)
    assert_type(file.url, str | None)
    assert_type(file.direct_url, str)
    assert_type(file.directUrl, str)
    assert_type(file.updated_at, str | None)
    assert_type(file.updatedAt, str | None)
    assert_type(file.path_uri, str)
    assert_type(file.attrs, RunFile | ArtifactFile)
    assert_type(file.attrs.updated_at, datetime | None)
    assert_type(file.run, Run | None)
    assert_type(file.save("folder"), Path)
    with file.download(root=Path("folder"), replace=True) as text:
        assert_type(text.read(), str)
    file.attrs.name = "other"  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue] # ty: ignore[invalid-assignment]


async def coroutines(api: Api) -> None:
    async with api as entered:
        assert_type(entered, Api)
    run = await api.arun("entity/project/run")
    assert_type(run, Run)
    files = run.files()
    assert_type(aiter(files), AsyncIterator[File])
    assert_type(await anext(files), File)
    assert_type(await files.aget(0), File)
    assert_type(await files.aget(slice(2)), list[File])
    assert_type(await files.alength(), int)
    assert_type(files.apages(), AsyncIterator[list[File]])
    async for file in files:
        assert_type(file, File)
    file = await run.afile("a")
    assert_type(await file.asave(), Path)
    assert_type(await file.adownload(), io.TextIOWrapper)
    assert_type(await run.aupload_file("a"), File)
    assert_type(await api.aviewer(), User)


def errors(run: Run) -> None:
    try:
        run.files(["a"], "b")
    except UsageError as error:
        as_value_error: ValueError = error
        print(as_value_error)
    except NotFoundError as error:
        as_lookup_error: LookupError = error
        print(as_lookup_error, error.missing)
    except FileExistsError as error:
        as_os_error: OSError = error
        print(as_os_error)
    except WbtypedError as error:
        print(error)
