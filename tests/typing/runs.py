"""Types of runs and projects. Only checked by mypy and pyright, never run."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import assert_type

from pydantic import JsonValue
from wbtyped_graphql.fragments import Creator

import wbtyped
from wbtyped import Api, Project, Projects, Run, Runs


def lists(api: Api, project: Project) -> None:
    filters = {"config.lr": {"$gt": 0.1}, "tags": "best"}
    runs = api.runs("entity/project", filters, "-created_at", 100, lazy=False)
    assert_type(runs, Runs)
    assert_type(wbtyped.Runs, type[Runs])
    assert_type(runs[0], Run)
    assert_type(runs[1:3], list[Run])
    assert_type(len(runs), int)
    assert_type(runs.pages(), Iterator[list[Run]])
    assert_type(project.runs(order="+summary_metrics.loss"), Runs)
    assert_type(api.projects(), Projects)
    assert_type(next(api.projects("entity")), Project)


async def later(api: Api) -> None:
    runs = await api.aruns("entity/project")
    assert_type(runs, Runs)
    async for run in runs:
        assert_type(run, Run)
        assert_type(await run.aconfig(), Mapping[str, JsonValue])
        assert_type(await run.ametadata(), Mapping[str, JsonValue] | None)
        assert_type(run.ascan_history(), AsyncIterator[dict[str, JsonValue]])
        assert_type(await run.files().ato_dicts(), list[dict[str, JsonValue]])
        assert_type(await run.await_until_finished(60), str)
    assert_type(await api.aprojects(), Projects)


def what_a_run_logged(run: Run) -> None:
    assert_type(run.config, Mapping[str, JsonValue])
    assert_type(run.summary["loss"], JsonValue)
    assert_type(run.metadata, Mapping[str, JsonValue] | None)
    assert_type(run.user, Creator | None)
    assert_type(run.group, str | None)
    assert_type(run.heartbeat_at, str | None)
    assert_type(run.history(keys=["loss"], samples=100), list[dict[str, JsonValue]])
    assert_type(run.to_dict(), dict[str, JsonValue])
    assert_type(run.files().to_dicts(), list[dict[str, JsonValue]])
    assert_type(run.scan_history(), Iterator[dict[str, JsonValue]])
    assert_type(run.last_history_step, int)
    assert_type(run.lastHistoryStep, int)
    run.config["lr"] = 0.1  # type: ignore[index] # pyright: ignore[reportIndexIssue] # ty: ignore[invalid-assignment]


def ends_of_a_run(run: Run) -> None:
    assert_type(run.wait_until_finished(timeout=60), str)
    run.finish(exit_code=1)
    run.delete(delete_artifacts=True)
    run.stop()
