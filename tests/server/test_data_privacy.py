"""File modes of the data folder, and what is stored of keys."""

import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from wbtyped import Api
from wbtyped.errors import AuthenticationError, DiskError, UsageError
from wbtyped.server import WandbServer

OLD_KEY = "local-" + "k" * 40
OLD_SECRET = "5e" * 32

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


@pytest.fixture
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, int]:
    """Return the modes that are not private, by path."""
    paths = [folder, *folder.rglob("*")]
    found = {str(path): stat.S_IMODE(path.stat().st_mode) for path in paths}
    return {path: mode for path, mode in found.items() if mode not in {0o600, 0o700}}


def content(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def fill(server: WandbServer) -> None:
    with Api({"base_url": server.url}, api_key=server.api_key) as api:
        run = api.create_run("log", "ship")
        file = server.data.parent / "notes.txt"
        file.write_bytes(b"notes")
        run.upload_file(file, root=file.parent)
    server.add_artifact("me/ship/data", "dataset", {"a.txt": b"alpha"})


@pytest.mark.usefixtures("_usual_umask")
def test_data_folder_is_private(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    with WandbServer(data) as server:
        fill(server)
        assert (data / "server.sqlite-wal").stat().st_size > 0
        assert modes(data) == {}
    assert modes(data) == {}


@pytest.mark.usefixtures("_usual_umask")
def test_temporary_folder_is_private() -> None:
    with WandbServer() as server:
        server.add_run("me/ship/log", {"a": b"alpha"})
        assert modes(server.data) == {}


@pytest.mark.usefixtures("_usual_umask")
def test_folder_with_other_files_keeps_its_mode(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (home / "mine.txt").write_text("mine")
    with WandbServer(home) as server:
        server.add_run("me/ship/log", {"a": b"alpha"})
    open_to_others = modes(home)
    assert open_to_others == {str(home): 0o755, str(home / "mine.txt"): 0o644}


def test_api_key_is_not_on_disk(tmp_path: Path) -> None:
    with WandbServer(tmp_path / "own") as own:
        fill(own)
        key = own.api_key
        assert key.encode() not in content(own.data)
    with WandbServer(tmp_path / "own") as own:
        assert own.api_key == key
    with WandbServer(tmp_path / "given", api_key=OLD_KEY) as given:
        fill(given)
        assert OLD_KEY.encode() not in content(given.data)
        with Api({"base_url": given.url}, api_key=key) as api, pytest.raises(AuthenticationError):
            api.create_run("log", "ship")
    with WandbServer() as other:
        assert other.api_key != key


def convert_to_format_2(data: Path) -> None:
    """Convert a data folder to format 2, which had its secrets in a table."""
    (data / "server.secret").unlink()
    connection = sqlite3.connect(data / "server.sqlite", isolation_level=None)
    connection.executescript(
        "DROP TABLE former_keys; DROP TABLE artifact_outputs; PRAGMA user_version = 2;"
        "CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
    )
    kept = [("api-key", OLD_KEY), ("signing", OLD_SECRET)]
    connection.executemany("INSERT INTO secrets VALUES (?, ?)", kept)
    connection.close()
    for path in data.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    data.chmod(0o755)


def test_older_folder_is_migrated(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with WandbServer(data) as server:
        fill(server)
    convert_to_format_2(data)
    assert OLD_KEY.encode() in content(data)
    for _ in range(2):
        with WandbServer(data) as server:
            assert server.api_key != OLD_KEY
            for key in OLD_KEY, server.api_key:
                with Api({"base_url": server.url}, api_key=key) as api:
                    file = api.run("me/ship/log").file("notes.txt")
                    assert httpx.get(file.direct_url).content == b"notes"
            everything = content(data)
            assert OLD_KEY.encode() not in everything
            assert OLD_SECRET.encode() not in everything
            assert modes(data) == {}
    with WandbServer(data, api_key="local-" + "g" * 40) as server:
        with Api({"base_url": server.url}, api_key=OLD_KEY) as api:
            with pytest.raises(AuthenticationError):
                api.run("me/ship/log").load()


def test_damaged_secret_raises_disk_error(tmp_path: Path) -> None:
    WandbServer(tmp_path).close()
    (tmp_path / "server.secret").write_text("short")
    with pytest.raises(DiskError, match="server.secret is damaged; delete it"):
        WandbServer(tmp_path)
    (tmp_path / "server.secret").unlink()
    WandbServer(tmp_path).close()


def test_unknown_format_raises_disk_error(tmp_path: Path) -> None:
    WandbServer(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "server.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DiskError, match="has the format 99"):
        WandbServer(tmp_path)


def test_start_after_close_raises_usage_error() -> None:
    server = WandbServer()
    server.close()
    with pytest.raises(UsageError):
        server.start()
