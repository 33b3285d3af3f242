"""Lists of runs: pages, counts, what is loaded with them."""

import pytest

from tests.run_logging import log_run
from wbtyped import Api, Run, Runs
from wbtyped.errors import NotFoundError, UsageError
from wbtyped.server import WandbServer

NAMES = [f"run-{number}" for number in range(5)]


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    for number, name in enumerate(NAMES):
        log_run(
            wandb_server, f"crew/ship/{name}", config={"lr": number / 10},
            summary={"loss": 1 / (number + 1)}, exit_code=number % 2,
        )  # fmt: skip
    return wandb_server


@pytest.mark.parametrize("path", ["crew/ship", "ship", None])
async def test_runs_of_a_project_are_listed_in_pages(server: WandbServer, path: str | None) -> None:
    with Api(entity="crew", project="ship") as api:
        server.requests.clear()
        runs = api.runs(path, per_page=2)
        assert len(server.requests) == 0, "nothing is requested until the list is read"
        assert [run.id for run in runs] == NAMES
        assert len(runs) == 5
        assert server.requests.operations() == ["Runs"] * 3
        found = await api.aruns(path, per_page=2)
        assert [run.id async for run in found] == NAMES
        await api.aclose()


def test_runs_are_the_public_class_with_full_paths(server: WandbServer, api: Api) -> None:
    runs = api.runs("crew/ship")
    assert repr(runs) == "<Runs crew/ship>"
    assert type(runs[0]) is Run
    assert runs[0].full_path == "crew/ship/run-0"
    assert [run.state for run in runs[:2]] == ["finished", "failed"]
    assert isinstance(api.project("ship", "crew").runs(), Runs)


def test_runs_in_reverse_order(server: WandbServer, api: Api) -> None:
    assert [run.id for run in api.runs("crew/ship", order="-created_at")] == NAMES[::-1]
    project = api.project("ship", "crew")
    assert [run.id for run in project.runs(order="-created_at")] == NAMES[::-1]


def test_runs_with_data_need_no_request_of_their_own(server: WandbServer, api: Api) -> None:
    runs = api.runs("crew/ship", per_page=3, lazy=False)
    server.requests.clear()
    table = [(run.config["lr"], run.summary["loss"]) for run in runs]
    assert table == [(number / 10, 1 / (number + 1)) for number in range(5)]
    assert server.requests.operations() == ["RunsWithData"] * 2


def test_runs_continue_after_a_cursor(server: WandbServer, api: Api) -> None:
    runs = api.runs("crew/ship", per_page=2)
    assert runs[0].id == "run-0"
    assert [run.id for run in api.runs("crew/ship", start=runs.cursor)] == NAMES[2:]


def test_runs_of_a_missing_project_name_it(server: WandbServer, api: Api) -> None:
    for read in (lambda: [*api.runs("crew/none")], lambda: len(api.runs("crew/none"))):
        with pytest.raises(NotFoundError, match="project crew/none does not exist") as missing:
            read()
        assert (missing.value.path, missing.value.missing) == ("crew/none", "project")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"filters": {"lr": 1}}, "not a field of runs"),
        ({"order": "loss"}, "not a field of runs"),
        ({"per_page": 0}, "per_page"),
        ({"lazy": 1}, "lazy"),
        ({"start": 1}, "start"),
    ],
)
async def test_wrong_arguments_are_found_before_a_request(
    wandb_server: WandbServer, api: Api, arguments: dict[str, object], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        api.runs("ship", **arguments)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=says):
        await api.aruns("ship", **arguments)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    with pytest.raises(UsageError, match=says):
        Runs(api.client, "crew", "ship", **arguments)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    assert len(wandb_server.requests) == 0
