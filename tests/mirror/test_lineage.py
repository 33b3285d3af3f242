"""The lineage of a mirror is whole, however many pages it has on the server."""

from pathlib import Path

import pytest

from tests.mirror.projects import lines
from wbtyped import Api
from wbtyped.errors import SchemaMismatchError
from wbtyped.mirror import collect_runs, collect_versions, lineage_pages
from wbtyped.server import Fault, WandbServer

READERS = [f"me/p/r{number:02}" for number in range(7)]


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (collect_runs, collect_versions):
        monkeypatch.setattr(module, "FIRST_LINEAGE", 1)
    monkeypatch.setattr(lineage_pages, "LINEAGE_PER_PAGE", 2)


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    """One version with many users, and a run that used and logged many of its own and others."""
    for reader in READERS:
        wandb_server.add_run(reader)
    for number in range(5):
        wandb_server.add_artifact(
            "me/p/data", "dataset", {"x": f"{number}"}, used_by=READERS, logged_by="me/p/maker"
        )
        wandb_server.add_artifact("me/q/far", "dataset", {"x": f"{number}"}, used_by=["me/p/r00"])
    with Api({"base_url": wandb_server.url}, api_key=wandb_server.api_key) as api:
        for version in api.artifacts("dataset", "me/p/data"):
            api.run("me/p/r01").log_artifact(version)
    return wandb_server


def names(versions: object) -> list[str]:
    from wbtyped.artifacts import RunArtifacts

    assert isinstance(versions, RunArtifacts)
    return sorted(version.qualified_name for version in versions)


def check_lineage(api: Api, entity: str = "me") -> None:
    own = [f"{entity}/p/data:v{number}" for number in range(5)]
    for version in api.artifacts("dataset", f"{entity}/p/data"):
        users = sorted(run.full_path for run in version.used_by())
        assert users == [reader.replace("me/", f"{entity}/", 1) for reader in READERS]
    assert names(api.run(f"{entity}/p/maker").logged_artifacts()) == own
    assert [n for n in names(api.run(f"{entity}/p/r01").logged_artifacts()) if "/p/" in n] == own
    assert [n for n in names(api.run(f"{entity}/p/r00").used_artifacts()) if "/p/" in n] == own


@pytest.mark.usefixtures("small_pages")
def test_lineage_of_many_pages_is_mirrored_served_and_restored(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    assert api.mirror("me/p", tmp_path / "p").ok
    far = [f"me/q/far:v{number}" for number in range(5)]
    runs = {run["name"]: run for run in lines(tmp_path / "p", "runs.jsonl")}
    assert (runs["r00"]["used_elsewhere"], runs["r02"]["used_elsewhere"]) == (far, [])
    assert not runs["r01"]["has_more_logged"]
    for version in lines(tmp_path / "p", "versions.jsonl"):
        assert (version["used_by"], version["has_more_users"]) == (READERS, False)
    with WandbServer(mirrors=[tmp_path / "p"]) as served:
        with Api({"base_url": served.url}, api_key=served.api_key) as read:
            check_lineage(read)
    with WandbServer() as other, Api({"base_url": other.url}, api_key=other.api_key) as other_api:
        report = other_api.restore(tmp_path / "p", "crew/p")
        assert report.ok
        check_lineage(other_api, "crew")
        assert report.left_out[1:] == ["that runs used 5 versions of other projects"]
        other.requests.clear()
        assert other_api.restore(tmp_path / "p", "crew/p").ok
        assert not {"UseArtifact", "LogArtifact"} & set(other.requests.operations())


@pytest.mark.usefixtures("small_pages")
def test_lineage_between_two_mirrors_is_served(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    assert api.mirror("me/p", tmp_path / "p").ok
    assert api.mirror("me/q", tmp_path / "q").ok
    with WandbServer(mirrors=[tmp_path / "p", tmp_path / "q"]) as served:
        with Api({"base_url": served.url}, api_key=served.api_key) as read:
            for name in ("r00", "r01"):
                shown, first = read.run(f"me/p/{name}"), api.run(f"me/p/{name}")
                assert names(shown.used_artifacts()) == names(first.used_artifacts())
                assert names(shown.logged_artifacts()) == names(first.logged_artifacts())


def test_more_users_than_a_page_has_are_mirrored(
    wandb_server: WandbServer, api: Api, tmp_path: Path
) -> None:
    users = [f"me/p/r{number:04}" for number in range(1250)]
    wandb_server.add_artifact("me/p/data", "dataset", {"x": "1"}, used_by=users)
    assert api.mirror("me/p", tmp_path).ok
    assert lines(tmp_path, "versions.jsonl")[0]["used_by"] == users
    assert wandb_server.requests.operations().count("MirroredUsers") == 2
    assert len(api.artifact("me/p/data:v0").used_by()) == 1250


@pytest.mark.usefixtures("small_pages")
def test_lineage_that_cannot_be_read_is_reported_and_read_the_next_time(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    users, versions = (
        Fault(kind="graphql", operation=operation, status=400, times=1)
        for operation in ("MirroredUsers", "MirroredRunVersions")
    )
    with server.fault(users), server.fault(versions):
        report = api.mirror("me/p", tmp_path)
    assert len(report.failed) == 2
    assert {path.partition(" of ")[0] for path, _ in report.failed} == {"users", "lineage"}
    assert sum(bool(v["has_more_users"]) for v in lines(tmp_path, "versions.jsonl")) == 1
    assert api.mirror("me/p", tmp_path).ok
    assert not any(v["has_more_users"] for v in lines(tmp_path, "versions.jsonl"))
    assert not any(run["has_more_logged"] for run in lines(tmp_path, "runs.jsonl"))


@pytest.mark.usefixtures("small_pages")
def test_dry_run_reads_no_further_pages(server: WandbServer, api: Api, tmp_path: Path) -> None:
    assert api.mirror("me/p", tmp_path / "m", dry_run=True).ok
    assert not {"MirroredUsers", "MirroredRunVersions"} & set(server.requests.operations())


def test_users_whose_pages_repeat_are_an_error(
    server: WandbServer, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wbtyped.server.resolvers import lineage
    from wbtyped.server.resolvers.pagination import connection

    def endless(*_: object, **__: object) -> object:
        repeated = {"pageInfo": {"hasNextPage": True, "endCursor": "x"}}
        return connection([], [], has_next=True) | repeated

    monkeypatch.setattr(lineage, "counted_page", endless)
    with pytest.raises(SchemaMismatchError, match="would never end"):
        api.artifact("me/p/data:v0").used_by()
