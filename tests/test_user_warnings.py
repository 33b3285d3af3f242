"""Every warning names the line of the caller's code, not one of the package."""

import ast
import asyncio
import inspect
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import cast

import pytest

import wbtyped
from wbtyped import Api, File, Files, Run
from wbtyped.artifacts import Artifact
from wbtyped.artifacts.compat import server_supports_artifact_collections_gql_edges
from wbtyped.download.cache.store import Cache
from wbtyped.server import Fault, Reference, WandbServer

PACKAGE = Path(wbtyped.__file__).parent
MINE = {"b.bin": Reference("s3://bucket/b.bin")}


def line_here() -> int:
    """Return the line that calls this."""
    frame = inspect.currentframe()
    assert isinstance(frame, FrameType)
    assert frame.f_back is not None
    return frame.f_back.f_lineno


@pytest.fixture
def said() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield said


@pytest.fixture
def artifact(wandb_server: WandbServer, api: Api) -> Artifact:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": b"hello"}, MINE)
    return api.artifact("crew/ship/data:latest")


@pytest.fixture
def file(wandb_server: WandbServer, api: Api) -> File:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"hello"})
    return api.run("crew/ship/log").file("a.txt")


@pytest.fixture
def _full_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the cache take nothing, as on a full disk."""

    def refuse(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Cache, "add", refuse)
    monkeypatch.setattr(Cache, "add_content", refuse)


def check(said: list[warnings.WarningMessage], number: int, word: str) -> None:
    [one] = said
    assert word in str(one.message)
    assert (one.filename, one.lineno) == (__file__, number)


def test_deprecated_override_names_the_line(
    wandb_server: WandbServer, said: list[warnings.WarningMessage]
) -> None:
    number = line_here() + 1
    Api({"username": "me"})
    check(said, number, "username")


def test_deprecated_option_names_the_line(
    file: File, said: list[warnings.WarningMessage], tmp_path: Path
) -> None:
    files = Files(file.client, cast("Run", file.run))
    number = line_here() + 1
    files.download(tmp_path, at_once=2)
    check(said, number, "at_once is deprecated: use jobs")


def test_path_uri_names_the_line(file: File, said: list[warnings.WarningMessage]) -> None:
    number = line_here() + 1
    file.path_uri  # noqa: B018
    check(said, number, "S3")
    said.clear()
    bare = file.attrs.model_copy(update={"direct_url": ""})
    number = line_here() + 1
    File(file.client, bare).path_uri  # noqa: B018
    check(said, number, "direct_url")


def test_change_type_names_the_line(
    artifact: Artifact, said: list[warnings.WarningMessage]
) -> None:
    number = line_here() + 1
    artifact.collection.change_type("model")
    check(said, number, "change_type")


def test_old_server_names_the_line(
    wandb_server: WandbServer, api: Api, said: list[warnings.WarningMessage]
) -> None:
    old = Fault(
        kind="graphql",
        status=200,
        body=b'{"data": {"serverInfo": null}}',
        content_type="application/json",
    )
    with wandb_server.fault(old):
        number = line_here() + 1
        server_supports_artifact_collections_gql_edges(api.client, warn=True)
    check(said, number, "sequences")


def test_skipped_references_name_the_line(
    artifact: Artifact, tmp_path: Path, said: list[warnings.WarningMessage]
) -> None:
    number = line_here() + 1
    artifact.download(tmp_path, allow_missing_references=True)
    check(said, number, "skipped")
    said.clear()
    number = line_here() + 1
    artifact.files().download(tmp_path, allow_missing_references=True)
    check(said, number, "skipped")


async def test_skipped_references_in_a_coroutine_name_the_line(
    artifact: Artifact, tmp_path: Path, said: list[warnings.WarningMessage]
) -> None:
    number = line_here() + 1
    await artifact.adownload(tmp_path, allow_missing_references=True)
    check(said, number, "skipped")
    said.clear()
    number = line_here() + 1
    await artifact.files().adownload(tmp_path, allow_missing_references=True)
    check(said, number, "skipped")
    await artifact.client.aclose()


@pytest.mark.usefixtures("_full_cache")
def test_full_cache_names_the_line(
    wandb_server: WandbServer, api: Api, tmp_path: Path, said: list[warnings.WarningMessage]
) -> None:
    wandb_server.add_artifact("crew/ship/plain", "dataset", {"a.txt": b"hello"})
    artifact, cache = api.artifact("crew/ship/plain:latest"), tmp_path / "cache"
    number = line_here() + 1
    artifact.download(tmp_path / "one", cache=cache)
    check(said, number, "no space left")
    said.clear()
    number = line_here() + 1
    artifact.checkout(tmp_path / "two", cache=cache)
    check(said, number, "no space left")


@pytest.mark.usefixtures("_full_cache")
async def test_full_cache_in_a_coroutine_names_the_line(
    wandb_server: WandbServer, api: Api, tmp_path: Path, said: list[warnings.WarningMessage]
) -> None:
    wandb_server.add_artifact("crew/ship/plain", "dataset", {"a.txt": b"hello"})
    artifact, cache = api.artifact("crew/ship/plain:latest"), tmp_path / "cache"
    number = line_here() + 1
    await artifact.adownload(tmp_path / "one", cache=cache)
    check(said, number, "no space left")
    said.clear()
    number = line_here() + 1
    await artifact.acheckout(tmp_path / "two", cache=cache)
    check(said, number, "no space left")
    await api.aclose()


def test_skipped_references_in_asyncio_run_name_the_line(
    artifact: Artifact, tmp_path: Path, said: list[warnings.WarningMessage]
) -> None:
    artifact.manifest  # noqa: B018 - so that no connection stays open in the loop
    number = line_here() + 1
    asyncio.run(artifact.adownload(tmp_path, allow_missing_references=True))
    check(said, number, "skipped")


def test_warn_user_is_used_everywhere() -> None:
    calls = [
        (path.relative_to(PACKAGE).as_posix(), name)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and (name := ast.unparse(node.func)).rpartition(".")[2].startswith("warn")
        and not name.startswith("_logger.")
        and name != "warn_of_secrets"
        and path.name not in {"user_warnings.py", "arguments.py"}
    ]
    assert {name for _, name in calls} == {"warn_user"}
    assert sorted(path for path, _ in calls) == [
        "api.py", "artifacts/artifact.py", "artifacts/collection.py", "artifacts/compat.py",
        "artifacts/contents/download.py", "artifacts/contents/entry.py",
        "artifacts/publishing/manifest_spec.py", "artifacts/publishing/names.py",
        "artifacts/publishing/names.py", "artifacts/publishing/names.py",
        "artifacts/publishing/own_run.py", "artifacts/publishing/publication.py",
        "artifacts/publishing/references/resolve.py", "cli/names.py", "config/settings.py",
        "download/batch.py", "download/batch.py", "mirror/folder_lock.py", "runs/files.py",
        "runs/files.py", "runs/ref.py",
    ]  # fmt: skip
