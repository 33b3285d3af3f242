"""The entry point: paths, defaults, runs, projects and the account."""

import asyncio
import re

import pytest

from wbtyped import Api, Run
from wbtyped.errors import NotFoundError, OfflineError, UsageError
from wbtyped.server import WandbServer


def test_api_creation_sends_nothing(wandb_server: WandbServer) -> None:
    with Api() as api:
        assert repr(api) == f"<Api {wandb_server.url}>"
        assert api.client.app_url == f"{wandb_server.url}/"
    assert len(wandb_server.requests) == 0


def test_viewer_is_requested_once(wandb_server: WandbServer, api: Api) -> None:
    assert (api.viewer.username, api.viewer.entity, api.viewer.admin) == ("me", "me", True)
    assert (api.viewer.name, api.viewer.teams, api.viewer.email) == ("me", ["me"], "me@localhost")
    assert api.viewer.id == api.viewer.attrs.id
    assert api.default_entity == "me"
    assert wandb_server.requests.operations() == ["GetViewer"], "asked once"


def test_default_entity_of_settings_sends_nothing(wandb_server: WandbServer) -> None:
    with Api({"entity": "crew"}) as api:
        assert api.default_entity == "crew"
    assert len(wandb_server.requests) == 0


@pytest.mark.parametrize(
    ("path", "entity"),
    [("me/ship/log", "me"), ("ship/log", "me"), ("log", "me"), ("crew/ship:log", "crew")],
)
async def test_run_of_any_path_form_is_loaded_once(
    wandb_server: WandbServer, path: str, entity: str
) -> None:
    wandb_server.add_run(f"{entity}/ship/log", files={"a": b"x"})
    with Api({"project": "ship"}) as api:
        run = api.run(path)
        assert run.full_path == f"{entity}/ship/log"
        assert api.run(path) is run
        api.flush()
        assert api.run(path) is not run
        api.flush()
        assert (await api.arun(path)).attrs == run.attrs
        await api.aclose()


def test_run_properties_match_the_node(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("cr ew/ship/log")
    run = api.run("cr ew/ship/log")
    assert (run.entity, run.project, run.id, run.state) == ("cr ew", "ship", "log", "finished")
    assert run.path == ["cr%20ew", "ship", "log"]
    assert run.url == f"{wandb_server.url}/cr%20ew/ship/runs/log"
    assert run.name == run.attrs.display_name
    assert run.tags == []
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", run.created_at)
    assert run.project_internal_id == int(run.attrs.project_id)
    assert repr(run) == "<Run cr ew/ship/log (finished)>"


def test_run_without_attrs_loads_itself(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log")
    run = Run(api.client, "crew", "ship", "log")
    wire = run.attrs.model_dump(by_alias=True)
    rebuilt = Run(api.client, "crew", "ship", "log", wire)
    wandb_server.requests.clear()
    assert rebuilt.attrs.created_at == run.attrs.created_at
    assert rebuilt.config == run.config
    assert len(wandb_server.requests) == 0, "the mapping contained all of it"
    with pytest.raises(UsageError, match="attrs of a Run.*projectId"):
        Run(api.client, "crew", "ship", "log", {k: wire[k] for k in wire if k != "projectId"})


async def test_run_load_updates_attrs(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("crew/ship/log")
    run = api.run("crew/ship/log")
    other = api.create_run("log", "ship", "crew")
    assert (run.state, other.state) == ("finished", "running")
    run.load()
    assert run.state == "running"
    other.finish()
    await run.aload()
    assert run.state == "finished"
    await api.aclose()


@pytest.mark.parametrize(
    ("path", "missing", "says"),
    [
        ("crew/nowhere/log", "project", "project crew/nowhere does not exist"),
        ("crew/ship/gone", "run", "run crew/ship/gone does not exist"),
    ],
)
async def test_run_missing_names_the_missing_part(
    wandb_server: WandbServer, api: Api, path: str, missing: str, says: str
) -> None:
    wandb_server.add_run("crew/ship/log")
    for error in (NotFoundError, LookupError):
        with pytest.raises(error, match=says):
            api.run(path)
    with pytest.raises(NotFoundError, match=says) as failed:
        await api.arun(path)
    assert (failed.value.path, failed.value.missing) == (path, missing)
    await api.aclose()


async def test_offline_api_names_what_it_cannot_load() -> None:
    with Api({"entity": "crew"}, offline=True) as api:
        with pytest.raises(OfflineError) as refused:
            api.run("crew/ship/log")
        expected = "cannot load run crew/ship/log while offline; only cached artifacts work offline"
        assert str(refused.value) == expected
        with pytest.raises(OfflineError, match="cannot load run crew/ship/log while offline"):
            await api.arun("crew/ship/log")
        with pytest.raises(OfflineError, match="cannot load project crew/ship while offline"):
            api.project("ship")
        with pytest.raises(OfflineError, match="cannot load the account of the API key while off"):
            api.viewer  # noqa: B018


@pytest.mark.parametrize("path", ["", "a/b/c/d", "run-without-project", "a//b"])
def test_run_with_a_malformed_path_sends_nothing(wandb_server: WandbServer, path: str) -> None:
    with Api({"entity": "crew"}) as api, pytest.raises(UsageError):
        api.run(path)
    assert len(wandb_server.requests) == 0


def test_create_run_returns_a_new_or_existing_run(wandb_server: WandbServer, api: Api) -> None:
    run = api.create_run(project="ship")
    assert re.fullmatch(r"me/ship/[a-z0-9]{8}", run.full_path)
    assert run.state == "running"
    assert api.run(run.full_path).attrs.id == run.attrs.id
    again = api.create_run(run.id, "ship", "me")
    assert again.attrs.id == run.attrs.id
    assert api.create_run().project == "uncategorized"
    with pytest.raises(UsageError):
        api.create_run("a/b", "ship")
    with pytest.raises(UsageError):
        api.create_run("a", "sh?p")


def test_project_is_created_and_loaded(wandb_server: WandbServer, api: Api) -> None:
    with pytest.raises(NotFoundError, match="project me/ship does not exist"):
        api.project("ship")
    made = api.create_project("ship")
    found = api.project("ship", "me")
    assert found.attrs == made.attrs
    assert (found.full_path, found.id) == ("me/ship", made.id)
    assert found.path == ["me", "ship"]
    assert found.url == f"{wandb_server.url}/me/ship"
    assert found.description is None
    assert repr(found) == "<Project me/ship>"
    assert api.create_project("ship").id == made.id


@pytest.mark.parametrize("name", ["", "a/b", "a?b", "x" * 129])
def test_project_with_an_invalid_name_sends_nothing(
    wandb_server: WandbServer, api: Api, name: str
) -> None:
    for call in (api.project, api.create_project):
        with pytest.raises(UsageError):
            call(name)
    assert len(wandb_server.requests) == 0


def test_api_async_methods_match_the_synchronous_ones(wandb_server: WandbServer) -> None:
    async def main() -> None:
        async with Api() as api:
            assert (await api.aviewer()).username == "me"
            assert await api.adefault_entity() == "me"
            made = await api.acreate_project("ship")
            assert (await api.aproject("ship")).attrs == made.attrs
            run = await api.acreate_run(project="ship")
            assert (await api.arun(f"ship/{run.id}")).full_path == run.full_path

    asyncio.run(main())
