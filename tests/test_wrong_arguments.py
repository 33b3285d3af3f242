"""Every public function with arguments of wrong types: raises only our errors, before a request."""

import asyncio
import inspect
import os
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from io import IOBase
from itertools import islice
from pathlib import Path
from traceback import extract_tb
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wbtyped_graphql import calls

import wbtyped
import wbtyped.artifacts
from wbtyped import Api, Client, DownloadOptions
from wbtyped.artifacts import ArtifactTTL
from wbtyped.download.stored_content import StoredContent
from wbtyped.drift import Ignored, check_file, check_server
from wbtyped.errors import UsageError, WbtypedError
from wbtyped.filesystem.chunks import copy_chunks, plan_chunks
from wbtyped.runs.file_content import ListedFileUrl
from wbtyped.server import Fault, Reference, RequestKind, WandbServer
from wbtyped.transport.flow import GraphQLRequest

# Nothing here leads out of the folder that the tests run in: `checkout("/")` would empty the disk.
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\\.:~"), max_size=5)
FIXED: Sequence[object] = (
    None, True, False, *range(-3, 4), 2**70, -(2**70), 0.5, float("nan"), float("inf"), 1j,
    object(), Path("a"), timedelta(hours=1),
    lambda: None, slice(None), slice("a", None), Api, ValueError("no"),
)  # fmt: skip
CONTAINERS: Sequence[Callable[[], object]] = (
    list, lambda: [1], lambda: ["a", 2], dict, lambda: {"a": 1}, lambda: {1: "a"},
    lambda: {"a": b""}, lambda: {"a"}, tuple, lambda: ("a",),
)  # fmt: skip
"""Made anew each time, since what takes them may change them."""


def made(make: Callable[[], object]) -> object:
    return make()


JUNK: st.SearchStrategy[object] = st.one_of(
    st.sampled_from(FIXED),
    NAMES,
    st.binary(max_size=3),
    st.sampled_from(CONTAINERS).map(made),
)
# What has to be given, where one of the others is the wrong one.
GOOD: Mapping[str, object] = {
    "aliases": ["best"], "collection_name": "data", "collection": "data", "contents": {"a": b""},
    "directory": "deep", "root": ".", "entity": "crew", "files": {"a": b""}, "index": 0,
    "name": "data", "paths": "absent.txt",
    "new_type": "model", "path": "crew/ship/log", "project": "ship", "project_name": "ship",
    "run_id": "log", "server_supports_artifact_collections": True, "source": "crew/ship/data:v0",
    "target": "crew/ship/shelf", "target_path": "crew/ship/shelf", "type": "dataset",
    "type_name": "dataset", "organization": "acme", "visibility": "restricted",
    "mirror": "absent", "ttl": "30d", "plan": "absent.jsonl", "team": "crew",
}  # fmt: skip
VALUES = {
    "ArtifactDiff", "ArtifactDifferences", "ArtifactManifest", "ArtifactManifestEntry",
    "ArtifactTTL", "DownloadOptions", "DownloadProgress", "DownloadResult", "FailedFile",
    "LineageEdge", "LineageGraph", "LineageNode", "MirrorProgress", "MirrorReport",
    "PlannedFile", "PlannedVersion",
    "PrunePlan", "PruneResult", "ScanProgress", "UploadOptions", "UploadResult", "UsageGroup",
    "UsageReport", "VersionUsage",
}  # fmt: skip
"""Plain values, which contain whatever they are given."""
# These block, end things, or take what only this package makes.
LEFT_OUT = {"close", "aclose", "start", "use_manifest", "missing", "convert_objects"}


@dataclass(frozen=True)
class Entry:
    """One argument of something public."""

    label: str
    use: Callable[[object], object]

    def __repr__(self) -> str:
        return self.label


