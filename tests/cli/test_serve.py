"""`wbtyped serve`: the embedded server in a process of its own."""

import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from wbtyped import Api
from wbtyped.server import WandbServer

from .conftest import Command

KEY = "local-" + "k" * 40
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")


@contextmanager
def served(
    *arguments: object, stop: signal.Signals = signal.SIGINT, logged: list[str] | None = None
) -> Generator[tuple[dict[str, str], str]]:
    """Run the server; yield the variables to export and the example command.

    Its stderr must stay empty unless `logged` is given, which takes the lines.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "wbtyped.cli", "serve", "--port", "0", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline().strip()]
        while not (len(lines) > 1 and lines[-2].startswith("Then, for example")):
            assert process.poll() is None
            lines.append(process.stdout.readline().strip())
        exported = [shlex.split(line)[1] for line in lines if line.startswith("export ")]
        yield dict(pair.split("=", 1) for pair in exported), lines[-1]
        process.send_signal(stop)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, "stopped\n")
        if logged is None:
            assert err == ""
        else:
            logged.extend(err.splitlines())
    finally:
        process.kill()
        process.communicate()


def test_serve_instructions_work_and_data_persists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path / "data") as (env, example):
        assert env.keys() == {"WANDB_BASE_URL", "WANDB_API_KEY"}
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        words = shlex.split(example)
        assert words[0] == "python"
        printed = subprocess.run(
            [sys.executable, *words[1:]], capture_output=True, text=True, check=True
        )
        path = printed.stdout.strip()
        assert path.startswith("me/tour/")
        source = tmp_path / "a.txt"
        source.write_text("hello")
        with Api() as api:
            api.run(path).upload_file(source, root=tmp_path)
    with served(tmp_path / "data", stop=signal.SIGTERM) as (again, _):
        assert again["WANDB_API_KEY"] == env["WANDB_API_KEY"]
        monkeypatch.setenv("WANDB_BASE_URL", again["WANDB_BASE_URL"])
        with Api() as api:
            assert [file.name for file in api.run(path).files()] == ["a.txt"]


def test_serve_accepts_given_key(tmp_path: Path) -> None:
    with served(tmp_path, "--api-key", KEY) as (env, _):
        assert env["WANDB_API_KEY"] == KEY
        with Api({"base_url": env["WANDB_BASE_URL"]}, api_key=KEY) as api:
            assert api.viewer.username == "me"


@pytest.mark.parametrize(
    ("options", "method"), [([], "by introspection"), (["--hide-schema"], "by probing")]
)
def test_serve_hide_schema_disables_introspection(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    method: str,
) -> None:
    with served(tmp_path, *options) as (env, _):
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        outcome = command("schema", "check", "--fail-on", "any")
    assert outcome.code == 0
    assert f"({method})" in outcome.out


@pytest.mark.parametrize(("options", "status"), [([], 401), (["--anonymous-access"], 200)])
def test_serve_needs_a_key_unless_access_is_anonymous(
    tmp_path: Path, options: list[str], status: int
) -> None:
    with served(tmp_path, *options) as (env, _):
        url = f"{env['WANDB_BASE_URL']}/graphql"
        response = httpx.post(url, json={"query": "{ viewer { id } }"})
    assert response.status_code == status


def test_serve_taken_port_exits_1(command: Command, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        outcome = command("serve", tmp_path, "--port", port)
    assert (outcome.code, outcome.out) == (1, "")
    assert f"port {port}" in outcome.err
    assert "--port" in outcome.err
    assert outcome.err.count("\n") == 1


def test_serve_unusable_folder_exits_1(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "junk").mkdir()
    (tmp_path / "junk" / "server.sqlite").write_bytes(b"not a database, whatever its name" * 99)
    for folder in ("file/below", "junk"):
        outcome = command("serve", tmp_path / folder, "--port", "0")
        assert (outcome.code, outcome.out) == (1, "")
        assert "data folder" in outcome.err
        assert outcome.err.count("\n") == 1


def test_serve_refuses_web_pages_unless_allowed(tmp_path: Path) -> None:
    options = ["--allow-host", "wandb.test", "--allow-origin", "https://app.example"]
    for given, status in (([], 403), (options, 401)):
        with served(tmp_path, *given) as (env, _):
            url = f"{env['WANDB_BASE_URL']}/graphql"
            for headers in ({"Host": "wandb.test"}, {"Origin": "https://app.example"}):
                assert httpx.post(url, json={}, headers=headers).status_code == status


def test_serve_log_requests_prints_them(tmp_path: Path) -> None:
    logged: list[str] = []
    with served(tmp_path, "--log-requests", logged=logged) as (env, _):
        with Api({"base_url": env["WANDB_BASE_URL"]}, api_key=env["WANDB_API_KEY"]) as api:
            assert api.viewer.username == "me"
        httpx.get(f"{env['WANDB_BASE_URL']}/files/a%0Ab/c/d/e?secret=1")
    assert [line.split(" ", 2)[2] for line in logged] == [
        "api POST '/graphql' 'GetViewer'",
        "api GET '/files/a\\nb/c/d/e' ''",
    ]


@pytest.mark.parametrize("option", [("--allow-host", "a:80"), ("--allow-origin", "app.example")])
def test_serve_invalid_allowed_host_exits_2(
    command: Command, tmp_path: Path, option: tuple[str, str]
) -> None:
    refused = command("serve", tmp_path / "data", *option)
    assert refused.code == 2
    assert option[1] in refused.err
    assert not (tmp_path / "data").exists()


def test_serve_creates_users_with_their_keys(tmp_path: Path) -> None:
    with WandbServer(tmp_path / "data") as server:
        key = server.add_user("ann")
    options = ("--user", "ann:crew,band", "--user", "bob")
    with served(tmp_path / "data", *options) as (env, _):
        with Api({"base_url": env["WANDB_BASE_URL"]}, api_key=key) as api:
            assert (api.viewer.username, api.viewer.teams) == ("ann", ["ann", "band", "crew"])


def test_serve_rejects_a_user_without_a_team_name(tmp_path: Path, command: Command) -> None:
    result = command("serve", tmp_path / "data", "--port", 0, "--user", "ann:crew,")
    assert result.code == 2
    assert "use NAME or NAME:TEAM,TEAM" in result.err
