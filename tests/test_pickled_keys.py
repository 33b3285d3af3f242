"""Pickles contain the source of the key, and the key itself only if it was passed."""

import copy
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from wbtyped import Api
from wbtyped.errors import AuthenticationError
from wbtyped.server import WandbServer

KEY_SOURCES = ["environment", "netrc", "settings file"]
READ_NAMES = (
    "import pickle, sys; print([file.name for file in pickle.load(sys.stdin.buffer).files()])"
)


def keep_key(server: WandbServer, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Store the key of a server in one location only."""
    home = Path(os.environ["HOME"])
    if source == "environment":
        return
    monkeypatch.delenv("WANDB_API_KEY")
    if source == "netrc":
        netrc = home / ".netrc"
        netrc.write_text(f"machine 127.0.0.1\nlogin user\npassword {server.api_key}\n")
        netrc.chmod(0o600)
        return
    settings = home / ".config" / "wandb" / "settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[default]\napi_key = {server.api_key}\n")


def in_another_process(packed: bytes) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", READ_NAMES], input=packed, capture_output=True, check=False
    )


@pytest.mark.parametrize("source", KEY_SOURCES)
def test_pickle_contains_no_found_key(
    wandb_server: WandbServer, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"hello"})
    wandb_server.add_artifact("crew/ship/data", "dataset", {"a.txt": b"hello"})
    keep_key(wandb_server, source, monkeypatch)
    api = Api(timeout=3)
    run, artifact = api.run("crew/ship/log"), api.artifact("crew/ship/data:latest")
    files = run.files()
    everything = [
        api, api.settings, api.client, api.viewer, run, files, files[0], artifact, artifact.files(),
        artifact.manifest, api.project("ship", "crew"), artifact.collection,
        api.artifact_types("crew/ship"), api.artifact_type("dataset", "crew/ship"),
    ]  # fmt: skip
    for thing in everything:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            assert wandb_server.api_key.encode() not in pickle.dumps(thing, protocol), thing
    back = pickle.loads(pickle.dumps(run))
    assert (back.client.settings, back.entity) == (api.settings, "crew")
    assert [file.name for file in back.files()] == ["a.txt"]


def test_found_key_is_looked_up_in_the_other_process(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"hello"})
    packed = pickle.dumps(Api().run("crew/ship/log"))
    assert in_another_process(packed).stdout == b"['a.txt']\n"
    monkeypatch.delenv("WANDB_API_KEY")
    said = in_another_process(packed).stderr.decode()
    assert "AuthenticationError" in said
    assert "WANDB_API_KEY" in said.splitlines()[-1]
    assert "pickled without its key" in said


def test_key_passed_as_argument_is_pickled(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"hello"})
    monkeypatch.delenv("WANDB_API_KEY")
    packed = pickle.dumps(Api(api_key=wandb_server.api_key).run("crew/ship/log"))
    assert in_another_process(packed).stdout == b"['a.txt']\n"


def test_passed_key_does_not_make_a_found_one_pickled(wandb_server: WandbServer) -> None:
    key = wandb_server.api_key
    given, found = Api(api_key=key).client, Api().client
    assert given.settings == found.settings
    again = [pickle.loads(pickle.dumps(client)) for client in (given, found)]
    assert [key.encode() in pickle.dumps(client) for client in again] == [True, False]


def test_unpickled_run_needs_no_key_until_it_sends(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wandb_server.add_run("crew/ship/log", {"a.txt": b"hello"})
    key, packed = wandb_server.api_key, pickle.dumps(Api().run("crew/ship/log"))
    monkeypatch.delenv("WANDB_API_KEY")
    run = pickle.loads(packed)
    assert run.full_path == "crew/ship/log"
    with pytest.raises(AuthenticationError, match="came from WANDB_API_KEY"):
        list(run.files())
    monkeypatch.setenv("WANDB_API_KEY", key)
    assert [file.name for file in run.files()] == ["a.txt"]


def test_unpickled_client_uses_the_key_of_its_process(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = pickle.dumps(Api().client)
    assert pickle.loads(packed).settings.api_key == wandb_server.api_key
    monkeypatch.setenv("WANDB_API_KEY", "rotated0" * 5)
    assert pickle.loads(packed).settings.api_key == "rotated0" * 5


def test_copied_settings_keep_the_key(
    wandb_server: WandbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Api().settings
    monkeypatch.delenv("WANDB_API_KEY")
    for other in (copy.copy(settings), copy.deepcopy(settings)):
        assert other.api_key == wandb_server.api_key