class Entries(tuple[Entry, ...]):
    """What is tried; Hypothesis would warn of a long `repr` instead of showing what has failed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} entries>"


def arguments_of(
    label: str, function: Callable[..., object], good: Mapping[str, object]
) -> Iterator[Entry]:
    """Yield an entry for each argument; the others get what is right, or their default."""
    needed: dict[str, object] = {}
    names: list[str] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            names += DownloadOptions.__annotations__
            continue
        names.append(name)
        if parameter.default is parameter.empty:
            needed[name] = good[name]
    for name in names:

        def use(value: object, name: str = name) -> object:
            return function(**{**needed, name: value})

        yield Entry(f"{label}({name}=)", use)


def entries_of(label: str, thing: object, good: Mapping[str, object]) -> Iterator[Entry]:
    """Yield an entry for each argument of each public method, and for each assignable property."""
    for name in dir(type(thing)):
        if (name.startswith("_") and name != "__getitem__") or name in LEFT_OUT:
            continue
        found = inspect.getattr_static(type(thing), name)
        if isinstance(found, property):
            if found.fset is not None:

                def assign(value: object, name: str = name) -> None:
                    setattr(thing, name, value)

                yield Entry(f"{label}.{name} =", assign)
        elif callable(method := getattr(thing, name)) and not inspect.isclass(method):
            yield from arguments_of(f"{label}.{name}", method, good)


def offline(client: Client) -> Client:
    return Client(replace(client.settings, offline=True))


def no_connection(_: object) -> None:
    """Find no list in the result of an operation."""


@pytest.fixture(scope="module")
def entries(
    shared_server: WandbServer, shared_api: Api, tmp_path_factory: pytest.TempPathFactory
) -> Entries:
    """Everything public, on objects that can send nothing."""
    shared_server.add_run("crew/ship/wrong", {"a.txt": b"hello"})
    shared_server.add_artifact("crew/ship/data", "dataset", {"a.txt": b"hello"})
    api = shared_api
    shared_server.add_organization("acme", "acme-org")
    shared_server.add_run("acme-org/wandb-registry-model/log")
    registries = api.registries("acme")
    run, artifact = api.run("crew/ship/wrong"), api.artifact("crew/ship/data:latest")
    file, manifest = run.files()[0], artifact.manifest
    things: dict[str, object] = {
        "Api": api, "Run": run, "File": file, "Files": run.files(), "Artifact": artifact,
        "ArtifactFiles": artifact.files(), "ArtifactCollection": artifact.collection,
        "ArtifactType": api.artifact_type("dataset", "crew/ship"), "manifest": manifest,
        "entry": next(iter(manifest)), "Artifacts": artifact.collection.artifacts(),
        "Client": api.client, "RunArtifacts": run.logged_artifacts(),
        "ArtifactTypes": api.artifact_types("crew/ship"), "Project": api.project("ship", "crew"),
        "Registries": registries, "Registry": registries[0],
        "RegistryCollections": registries.collections(), "RegistryVersions": registries.versions(),
    }  # fmt: skip
    silent = Api({"base_url": shared_server.url}, offline=True)
    for thing in things.values():
        if hasattr(thing, "client") and not isinstance(thing, Api):
            object.__setattr__(thing, "client", offline(api.client))
    things["Api"], things["Client"] = silent, offline(api.client)
    good: dict[str, object] = {
        **GOOD, "api": silent, "client": offline(api.client), "run": run,
        "artifact": artifact, "other": artifact,
        "attrs": file.attrs, "entry": next(iter(manifest)), "flow": api.client.load_features(),
        "settings": silent.settings, "operation": calls.projects(entity="crew"),
        "model": dict, "connection": no_connection,
        "manifest_json": manifest.to_manifest_json(), "location": artifact.location,
        "content": StoredContent(
            api.client, "a file", ListedFileUrl(api.client, "a file", file.direct_url, None),
            size=file.size, digest=file.md5,
        ),
    }  # fmt: skip
    good["kind"], good["fault"] = "graphql", Fault(kind="graphql")
    found: list[Entry] = []
    for label, thing in things.items():
        found += entries_of(label, thing, good)
    kinds = {"Artifact": artifact.attrs, "Run": run.attrs, "Project": things["Project"]}
    kinds["Registry"], kinds["TypedArtifact"] = registries[0].attrs, artifact.attrs
    for module in (wbtyped, wbtyped.artifacts):
        for name in module.__all__:
            kind = getattr(module, name)
            if inspect.isclass(kind) and inspect.isabstract(kind):
                continue
            if name in VALUES:
                continue
            attrs = getattr(kinds.get(name), "attrs", kinds.get(name, file.attrs))
            found += arguments_of(name, kind, {**good, "attrs": attrs})
    server = WandbServer(tmp_path_factory.mktemp("server"))
    found += entries_of("server", server, good)
    found += arguments_of("WandbServer", WandbServer, good)
    found += arguments_of("Fault", Fault, good)
    found += arguments_of("Reference", Reference, {"uri": "s3://bucket/key"})
    found += arguments_of("check_file", check_file, {"path": "schema"})
    found += arguments_of("check_server", check_server, good)
    found += arguments_of("plan_chunks", plan_chunks, good)
    copying: dict[str, object] = {
        "chunks": [],
        "target": "copies",
        "executor": ThreadPoolExecutor(1),
    }
    found += arguments_of("copy_chunks", copy_chunks, copying)
    found += arguments_of("Ignored.parse", Ignored.parse, {"text": "deprecated"})
    return Entries(found)


def read_some(items: Iterator[object]) -> None:
    """Read a few items, of a flow only up to its first request: nothing sends it here."""
    for item in islice(items, 3):
        if isinstance(item, GraphQLRequest):
            return


async def first_of(items: AsyncIterator[object]) -> object:
    return await anext(items)


def complaint(entry: Entry, value: object) -> str | None:
    """Return what is wrong with how an entry takes a value; None when nothing is."""
    try:
        result = entry.use(value)
        if inspect.iscoroutine(result):
            result = asyncio.run(cast("Coroutine[None, None, object]", result))
        if isinstance(result, IOBase):  # a downloaded file; open files are iterators, too
            result.close()
        elif isinstance(result, Iterator):
            read_some(cast("Iterator[object]", result))
        elif isinstance(result, AsyncIterator):
            asyncio.run(first_of(cast("AsyncIterator[object]", result)))
        elif isinstance(result, WandbServer):
            result.close()
    except (WbtypedError, StopAsyncIteration):
        return None
    except IndexError:
        # True is 1, as for a list.
        return None if entry.label.endswith("(index=)") else f"{entry} with {value!r}: IndexError"
    except Exception as error:
        frames = [f"{frame.name} ({frame.lineno})" for frame in extract_tb(error.__traceback__)]
        return f"{entry} with {value!r}: {type(error).__name__}: {error} in {frames[-3:]}"
    return None


@pytest.fixture(scope="module", autouse=True)
def _in_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("work"))
    yield
    os.chdir(before)


# A version without files is published with a warning.
accepts_warnings = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore:the version of .* has no files:UserWarning"
)


@accepts_warnings
@settings(
    max_examples=300, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.data())
def test_wrong_types_are_usage_errors(entries: Entries, data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(entries))
    assert complaint(entry, data.draw(JUNK)) is None


@accepts_warnings
@pytest.mark.slow
def test_each_argument_takes_or_refuses_each_value(entries: Entries) -> None:
    found = [complaint(entry, value) for entry in entries for value in FIXED]
    found += [complaint(entry, make()) for entry in entries for make in CONTAINERS]
    assert [each for each in found if each] == []


@accepts_warnings
def test_unknown_type_is_a_usage_error_everywhere(entries: Entries) -> None:
    assert len(entries) > 350
    found = [complaint(entry, object()) for entry in entries]
    assert [each for each in found if each] == []


def test_repr_of_what_is_tried_is_short(entries: Entries) -> None:
    assert len(repr(entries)) < 100


# What was accepted in silence.


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"on_error": "ignore"}, "on_error must be one of 'raise', 'collect', got 'ignore'"),
        ({"progress": "bar"}, "progress must be True, False, None, or a function"),
        ({"progress": lambda: None}, "progress must be a function of one argument"),
        ({"engine": "wget"}, "engine must be one of 'httpx', 'curl', got 'wget'"),
        ({"jobs": "4"}, "jobs must be a whole number, 1 to 128, got str"),
        ({"job": 4}, "unknown download options ['job']; allowed are cache, engine, fsync, jobs"),
        ({"fsync": "no"}, "fsync must be True or False, got str"),
        ({"replace": "no"}, "replace must be True or False, got str"),
        ({"cache": 5}, "cache must be a path"),
    ],
)
def test_download_option_invalid_sends_nothing(
    api: Api, wandb_server: WandbServer, wrong: Mapping[str, object], message: str
) -> None:
    wandb_server.add_run("crew/ship/log")
    download = cast("Callable[..., object]", api.run("crew/ship/log").files().download)
    wandb_server.requests.clear()
    with pytest.raises(UsageError, match=re.escape(message)):
        download(**wrong)
    assert len(wandb_server.requests) == 0


def test_api_accepts_server_and_entity_as_arguments(wandb_server: WandbServer) -> None:
    url, key = wandb_server.url, wandb_server.api_key
    api = Api(base_url=url, api_key=key, entity="crew", project="ship", organization="org")
    expected = {"base_url": url, "entity": "crew", "project": "ship", "organization": "org"}
    assert api.settings == Api(expected, api_key=key).settings
    assert api.viewer.username
    with pytest.raises(UsageError, match=re.escape(f"write base_url={url!r}")):
        Api(cast("dict[str, str]", url))


def test_empty_key_is_a_usage_error(wandb_server: WandbServer) -> None:
    with pytest.raises(UsageError, match="api_key is an empty string"):
        Api(api_key="")
    with pytest.raises(UsageError, match="api_key must be a string or None, got bytes") as refused:
        Api(api_key=cast("str", b"secret"))
    assert "secret" not in str(refused.value)


def test_paths_may_be_path_objects(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log")
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": b""})
    assert api.run(Path("crew/ship/log")) is api.run("crew/ship/log")
    assert api.artifact(Path("crew/ship/data:latest")).name == "data:v0"
    assert api.artifact_type("dataset", Path("crew/ship")).name == "dataset"


def test_ttl_must_be_a_timedelta(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": b""})
    artifact = api.artifact("crew/ship/data:latest")
    with pytest.raises(UsageError, match=r"timedelta, None or ArtifactTTL.INHERIT, got int"):
        artifact.ttl = cast("timedelta", 5)
    artifact.ttl = ArtifactTTL.INHERIT
    artifact.ttl = timedelta(days=1)
    assert artifact.ttl == timedelta(days=1)


def test_strings_become_files_of_the_embedded_server(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": "grün", "b.bin": b"b"})
    path = api.run("crew/ship/log").file("a.txt").save(tmp_path)
    assert path.read_text(encoding="utf-8") == "grün"
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": "grün"})
    assert api.artifact("crew/ship/data:v0").size == len("grün".encode())
    with pytest.raises(UsageError, match="file 'a.txt' must be bytes or a string, got int"):
        wandb_server.add_run("crew/ship/log", cast("dict[str, bytes]", {"a.txt": 5}))


def test_fault_of_an_unknown_kind_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="kind must be one of 'graphql', .*got 'storage_get'"):
        Fault(kind=cast("RequestKind", "storage_get"))


def test_unknown_attributes_cannot_be_assigned(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b""})
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": b""})
    run, artifact = api.run("crew/ship/log"), api.artifact("crew/ship/data:latest")
    things: list[object] = [
        api, api.client, api.viewer, api.project("ship", "crew"), run, run.files(), run.files()[0],
        run.logged_artifacts(), artifact, artifact.files(), artifact.manifest, artifact.collection,
        artifact.collection.artifacts(), api.artifact_types("crew/ship"),
        api.artifact_type("dataset", "crew/ship"), wandb_server, Fault(kind="graphql"),
        api.artifact_collections("crew/ship", "dataset"), run.files().download("all"),
    ]  # fmt: skip
    for thing in things:
        with pytest.raises((AttributeError, TypeError)):
            setattr(thing, "descripton", "text")  # noqa: B010
        assert not hasattr(thing, "descripton")
