"""Histories as Parquet files, which the server writes for runs that have ended."""

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from importlib import import_module
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, TypeAdapter

from tests.run_logging import log_run
from wbtyped.server import WandbServer, history_exports, parquet, time_limit

from .conftest import Ask

pytest.importorskip("pyarrow")
RUN = "crew/ship/log"
HISTORY = """
query History($keys: [String!]!) { project(name: "ship", entityName: "crew") {
  run(name: "log") { parquetHistory(liveKeys: $keys) { parquetUrls liveData } }
} }
"""
_rows = TypeAdapter(list[dict[str, JsonValue]])


def read_rows(content: bytes) -> list[dict[str, JsonValue]]:
    """Return the rows of a Parquet file, without what is null."""
    table = import_module("pyarrow.parquet").read_table(BytesIO(content))
    rows = _rows.validate_python(table.to_pylist())
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


def history(ask: Ask, *keys: str) -> tuple[list[bytes], list[dict[str, JsonValue]]]:
    """Return the files and the live rows of the run."""
    answer = ask(HISTORY, keys=keys or ["_step"]).json()["data"]["project"]["run"]["parquetHistory"]
    files = [httpx.get(url).raise_for_status().content for url in answer["parquetUrls"]]
    return files, _rows.validate_python(answer["liveData"])


def log(server: WandbServer, *steps: dict[str, JsonValue], offset: int = 0) -> None:
    """Log steps over the wire and end the run."""
    lines = {"offset": offset, "content": [json.dumps(step) for step in steps]}
    body = {"files": {"wandb-history.jsonl": lines}, "complete": True, "exitcode": 0}
    url = f"{server.url}/files/{RUN}/file_stream"
    httpx.post(url, json=body, auth=("api", server.api_key)).raise_for_status()


def test_ended_run_has_its_history_in_a_file(wandb_server: WandbServer, ask: Ask) -> None:
    steps: list[dict[str, JsonValue]] = [{"loss": 0.5, "ok": True}, {"loss": 2, "word": "x"}]
    wandb_server.add_run(RUN, history=steps)
    [file], live = history(ask)
    assert read_rows(file) == [{"_step": n, **step} for n, step in enumerate(steps)]
    assert live == []


def test_running_run_has_only_live_rows(wandb_server: WandbServer, ask: Ask) -> None:
    log_run(wandb_server, RUN, history=[{"loss": 1, "deep": {"er": 2}}, {}], exit_code=None)
    assert history(ask, "_step", "deep.er") == ([], [{"_step": 0, "deep.er": 2}, {"_step": 1}])


