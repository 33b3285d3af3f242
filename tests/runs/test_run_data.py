"""Config, summary and metadata of a run: plain values, read-only, loaded when needed."""

import copy
import json
import math
import pickle
from collections.abc import Callable

import pytest

from tests.run_logging import log_run
from wbtyped import Api, Run
from wbtyped.errors import NotFoundError, SchemaMismatchError
from wbtyped.runs.read_only import ReadOnlyObject
from wbtyped.runs.run_data import read_config, read_summary
from wbtyped.server import WandbServer

RUN = "crew/ship/log"


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    log_run(
        wandb_server, RUN, config={"lr": 0.1, "opt": {"name": "adam"}, "_wandb": {"t": 1}},
        summary={"loss": 0.5}, groupName="g", jobType="train", notes="n", tags=["x"],
    )  # fmt: skip
    return wandb_server


def test_run_by_path_comes_with_config_and_summary(server: WandbServer, api: Api) -> None:
    run = api.run(RUN)
    server.requests.clear()
    assert run.config == {"lr": 0.1, "opt": {"name": "adam"}}
    assert run.summary == {"loss": 0.5}
    assert len(server.requests) == 0


async def test_listed_run_loads_them_once_on_first_access(server: WandbServer, api: Api) -> None:
    first, second = api.runs("crew/ship")[0], api.runs("crew/ship")[0]
    server.requests.clear()
    assert (first.config["lr"], first.summary["loss"], first.config["lr"]) == (0.1, 0.5, 0.1)
    assert server.requests.operations() == ["GetRunData"]
    assert (await second.aconfig(), await second.asummary()) == (first.config, first.summary)
    assert server.requests.operations() == ["GetRunData"] * 2
    await api.aclose()


def test_load_forgets_config_and_summary(server: WandbServer, api: Api) -> None:
    run = api.run(RUN)
    assert run.config["lr"] == 0.1
    log_run(server, RUN, config={"lr": 0.2}, summary={"loss": 0.1})
    run.load()
    assert (run.config, run.summary) == ({"lr": 0.2}, {"loss": 0.1})


def test_properties_are_those_that_were_logged(server: WandbServer, api: Api) -> None:
    for run in (api.run(RUN), api.runs("crew/ship")[0]):
        assert (run.group, run.job_type, run.notes, run.tags) == ("g", "train", "n", ["x"])
        assert run.user is not None
        assert (run.user.username, run.user.name) == ("me", "me")
        assert run.storage_id == run.attrs.id
        assert run.display_name == run.displayName == run.name
        assert (run.jobType, run.createdAt) == (run.job_type, run.created_at)
        assert run.heartbeat_at is not None
        assert run.heartbeat_at.endswith("Z")
        assert (run.commit, run.sweep_name) == (None, None)


def test_data_of_a_run_that_is_gone_names_it(server: WandbServer, api: Api) -> None:
    gone = Run(api.client, "crew", "ship", "gone", api.runs("crew/ship")[0].attrs)
    reads: list[Callable[[], object]] = [
        lambda: gone.config, lambda: gone.summary, lambda: gone.metadata
    ]  # fmt: skip
    for read in reads:
        with pytest.raises(NotFoundError, match="run crew/ship/gone does not exist"):
            read()


async def test_metadata_is_the_file_of_the_run(server: WandbServer, api: Api) -> None:
    without = api.run(RUN)
    assert without.metadata is None
    server.requests.clear()
    assert without.metadata is None
    assert len(server.requests) == 0, "looked for once"
    api.flush()
    server.add_run(RUN, {"wandb-metadata.json": json.dumps({"os": "Linux", "gpu": None})})
    run = api.run(RUN)
    assert run.metadata == {"os": "Linux", "gpu": None}
    server.requests.clear()
    assert await run.ametadata() == run.metadata
    assert len(server.requests) == 0, "loaded once"
    api.flush()
    assert await (await api.arun(RUN)).ametadata() == run.metadata
    await api.aclose()


def test_metadata_that_is_no_object_is_refused(server: WandbServer, api: Api) -> None:
    server.add_run(RUN, {"wandb-metadata.json": "[1]"})
    with pytest.raises(SchemaMismatchError, match=r"'wandb-metadata\.json' of run crew/ship/log"):
        _ = api.run(RUN).metadata


def test_config_is_unwrapped_like_the_official_clients() -> None:
    stored = {"a": {"value": 1, "desc": None}, "b": {"x": 1}, "c": 2, "_wandb": {}}
    assert read_config(json.dumps(stored | {"wandb_version": 1}), "r") == {
        "a": 1,
        "b": {"x": 1},
        "c": 2,
    }
    assert (read_config(None, "r"), read_summary("", "r")) == ({}, {})


def test_numbers_that_json_lacks_become_floats() -> None:
    summary = read_summary('{"a": NaN, "b": -Infinity}', "r")
    lost = summary["a"]
    assert isinstance(lost, float)
    assert math.isnan(lost)
    assert summary["b"] == -math.inf


@pytest.mark.parametrize("text", ["[]", "1", "{", '"a"', "[" * 100_000])
def test_config_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(SchemaMismatchError, match="the config of run a/b/c is"):
        read_config(text, "a/b/c")


def test_read_only_object_refuses_every_change() -> None:
    values = ReadOnlyObject({"a": 1})
    for change in (
        "values['b'] = 1", "del values['a']", "values.update(b=1)", "values.pop('a')",
        "values.popitem()", "values.clear()", "values.setdefault('b', 1)", "values |= {'b': 1}",
    ):  # fmt: skip
        with pytest.raises(TypeError, match=r"read-only; edit a copy, dict\(\.\.\.\)"):
            exec(change, {"values": values})
    assert values == {"a": 1}


def test_read_only_object_is_copied_and_written_like_a_dict() -> None:
    values = ReadOnlyObject({"a": [1]})
    assert json.dumps(values) == '{"a": [1]}'
    assert {**values, "b": 2} == {"a": [1], "b": 2}
    for copied in (pickle.loads(pickle.dumps(values)), copy.copy(values), copy.deepcopy(values)):
        assert copied == values
        assert type(copied) is ReadOnlyObject
    edited = dict(values)
    edited["b"] = 1
    assert values == {"a": [1]}
    assert getattr(values, "_json_dict") == {"a": [1]}  # noqa: B009 - scripts read it


def test_pickled_run_keeps_what_it_loaded(server: WandbServer, api: Api) -> None:
    run = api.runs("crew/ship")[0]
    assert run.config["lr"] == 0.1
    server.requests.clear()
    again = pickle.loads(pickle.dumps(run))
    assert (again.config, again.summary) == (run.config, run.summary)
    assert len(server.requests) == 0
