"""Metadata of every kind, written and read by both clients."""

import json
from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from wbtyped.server import WandbServer

from .conftest import Scripts

pytestmark = pytest.mark.slow
REFUSED_IN_PLACE = {"range", "path", "slice", "array of 33"}
"""Values that the official client accepts only when assigned; ours accepts them in place too."""
STORED = [
    None, "", "{}", "null", '{"a": NaN, "b": [NaN, {"c": NaN}]}', '"{\\"a\\": 1}"', '""',
    '{"a": 123456789012345678901234567890, "b": -18446744073709551616, "c": 1e308, "d": -0.0}',
    '{"a": 1, "a": 2}', '{"\\u00fc\\u0000": "\\ud83d\\ude00", "deep": [[[[{"a": null}]]]]}',
]  # fmt: skip
UNREADABLE = ["[1]", "5", "true", '"text"', "{broken"]
INFINITE = '{"a": Infinity, "b": [-Infinity], "c": 1e400}'


def as_object(value: JsonValue) -> dict[str, JsonValue]:
    assert isinstance(value, dict)
    return value


def different(official: JsonValue, ours: JsonValue) -> set[str]:
    """Return the names of values whose JSON differs."""
    one, other = as_object(official), as_object(ours)
    return {k for k in one | other if json.dumps(one.get(k)) != json.dumps(other.get(k))}


@pytest.fixture
def other_server() -> Iterator[WandbServer]:
    with WandbServer() as server:
        yield server


def test_metadata_both_clients_write_the_same(
    wandb_server: WandbServer, scripts: Scripts, other_server: WandbServer
) -> None:
    path = "crew/ship/data:v0"
    for server in (wandb_server, other_server):
        server.add_artifact("crew/ship/data", "dataset", {}, metadata={"rows": 3})
    other_scripts = Scripts(other_server.env, scripts.work / "ours")
    official = as_object(scripts.official("metadata.py", path))
    ours = as_object(other_scripts.ours("metadata.py", path))
    for part in ("assigned", "saved", "whole"):
        assert different(official[part], ours[part]) == set()
    assert different(official["in place"], ours["in place"]) == REFUSED_IN_PLACE
    for name in REFUSED_IN_PLACE:
        assert as_object(official["in place"])[name] == "refused"
        assert {"value": as_object(ours["in place"])[name]} == as_object(ours["assigned"])[name]


def test_metadata_both_clients_read_the_same(wandb_server: WandbServer, scripts: Scripts) -> None:
    paths = [
        "crew/ship/" + wandb_server.add_artifact("crew/ship/data", "dataset", {}, metadata=text)
        for text in [*STORED, *UNREADABLE, INFINITE]
    ]
    official = as_object(scripts.official("read_metadata.py", *paths))
    ours = as_object(scripts.ours("read_metadata.py", *paths))
    assert different(official, ours) == {paths[-1]}
    refused = [path for path in paths if ours[path] == "refused"]
    assert refused == paths[len(STORED) : -1]
    # The official client cannot read the version at all.
    assert official[paths[-1]] == "refused"
    assert ours[paths[-1]] == {"a": float("inf"), "b": [float("-inf")], "c": float("inf")}


def test_config_is_read_as_logged(scripts: Scripts) -> None:
    logged = as_object(scripts.official("log_config.py"))
    assert different(logged["kept"], logged["read"]) == set()
    assert as_object(logged["read"])["inf"] == float("inf")