def test_run_without_history_has_neither(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run(RUN)
    assert history(ask) == ([], [])


def test_resumed_run_keeps_its_files_and_gets_another(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run(RUN, history=[{"loss": 1}])
    before, _ = history(ask)
    wandb_server.add_run(RUN, history=[{"loss": 2}], state="running")
    assert history(ask) == ([], [{"_step": 0}, {"_step": 1}])
    wandb_server.add_run(RUN)
    after, _ = history(ask)
    assert after[:1] == before
    assert [read_rows(file) for file in after] == [
        [{"_step": 0, "loss": 1}], [{"_step": 1, "loss": 2}],
    ]  # fmt: skip


def test_replaced_steps_are_exported_again(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run(RUN)
    log(wandb_server, {"_step": 0, "loss": 1}, {"_step": 1, "loss": 2})
    history(ask)
    log(wandb_server, {"_step": 1, "loss": 3}, offset=1)
    [file], _ = history(ask)
    assert read_rows(file) == [{"_step": 0, "loss": 1}, {"_step": 1, "loss": 3}]


def test_rewound_steps_are_in_no_file(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run(RUN, history=[{"loss": 1}, {"loss": 2}, {"loss": 3}])
    history(ask)
    rewind = "mutation R($i: RewindRunInput!) { rewindRun(input: $i) { rewoundRun { name } } }"
    where = {"entityName": "crew", "projectName": "ship", "runName": "log"}
    assert ask(rewind, i={**where, "metricName": "_step", "metricValue": 1}).is_success
    [file], _ = history(ask)
    assert read_rows(file) == [{"_step": 0, "loss": 1}, {"_step": 1, "loss": 2}]


def test_long_history_has_several_files(
    wandb_server: WandbServer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_exports, "LINES_PER_FILE", 2)
    wandb_server.add_run(RUN, history=[{"loss": n} for n in range(5)])
    files, _ = history(ask)
    assert [[row["_step"] for row in read_rows(file)] for file in files] == [[0, 1], [2, 3], [4]]


def test_writing_files_does_not_count_as_time_of_the_query(
    wandb_server: WandbServer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(steps: Sequence[Mapping[str, JsonValue]]) -> bytes | None:
        end = time.thread_time() + 0.6
        while time.thread_time() < end:
            pass
        return parquet.write_parquet(steps)

    wandb_server.add_run(RUN, history=[{"loss": 1}])
    monkeypatch.setattr(history_exports, "write_parquet", slow)
    monkeypatch.setattr(time_limit, "EXECUTION_SECONDS", 0.5)
    [_], _ = history(ask)


def test_metric_of_several_kinds_stays_live(wandb_server: WandbServer, ask: Ask) -> None:
    wandb_server.add_run(RUN, history=[{"loss": 1}, {"loss": "high"}])
    assert history(ask, "_step", "loss") == (
        [], [{"_step": 0, "loss": 1}, {"_step": 1, "loss": "high"}],
    )  # fmt: skip


def test_history_stays_live_without_pyarrow(
    wandb_server: WandbServer, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history_exports, "is_parquet_available", lambda: False)
    wandb_server.add_run(RUN, history=[{"loss": 1}])
    assert history(ask) == ([], [{"_step": 0}])


DELETE_RUN = """
mutation D($id: ID!) { deleteRun(input: {id: $id, deleteArtifacts: false}) { clientMutationId } }
"""
RUN_ID = '{ project(name: "ship", entityName: "crew") { id run(name: "log") { id } } }'
DELETE_PROJECT = "mutation D($id: String!) { deleteModel(input: {id: $id}) { success } }"


@pytest.mark.parametrize("whole_project", [False, True])
def test_exports_are_deleted_with_their_run(
    wandb_server: WandbServer, ask: Ask, whole_project: bool
) -> None:
    wandb_server.add_run(RUN, history=[{"loss": 1}])
    [file], _ = history(ask)
    assert wandb_server.stored_size() == len(file)
    assert wandb_server.collect_garbage() == 0, "a file that is still referenced is kept"
    project = ask(RUN_ID).json()["data"]["project"]
    if whole_project:
        assert ask(DELETE_PROJECT, id=project["id"]).is_success
    else:
        assert ask(DELETE_RUN, id=project["run"]["id"]).is_success
    assert wandb_server.stored_size() == 0


def test_folder_of_an_earlier_version_keeps_its_exports(tmp_path: Path) -> None:
    with WandbServer(tmp_path) as server:
        server.add_run(RUN, history=[{"loss": 1}])
    with closing(sqlite3.connect(tmp_path / "server.sqlite")) as database:
        database.executescript(
            "DROP VIEW named_blobs; DROP TABLE history_exports;"
            "CREATE VIEW named_blobs AS SELECT blob, md5 FROM files"
        )
    with WandbServer(tmp_path) as server, httpx.Client(auth=("api", server.api_key)) as http:
        body = {"query": HISTORY, "variables": {"keys": ["_step"]}}
        answer = http.post(f"{server.url}/graphql", json=body).raise_for_status().json()
        [_] = answer["data"]["project"]["run"]["parquetHistory"]["parquetUrls"]
        assert server.collect_garbage() == 0


# Decisions.

VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3)
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("xyz"), inner, max_size=2)
    ),
    max_leaves=4,
)


def without_nulls(value: JsonValue) -> JsonValue:
    """Return a value without the parts that are null, which Parquet adds where others have some."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "c.d"]), VALUES, max_size=3)))
def test_file_has_exactly_what_was_logged(steps: list[dict[str, JsonValue]]) -> None:
    numbered = [{"_step": number, **step} for number, step in enumerate(steps)]
    content = parquet.write_parquet(numbered)
    if content is not None:
        assert [without_nulls(row) for row in read_rows(content)] == [
            without_nulls(step) for step in numbered
        ]


@given(st.lists(st.one_of(st.floats(), st.sampled_from(["NaN", "Infinity", "-Infinity"]))))
def test_numbers_that_json_does_not_have_are_numbers_in_the_file(
    values: list[float | str],
) -> None:
    logged: list[float | str] = [1.5, *values]
    steps: list[dict[str, JsonValue]] = [{"_step": 0, "loss": value} for value in logged]
    content = parquet.write_parquet(steps)
    assert content is not None
    found = [row["loss"] for row in read_rows(content)][1:]
    assert [str(value) for value in found] == [str(float(value)) for value in values]
