"""The projects of an entity."""

import pytest

from tests.transport.memory_sender import MemoryClient
from wbtyped import Api, Project, Projects
from wbtyped.errors import NotFoundError, UsageError
from wbtyped.server import WandbServer


async def test_projects_of_an_entity_are_listed_in_pages(
    wandb_server: WandbServer, api: Api
) -> None:
    for name in ("boat", "raft", "ship"):
        wandb_server.add_run(f"crew/{name}/log")
    projects = api.projects("crew", per_page=2)
    assert [project.full_path for project in projects] == ["crew/boat", "crew/raft", "crew/ship"]
    assert (projects.length, repr(projects)) == (None, "<Projects crew>")
    assert type(projects[0]) is Project
    assert wandb_server.requests.operations() == ["Projects"] * 2
    found = await api.aprojects("crew")
    assert [project.name async for project in found] == ["boat", "raft", "ship"]
    await api.aclose()


def test_projects_are_those_of_the_default_entity(wandb_server: WandbServer, api: Api) -> None:
    wandb_server.add_run("me/own/log")
    wandb_server.add_run("crew/ship/log")
    [project] = api.projects()
    assert project.full_path == "me/own"
    assert project.created_at.endswith("Z")
    with Api(entity="crew") as other:
        assert [project.name for project in other.projects()] == ["ship"]


def test_projects_of_no_entity_name_it() -> None:
    client = MemoryClient(lambda _: {"models": None})
    with pytest.raises(NotFoundError, match="entity nobody does not exist") as missing:
        list(Projects(client, "nobody"))
    assert missing.value.missing == "entity"


@pytest.mark.parametrize("arguments", [{"entity": 1}, {"per_page": 0}, {"start": 1}])
async def test_wrong_arguments_are_found_before_a_request(
    wandb_server: WandbServer, api: Api, arguments: dict[str, object]
) -> None:
    [name] = arguments
    with pytest.raises(UsageError, match=name):
        api.projects(**arguments)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=name):
        await api.aprojects(**arguments)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert len(wandb_server.requests) == 0
