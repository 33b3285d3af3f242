"""Record a response of the embedded server to every operation, and the classes that sent it."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType

import pytest
from pydantic import BaseModel

from tests.mirror.projects import log_system_metrics
from wbtyped import Api
from wbtyped.artifacts import ArtifactCollections, ProjectArtifactCollections
from wbtyped.codegen import find_names
from wbtyped.mirror import collect_runs, collect_versions
from wbtyped.server import Fault, WandbServer
from wbtyped.transport.api_requests import ApiResponse
from wbtyped.upload import part_sizes

RUN = "crew/ship/log"


class Body(BaseModel):
    data: dict[str, object] | None = None
    errors: list[object] | None = None


class Request(BaseModel):
    operationName: str  # noqa: N815 - the name on the wire
    variables: dict[str, object]


@dataclass
class RecordedResponse:
    """A response with the variables of its request.

    `callers` are the pairs of class and method on the stack, including base classes.
    """

    operation: str
    variables: dict[str, object]
    data: dict[str, object]
    callers: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


def callers() -> set[tuple[str, str]]:
    """Return the methods of this package that are running in any thread; downloads use several.

    The server runs in this process too, but sends nothing.
    """
    found: set[tuple[str, str]] = set()
    for top in sys._current_frames().values():  # pyright: ignore[reportPrivateUsage]
        frame: FrameType | None = top
        while frame:
            # A function is named by its package: `codegen.find_names`.
            package = frame.f_globals.get("__name__", "").split(".")[:2]
            if package[0] == "wbtyped" and package[1:] != ["server"]:
                found.add((package[-1], frame.f_code.co_name))
            me: object = frame.f_locals.get("self")
            module = type(me).__module__
            if module.startswith("wbtyped") and not module.startswith("wbtyped.server"):
                # A generator that a method returned has its name, with an underscore.
                method = frame.f_code.co_name.removeprefix("_")
                found |= {(kind.__name__, method) for kind in type(me).__mro__}
            frame = frame.f_back
    return found


@contextmanager
def recording(server: WandbServer, responses: list[RecordedResponse]) -> Generator[Api]:
    """Yield a client of a server and record the responses it gets."""
    with Api({"base_url": server.url}, api_key=server.api_key) as api:
        transport = api.client.transport
        post = transport.post

        def recorded_post(
            what: str, body: bytes, *, repeatable: bool, path: str | None = None
        ) -> ApiResponse:
            response = post(what, body, repeatable=repeatable, path=path)
            if path is not None:
                return response
            parsed = Body.model_validate_json(response.content)
            if parsed.data and not parsed.errors:
                sent = Request.model_validate_json(body)
                responses.append(
                    RecordedResponse(sent.operationName, sent.variables, parsed.data, callers())
                )
            return response

        transport.post = recorded_post  # type: ignore[method-assign]
        yield api


@cache
def recorded_responses() -> list[RecordedResponse]:
    """Return the responses to a tour of everything that the package can do."""
    found: list[RecordedResponse] = []
    with WandbServer() as server, recording(server, found) as api:
        seed(server)
        publish_with_own_run(server, api)
        for tour in TOURS:
            tour(api, server.data)
    with WandbServer(features=[]) as older, recording(older, found) as api:
        seed(older)
        api.artifact("crew/ship/data:v0")
        assert api.viewer.username  # `default_entity` loads it first elsewhere
    return found


def seed(server: WandbServer) -> None:
    for version in range(2):
        server.add_artifact(
            "crew/ship/data", "dataset", {"a.txt": f"{version}".encode()},
            aliases=[f"x{version}"], tags=["odd"], metadata={"step": version},
            logged_by=RUN, used_by=[RUN, "crew/ship/many"],
        )  # fmt: skip
    # More files than a page of runs has of each.
    many = {f"{number:03}.bin": "x" for number in range(250)}
    server.add_run("crew/ship/many", many)
    server.add_run(RUN, {"wandb-metadata.json": "{}"})
    log_system_metrics(server, RUN, [{"_timestamp": 1.0, "system.cpu": 2.0}])
    server.add_organization("fleet", "fleet-org", ["crew"])
    server.link_artifact("crew/ship/data:v0", "crew/ship/best", ["prod"])


def publish_with_own_run(server: WandbServer, api: Api) -> None:
    """Publish as if the server accepted no version without a run."""
    (server.data / "own.txt").write_text("own")
    refusal = Fault(
        kind="graphql", operation="CreateArtifact", times=1, status=400,
        body=b'{"errors": [{"message": "a run is required"}]}', content_type="application/json",
    )  # fmt: skip
    with server.faults.active(refusal), pytest.warns(UserWarning, match="without a run"):
        api.publish(server.data / "own.txt", "crew/ship/own", "dataset")


def read_runs(api: Api, folder: Path) -> None:
    assert api.default_entity
    assert api.viewer.username
    api.client.features()
    api.client.server_info()
    api.create_project("shop", "crew")
    api.project("ship", "crew")
    run = api.create_run(project="shop", entity="crew")
    (folder / "a.txt").write_text("hello")
    run.upload_file(folder / "a.txt", root=folder)
    [file] = run.files()
    run.files().download(folder / "run")
    run.file("a.txt")
    run.load()
    file.delete()


def list_runs(api: Api, folder: Path) -> None:
    assert list(api.projects("crew"))
    [run] = [run for run in api.project("ship", "crew").runs() if run.full_path == RUN]
    assert run.config == {}
    assert api.runs("crew/ship")[0].summary == {}
    assert list(api.runs("crew/ship", lazy=False))
    assert run.metadata == {}
    assert run.wait_until_finished() == "finished"
    assert run.last_history_step == -1
    assert run.history() == run.history(keys=["loss"]) == []
    other = api.create_run(project="shop", entity="crew")
    history = {"files": {"wandb-history.jsonl": {"content": ['{"_step": 0, "loss": 1}']}}}
    stream = f"/files/{other.full_path}/file_stream"
    api.client.transport.post("log", json.dumps(history).encode(), repeatable=True, path=stream)
    assert list(other.scan_history()) == [{"_step": 0, "loss": 1}]
    assert list(other.scan_history(["loss"])) == [{"_step": 0, "loss": 1}]
    other.stop()
    other.delete()


def read_artifacts(api: Api, folder: Path) -> None:
    assert [t.name for t in api.artifact_types("crew/ship")] == ["dataset"]
    assert api.from_path("crew/ship/data")
    assert find_names(api, "crew/ship").collections
    api.artifact_type("dataset", "crew/ship").load()
    assert list(ArtifactCollections(api.client, "crew", "ship", "dataset"))
    assert list(ProjectArtifactCollections(api.client, "crew", "ship"))
    for artifact in api.artifacts("dataset", "crew/ship/data"):
        assert list(artifact.files())
        assert artifact.manifest.entries
        artifact.download(folder / artifact.version)
        assert artifact.used_by()
        assert artifact.logged_by()
        artifact.load()
    assert api.artifact("crew/ship/data:v0").linked_artifacts
    assert list(api.run(RUN).logged_artifacts())
    assert list(api.run(RUN).used_artifacts())


def change_artifacts(api: Api, folder: Path) -> None:
    artifact = api.artifact("crew/ship/data:v1")
    artifact.description, artifact.aliases, artifact.tags = "new", ["best"], ["even"]
    artifact.save()
    artifact.link("wandb-registry-model/nets")
    api.artifact("wandb-registry-model/nets:latest")
    run = api.run(RUN)
    run.log_artifact(run.use_artifact(artifact))
    artifact.link("crew/ship/other").unlink()
    (folder / "new.txt").write_text("new")
    api.publish(folder / "new.txt", "crew/ship/new", "dataset")
    (folder / "more.txt").write_text("more")
    api.publish(folder / "more.txt", "crew/ship/new", "dataset", incremental=True)
    api.publish(folder / "new.txt", "crew/ship/fast", "dataset", digest_algorithm="XXH128")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(part_sizes, "MULTIPART_BYTES", 200_000)
        patched.setattr(part_sizes, "PART_BYTES", 100_000)
        (folder / "large.txt").write_text("large" * 50_000)
        api.publish(folder / "large.txt", "crew/ship/large", "dataset")


def read_registries(api: Api, folder: Path) -> None:
    registries = api.registries(filters={"created_at": {"$gt": "2020"}})
    [registry] = registries
    assert registry.artifact_types
    assert api.registry("model").allow_all_artifact_types
    assert list(registry.collections())
    assert list(registries.versions({"created_at": {"$gt": "2020"}}))
    registry.load()
    api.create_registry("fresh", "organization")


def look_at_storage(api: Api, folder: Path) -> None:
    for content in ("old", "newer"):
        (folder / "junk.txt").write_text(content)
        api.publish(folder / "junk.txt", "crew/ship/junk", "dataset")
    assert api.usage("crew/ship").distinct_size
    assert api.plan_prune_files("crew/ship", glob="*.bin").file_deletions
    plan = api.plan_prune("crew/ship/junk", keep_last=1)
    assert api.apply_plan(plan).deleted == ["crew/ship/junk:v0"]
    artifact = api.artifact("crew/ship/data:v0")
    assert artifact.lineage().nodes
    assert api.run(RUN).lineage().nodes
    artifact.files(["a.txt"]).download(folder / "named")


def mirror_and_restore(api: Api, folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        # So that lineage takes several pages.
        patched.setattr(collect_versions, "FIRST_LINEAGE", 1)
        patched.setattr(collect_runs, "FIRST_LINEAGE", 1)
        assert api.mirror("crew/ship", folder / "mirror").versions
    assert api.restore(folder / "mirror", "crew/copy", jobs=1).new_versions


def change_collections(api: Api, folder: Path) -> None:
    for name in ("best", "data"):
        collection = api.artifact_collection("dataset", f"crew/ship/{name}")
        collection.load()
        assert collection.aliases
        collection.description, collection.tags = "new", ["a"]
        collection.save()
        collection.tags = []
        collection.save()
    collection.type = "corpus"
    collection.save()
    api.artifact("crew/ship/data:v1").delete(delete_aliases=True)
    for kind, name in (("dataset", "best"), ("corpus", "data")):
        api.artifact_collection(kind, f"crew/ship/{name}").delete()


TOURS: list[Callable[[Api, Path], None]] = [
    read_runs,
    list_runs,
    read_artifacts,
    change_artifacts,
    look_at_storage,
    mirror_and_restore,
    read_registries,
    change_collections,
]
