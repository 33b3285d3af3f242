"""Mirrors in object stores, and whatever else fsspec opens."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from tests.conftest import files_in
from tests.mirror.projects import PROJECT, fill, state_of
from wbtyped import Api
from wbtyped.errors import DiskError
from wbtyped.mirror.place import Bucket
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
    store = Bucket(url)
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
