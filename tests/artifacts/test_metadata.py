"""Metadata: reading changes nothing, changes are sent, values that JSON lacks are refused."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.errors import SchemaMismatchError, UsageError
from wbtyped.server import WandbServer
from wbtyped.user_json import assigned_object, is_same_object, read_object, written_object

NAN, INF = float("nan"), float("inf")
TEXTS = [
    None, "", "{}", "null", '{"a": NaN}', '{"a": [Infinity, -Infinity, 1e400]}', '"{\\"a\\": 1}"',
    '{"a": 1, "a": 2}', '{ "b": 1,\n "a": 2 }', '{"a": 123456789012345678901234567890123}',
    '{"a": "\\ud800"}', "[1]", "5", "{broken", "[" * 20_000,
]  # fmt: skip
UNREADABLE = {"[1]", "5", "{broken", "[" * 20_000}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip


@pytest.fixture
def api(wandb_server: WandbServer) -> Iterator[Api]:
    with Api() as api:
        yield api


def add_version(server: WandbServer, api: Api, metadata: object) -> Artifact:
    name = server.add_artifact("crew/ship/data", "dataset", {}, metadata=metadata)
    artifact = api.artifact(f"crew/ship/{name}")
    server.requests.clear()
    return artifact


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text)[:20])
def test_metadata_reading_sends_nothing_on_save(
    wandb_server: WandbServer, api: Api, text: str | None
) -> None:
    artifact = add_version(wandb_server, api, text)
    if text in UNREADABLE:
        with pytest.raises(SchemaMismatchError, match="metadata of crew/ship/data:v0"):
            _ = artifact.metadata
    else:
        assert artifact.metadata is artifact.metadata
    artifact.save()
    assert wandb_server.requests.operations() == []
    artifact.description = "new"
    artifact.save()
    [request] = wandb_server.requests
    assert "metadata" not in json.dumps(request.variables)


def edit_in_place(key: str, value: object) -> Callable[[Artifact], None]:
    def change(artifact: Artifact) -> None:
        artifact.metadata[key] = value

    return change


def assign(value: dict[str, object] | str | None) -> Callable[[Artifact], None]:
    def change(artifact: Artifact) -> None:
        artifact.metadata = value

    return change


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        (edit_in_place("flag", 1), {"flag": 1, "n": 1}),
        (edit_in_place("n", 1.0), {"flag": True, "n": 1.0}),
        (edit_in_place("n", np.float32(NAN)), {"flag": True, "n": None}),
        (edit_in_place("n", np.arange(2)), {"flag": True, "n": [0, 1]}),
        (assign({"n": np.int64(2), "deep": {"a": NAN}}), {"n": 2, "deep": {"a": None}}),
        (assign(None), {}),
        (assign('{"a": NaN}'), {"a": None}),
    ],
)
def test_metadata_changes_are_sent_as_json(
    wandb_server: WandbServer, api: Api, change: Callable[[Artifact], None], sent: object
) -> None:
    artifact = add_version(wandb_server, api, {"flag": True, "n": 1})
    change(artifact)
    artifact.save()
    [request] = wandb_server.requests
    assert f'"{json.dumps(json.dumps(sent))[1:-1]}"' in json.dumps(request.variables)
    assert json.dumps(artifact.load().metadata) == json.dumps(json.dumps(sent))


def test_metadata_unreadable_can_be_replaced(wandb_server: WandbServer, api: Api) -> None:
    artifact = add_version(wandb_server, api, "{broken")
    artifact.metadata = {"a": 1}
    artifact.save()
    assert api.artifact(artifact.qualified_name).metadata == {"a": 1}


def test_metadata_assignment_copies(wandb_server: WandbServer, api: Api) -> None:
    metadata: dict[str, object] = {"a": [1]}
    artifact = add_version(wandb_server, api, None)
    artifact.metadata = metadata
    metadata["a"] = 2
    assert artifact.metadata == {"a": [1]}


def recursive() -> dict[str, object]:
    metadata: dict[str, object] = {}
    metadata["me"] = metadata
    return metadata


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": INF}, r"metadata\['a'\] cannot be written as JSON"),
        ({"a": {"b": [-INF]}}, r"metadata\['a'\]"),
        ({"a": 1, "b": object()}, r"metadata\['b'\]"),
        ({"a": b"\xff"}, r"metadata\['a'\]"),
        ({"a": 10**5000}, r"metadata\['a'\]"),
        ({(1, 2): 3}, "metadata cannot be written"),
        (recursive(), r"metadata\['me'\]"),
        ([1], "metadata must be a JSON object"),
        (5, "metadata must be a JSON object"),
        ("[1]", "metadata must be a JSON object"),
        ("{broken", "metadata must be a JSON object"),
        ('{"a": Infinity}', r"metadata\['a'\]"),
        ({str(n): n for n in range(101)}, "100 keys, not 101"),
    ],
)
def test_metadata_invalid_value_is_refused_on_assignment(
    wandb_server: WandbServer, api: Api, value: dict[str, object], message: str
) -> None:
    artifact = add_version(wandb_server, api, {"rows": 3})
    with pytest.raises(UsageError, match=message):
        artifact.metadata = value
    assert artifact.metadata == {"rows": 3}


@pytest.mark.parametrize("value", [INF, [-INF], object(), recursive()])
def test_metadata_invalid_edit_in_place_is_refused_on_save(
    wandb_server: WandbServer, api: Api, value: object
) -> None:
    artifact = add_version(wandb_server, api, {"rows": 3})
    artifact.metadata["bad"] = value
    artifact.aliases.append("new")
    with pytest.raises(UsageError, match=r"metadata\['bad'\]"):
        artifact.save()
    assert wandb_server.requests.operations() == []


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_user_json_round_trip(values: dict[str, object]) -> None:
    text = json.dumps(values)
    assert is_same_object(read_object(text), values)
    assert read_object(written_object(values, "metadata")) == read_object(text)
    assert is_same_object(assigned_object(values, "metadata"), values)


@given(JSON, JSON)
def test_is_same_object_compares_json(one: JsonValue, other: JsonValue) -> None:
    texts = {json.dumps(value, sort_keys=True) for value in (one, other)}
    assert is_same_object({"v": one}, {"v": other}) is (len(texts) == 1)
