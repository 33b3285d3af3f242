"""Mirrors in object stores, and whatever else fsspec opens."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from tests.conftest import files_in
from tests.mirror.projects import PROJECT, fill, state_of
from wbtyped import Api
from wbtyped.errors import DiskError, UsageError
from wbtyped.mirror.place import Bucket, open_place
from wbtyped.server import WandbServer


@pytest.fixture
def server(wandb_server: WandbServer) -> WandbServer:
    fill(wandb_server)
    return wandb_server


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    pytest.importorskip("s3fs")
    moto_server = pytest.importorskip("moto.server")
    running = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    for name, value in (
        ("AWS_ENDPOINT_URL", f"http://{host}:{port}"), ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_DEFAULT_REGION", "us-east-1"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    fsspec.filesystem("s3").clear_instance_cache()
    store = fsspec.filesystem("s3")
    store.mkdir("bucket")
    yield store
    store.clear_instance_cache()
    running.stop()


def check_mirrored(api: Api, url: str, tmp_path: Path) -> None:
    """Mirror twice and serve a copy, which must show what the server has."""
    first = api.mirror(PROJECT, url)
    assert (first.ok, first.contents) == (True, 7), first
    again = api.mirror(PROJECT, url)
    assert (again.contents, again.new_versions) == (0, 0)
    store, root = fsspec.url_to_fs(url)
    store.invalidate_cache()
    copy = tmp_path / "copy"
    for path in store.find(root):
        target = copy / path[len(root) + 1 :]
        target.parent.mkdir(parents=True, exist_ok=True)
        store.get_file(path, str(target))
    api.mirror(PROJECT, tmp_path / "local")
    assert files_in(copy / "contents") == files_in(tmp_path / "local" / "contents")
    with WandbServer(mirrors=[copy]) as served:
        with Api({"base_url": served.url}, api_key=served.api_key) as read:
            assert state_of(read) == state_of(api)
    shutil.rmtree(copy)


@pytest.mark.filterwarnings("ignore")
def test_mirror_in_s3_is_whole_and_brought_up_to_date(
    server: WandbServer, api: Api, s3: Any, tmp_path: Path
) -> None:
    check_mirrored(api, "s3://bucket/deep/mirror", tmp_path)
    damaged = next(p for p in s3.find("bucket/deep/mirror/contents") if s3.cat(p) == b"weights")
    s3.pipe(damaged, b"wEights")
    assert api.mirror(PROJECT, "s3://bucket/deep/mirror", verify=True).contents == 1
    s3.invalidate_cache()
    assert s3.cat(damaged) == b"weights"
    api.artifact("me/p/net:v0").delete(delete_aliases=True)
    api.mirror(PROJECT, "s3://bucket/deep/mirror", delete=True)
    s3.invalidate_cache()
    assert not s3.exists(damaged)


def test_mirror_in_memory_is_whole_and_brought_up_to_date(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    check_mirrored(api, f"memory://{tmp_path.name}/mirror", tmp_path)


def test_bucket_that_stores_too_little_is_an_error(
    server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"memory://{tmp_path.name}/short"
    store = open_place(url)
    assert isinstance(store, Bucket)
    info = store._files.info  # pyright: ignore[reportPrivateUsage]

    def shortened(_: object, path: str) -> dict[str, object]:
        return {**info(path), "size": 1}

    monkeypatch.setattr(type(store._files), "info", shortened)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(DiskError, match="has 1 bytes after"):
        api.mirror(PROJECT, url)
    store.close()


def test_dry_run_writes_nothing_to_a_bucket(server: WandbServer, api: Api, tmp_path: Path) -> None:
    url = f"memory://{tmp_path.name}/dry"
    assert api.mirror(PROJECT, url, dry_run=True).contents == 7
    store, root = fsspec.url_to_fs(url)
    assert not store.exists(root)


@pytest.mark.parametrize("target", ["http://localhost:1/me/p", "HTTPS://example.com/me/p"])
def test_url_of_a_server_is_no_place_for_a_mirror(api: Api, target: str) -> None:
    with pytest.raises(UsageError, match="mirror into a folder, and use `restore`"):
        open_place(target)


def test_unknown_scheme_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="cannot be opened by fsspec: Protocol not known: nowhere"):
        open_place("nowhere://x/y")


def test_scheme_whose_package_is_missing_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adlfs", None)
    with pytest.raises(UsageError, match="abfs://c/x cannot be opened by fsspec: Install adlfs"):
        open_place("abfs://c/x")


def test_file_url_is_the_folder(server: WandbServer, api: Api, tmp_path: Path) -> None:
    assert api.mirror(PROJECT, (tmp_path / "m").as_uri()).contents == 7
    assert api.mirror(PROJECT, tmp_path / "m").contents == 0


def test_root_of_a_file_system_holds_a_mirror(server: WandbServer, api: Api) -> None:
    memory = fsspec.filesystem("memory")
    try:
        assert api.mirror(PROJECT, "memory://").contents == 7
        assert memory.exists("/mirror.json")
        assert api.mirror(PROJECT, "memory://").contents == 0
    finally:
        memory.rm("/", recursive=True)


def test_error_of_a_bucket_is_a_disk_error_that_names_it(
    server: WandbServer, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Libraries of stores raise classes of their own."""
    url = f"memory://{tmp_path.name}/broken"

    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("the store is on fire")

    for method in ("put", "pipe_file", "cat_file", "find"):
        with monkeypatch.context() as patched:
            patched.setattr(type(fsspec.filesystem("memory")), method, refuse)
            with pytest.raises(DiskError, match=f"{url}.*the store is on fire"):
                api.mirror(PROJECT, url)
    assert api.mirror(PROJECT, url).ok


def test_bucket_is_restored_except_for_what_is_missing(
    server: WandbServer, api: Api, tmp_path: Path
) -> None:
    url = f"memory://{tmp_path.name}/mirror"
    assert api.mirror(PROJECT, url).ok
    store, root = fsspec.url_to_fs(url)
    (lost,) = [path for path in store.find(f"{root}/contents") if store.cat(path) == b"more"]
    content = store.cat(lost)
    store.rm(lost)
    with WandbServer() as other, Api({"base_url": other.url}, api_key=other.api_key) as other_api:
        report = other_api.restore(url, "me/p")
        assert [path for path, _ in report.failed] == ["me/p/Reader/other.txt", "me/p/net:v0"]
        store.pipe(lost, content)
        assert [path for path, _ in other_api.restore(url, "me/p").failed] == ["me/p/net:v0"]
        assert other_api.run("me/p/Reader").file("other.txt").read() == b"more"
