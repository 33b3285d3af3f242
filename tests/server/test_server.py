"""Start, stop, crash and restart."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from textwrap import dedent

import httpx
import pytest

from wbtyped import Api
from wbtyped.errors import TransportError
from wbtyped.server import WandbServer

pytest_plugins = ["pytester"]

SERVE = """
import sys
from pathlib import Path
from wbtyped.server import WandbServer, serve
server = WandbServer(Path(sys.argv[1]))
serve(server, lambda s: print(s.url, s.api_key, flush=True))
"""


def test_server_env_configures_client(wandb_server: WandbServer) -> None:
    assert wandb_server.url != wandb_server.storage_url
    assert wandb_server.env == {
        "WANDB_BASE_URL": wandb_server.url,
        "WANDB_API_KEY": wandb_server.api_key,
    }
    with Api() as api:
        assert api.settings.base_url == wandb_server.url


def test_data_folder_survives_restart(tmp_path: Path) -> None:
    with WandbServer(tmp_path) as first:
        first.add_run("me/ship/log", files={"a": b"content"})
        key = first.api_key
    with WandbServer(tmp_path) as second, Api({"base_url": second.url}, api_key=key) as api:
        assert second.api_key == key
        path = api.run("me/ship/log").file("a").save(tmp_path / "out")
    assert path.read_bytes() == b"content"


def test_temporary_folder_is_removed_on_close() -> None:
    with WandbServer() as server:
        data = server.data
        assert data.is_dir()
    assert not data.exists()


def test_start_with_used_port_raises_oserror(wandb_server: WandbServer, tmp_path: Path) -> None:
    port = int(wandb_server.url.rpartition(":")[2])
    server = WandbServer(tmp_path, port=port)
    with pytest.raises(OSError, match="[Aa]ddress already in use"):
        server.start()
    server.close()


def test_concurrent_uploads_are_all_stored(wandb_server: WandbServer, tmp_path: Path) -> None:
    with Api() as api:
        run = api.create_run(project="ship")

        def upload(worker: int) -> None:
            for i in range(6):
                file = tmp_path / f"{worker}-{i}"
                file.write_bytes(os.urandom(2000))
                run.upload_file(file, root=tmp_path)

        threads = [threading.Thread(target=upload, args=(i,)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        files = list(run.files())
        assert len(files) == len(run.files()) == 36
        for file in files:
            content = file.save(tmp_path / "back").read_bytes()
            assert content == (tmp_path / file.name).read_bytes()


def start(folder: Path) -> tuple[subprocess.Popen[str], str, str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    url, key = process.stdout.readline().split()
    return process, url, key


def test_killed_server_restarts_with_complete_files(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    contents = {f"{i:02}.bin": os.urandom(300_000) for i in range(40)}
    for name, content in contents.items():
        (source / name).write_bytes(content)
    process, url, key = start(tmp_path / "data")
    confirmed: list[str] = []
    with Api({"base_url": url}, api_key=key) as api:
        run = api.create_run("log", "ship")
        api.client.retry_budget = 0.1

        def upload() -> None:
            for name in contents:
                try:
                    run.upload_file(source / name, root=source)
                except TransportError:
                    return
                confirmed.append(name)
                if len(confirmed) == 10:
                    process.send_signal(signal.SIGKILL)

        upload()
        process.wait()
    process.stdout.close() if process.stdout else None
    assert 10 <= len(confirmed) < len(contents)
    process, url, key = start(tmp_path / "data")
    with Api({"base_url": url}, api_key=key) as api:
        found = {
            f.name: f.save(tmp_path / "back").read_bytes() for f in api.run("me/ship/log").files()
        }
    process.send_signal(signal.SIGINT)
    assert process.wait() == 0
    process.stdout.close() if process.stdout else None
    assert set(confirmed) <= set(found)
    assert all(contents[name] == content for name, content in found.items())
    assert list((tmp_path / "data" / "blobs" / "incoming").iterdir()) == []


def test_pytest_fixture_serves_user_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        dedent(
            """
            import os
            import httpx

            def test_mine(wandb_server):
                wandb_server.add_run("me/ship/log", files={"a": b"x"})
                assert os.environ["WANDB_BASE_URL"] == wandb_server.url
                assert "WANDB_ENTITY" not in os.environ
                response = httpx.post(
                    wandb_server.url + "/graphql",
                    json={"query": "{ viewer { username } }"},
                    auth=("api", os.environ["WANDB_API_KEY"]),
                )
                assert response.json()["data"]["viewer"]["username"] == "me"
            """
        )
    )
    os.environ["WANDB_ENTITY"] = "someone"
    try:
        pytester.runpytest_subprocess().assert_outcomes(passed=1)
    finally:
        del os.environ["WANDB_ENTITY"]


def test_pytest_plugin_imports_nothing_heavy() -> None:
    script = """
        import sys
        import wbtyped.pytest_plugin
        print(sorted({"httpx", "pydantic", "ariadne", "uvicorn"} & set(sys.modules)))
    """
    command = [sys.executable, "-c", dedent(script)]
    done = subprocess.run(command, text=True, capture_output=True, check=True)
    assert done.stdout.strip() == "[]"


def test_recorded_request_has_no_secrets(wandb_server: WandbServer) -> None:
    auth = ("api", wandb_server.api_key)
    body = {"query": "query Mine { viewer { id } }", "variables": {"a": 1}}
    httpx.post(f"{wandb_server.url}/graphql", json=body, auth=auth)
    [request] = wandb_server.requests
    assert (request.origin, request.method, request.path) == ("api", "POST", "/graphql")
    assert (request.operation_name, request.variables) == ("Mine", {"a": 1})
    assert request.authorized
    assert wandb_server.api_key not in repr(request)
    assert "authorization" not in request.headers
    wandb_server.requests.enabled = False
    httpx.post(f"{wandb_server.url}/graphql", json=body, auth=auth)
    assert len(wandb_server.requests) == 1
