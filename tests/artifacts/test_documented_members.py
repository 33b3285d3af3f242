"""Members of artifacts that scripts for the official client use, besides edits and downloads."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import wandb

from tests.transport.memory_sender import MemoryClient
from wbtyped import Api, Artifact, ArtifactTTL
from wbtyped.artifacts import artifact as artifact_module
from wbtyped.download.schedule import Schedule
from wbtyped.errors import UsageError, WaitTimeoutError
from wbtyped.server import WandbServer

RUN = "crew/ship/log"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    wandb_server.add_run(RUN)
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": "one", "b/c.txt": "two"})
    wandb_server.add_artifact("crew/ship/net", "model", {"net.bin": b"net"})
    return wandb_server


async def test_use_artifact_shows_in_both_directions(server: WandbServer) -> None:
    async with Api() as api:
        run, data = api.run(RUN), api.artifact("crew/ship/data:v0")
        assert run.use_artifact(data) is data
        assert await run.ause_artifact(api.artifact("crew/ship/net"), use_as="start") is not None
        assert [used.name for used in run.used_artifacts()] == ["data:v0", "net:v0"]
        assert [user.id for user in data.used_by()] == [run.id]
        sent = [r.variables or {} for r in server.requests if r.operation_name == "UseArtifact"]
        assert [variables["usedAs"] for variables in sent] == ["data:v0", "start"]


def test_use_artifact_on_an_older_server_leaves_out_the_place() -> None:
    with WandbServer(features=[]) as server:
        server.add_run(RUN)
        server.add_artifact("crew/ship/data", "dataset", {"a.txt": "one"})
        with Api(base_url=server.url, api_key=server.api_key) as api:
            api.run(RUN).use_artifact(api.artifact("crew/ship/data:v0"))
        [sent] = [r for r in server.requests if r.operation_name == "UseArtifact"]
        assert "artifactEntity" not in (sent.variables or {})
        assert "artifactEntity" not in sent.document


async def test_log_artifact_logs_a_version_that_exists(server: WandbServer) -> None:
    server.add_artifact("crew/ship/data", "dataset", {"a.txt": "three"})
    async with Api() as api:
        run, first = api.run(RUN), api.artifact("crew/ship/data:v0")
        run.log_artifact(first, aliases=["best"], tags="checked")
        await run.alog_artifact(first)
        assert [logged.name for logged in run.logged_artifacts()] == ["data:v0"]
        first.load()
        assert "best" in first.aliases
        assert first.tags == ["checked"]


def test_log_artifact_of_another_project_raises_usage_error(server: WandbServer) -> None:
    server.add_artifact("crew/dock/data", "dataset", {"a.txt": "one"})
    with Api() as api:
        run = api.run(RUN)
        with pytest.raises(UsageError, match="run crew/ship/log cannot log crew/dock/data:v0"):
            run.log_artifact(api.artifact("crew/dock/data:v0"))
        for method in (run.log_artifact, run.use_artifact):
            with pytest.raises(UsageError, match=r"a draft or a path, got int"):
                method(5)  # type: ignore[arg-type] # pyright: ignore


async def test_logged_version_is_no_draft_and_needs_no_waiting(server: WandbServer) -> None:
    async with Api() as api:
        artifact = api.artifact("crew/ship/data:v0")
        server.requests.clear()
        assert artifact.wait() is artifact
        assert await artifact.await_(timeout=1) is artifact
        assert artifact.is_draft() is False
        assert artifact.use_as is None
        assert list(server.requests) == []


def pending(artifact: Artifact) -> Artifact:
    """Return a version as it was before its upload had ended."""
    state = type(artifact.attrs.state)("PENDING")
    node = artifact.attrs.model_copy(update={"state": state})
    return Artifact(artifact.client, artifact.location, node)


async def test_wait_returns_when_the_upload_has_ended(
    server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_module, "POLL_SECONDS", 0.01)
    async with Api() as api:
        waiting = pending(api.artifact("crew/ship/data:v0"))
        assert waiting.is_draft()
        with pytest.raises(UsageError, match="still being uploaded; wait for it first"):
            api.run(RUN).use_artifact(waiting)
        assert waiting.wait(timeout=60).state == "COMMITTED"
        assert (await pending(waiting).await_()).is_draft() is False


def test_wait_for_an_upload_that_does_not_end_raises(
    server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artifact_module, "POLL_SECONDS", 0.01)
    with Api() as api:
        found = pending(api.artifact("crew/ship/data:v0"))
    node = found.attrs.model_dump(mode="json", by_alias=True)
    stuck = Artifact(MemoryClient(lambda _: {"artifact": node}), found.location, found.attrs)
    with pytest.raises(WaitTimeoutError, match=r"upload of crew/ship/data:v0 .* 0.05 seconds"):
        stuck.wait(timeout=0.05)


def test_json_encode_is_that_of_the_official_client(server: WandbServer) -> None:
    with Api() as api:
        official = wandb.Api().artifact("crew/ship/data:v0")
        assert api.artifact("crew/ship/data:v0").json_encode() == official.json_encode()


@pytest.mark.filterwarnings("default")
def test_deprecated_names_warn_and_work(server: WandbServer) -> None:
    with Api() as api:
        with pytest.warns(DeprecationWarning, match="use artifacts"):
            versions = api.artifact_versions("dataset", "crew/ship/data", per_page=1)
        [artifact] = versions
        with pytest.warns(DeprecationWarning, match="use get_entry"):
            entry = artifact.get_path("b/c.txt")
        with pytest.warns(DeprecationWarning, match="use path"):
            assert entry.name == entry.path == "b/c.txt"


@pytest.mark.parametrize("inherit", [ArtifactTTL.INHERIT, wandb.ArtifactTTL.INHERIT])
def test_ttl_takes_inherit_of_either_client(server: WandbServer, inherit: ArtifactTTL) -> None:
    with Api() as api:
        artifact = api.artifact("crew/ship/data:v0")
        artifact.ttl = timedelta(days=1)
        artifact.save()
        artifact.ttl = inherit
        artifact.save()
        assert api.artifact("crew/ship/data:v0").ttl is None
        assert artifact.attrs.ttl_is_inherited


def test_project_lists_types_and_collections(server: WandbServer) -> None:
    with Api() as api:
        project = api.project("ship", "crew")
        assert [kind.name for kind in project.artifacts_types(per_page=1)] == ["dataset", "model"]
        assert [c.name for c in project.collections(order="name", per_page=1)] == ["data", "net"]
        [net] = project.collections({"name": "net"})
        assert (net.project_id, net.project_internal_id) == (
            project.id, project.attrs.internal_id,
        )  # fmt: skip


def test_skip_cache_neither_uses_the_cache_nor_adds_to_it(
    server: WandbServer, tmp_path: Path
) -> None:
    def stored() -> int:
        return sum(path.is_file() for path in (tmp_path / "cache").rglob("*"))

    with Api(cache=tmp_path / "cache") as api:
        artifact = api.artifact("crew/ship/data:v0")
        artifact.download(tmp_path / "1", skip_cache=True)
        artifact.get_entry("a.txt").download(tmp_path / "2", skip_cache=True)
        assert stored() == 0
        artifact.download(tmp_path / "3")
        assert stored() > 0
        server.requests.clear()
        artifact.download(tmp_path / "4", skip_cache=True)
        assert any(request.operation_name == "ArtifactFileAddresses" for request in server.requests)
        with pytest.raises(UsageError, match="not both"):
            artifact.download(skip_cache=True, cache=True)
        with pytest.raises(UsageError, match="multipart must be True or False"):
            artifact.download(multipart="no")  # type: ignore[arg-type] # pyright: ignore


@pytest.mark.parametrize("multipart", [True, False, None])
def test_multipart_decides_whether_a_file_may_be_split(
    server: WandbServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, multipart: bool | None
) -> None:
    asked: list[object] = []
    original: Callable[[Schedule], None] = Schedule.split_slow

    def split_slow(schedule: Schedule) -> None:
        asked.append(schedule)
        original(schedule)

    monkeypatch.setattr(Schedule, "split_slow", split_slow)
    with Api() as api:
        api.artifact("crew/ship/data:v0").download(tmp_path, multipart=multipart)
    assert bool(asked) is (multipart is not False)
    assert (tmp_path / "b" / "c.txt").read_text() == "two"
