"""The servers that benchmarks measure against: nginx stores the files, the rest is prepared."""

from pathlib import Path

import pytest

from tests.benchmarks.storage import missing_programs, nginx_server
from tests.benchmarks.upload_server import upload_server
from wbtyped import Api

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing_programs()), reason="nginx is not installed"),
]


def test_upload_server_publish_leaves_the_contents_with_nginx(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("content")
    with upload_server() as server:
        api = Api(base_url=server.env["WANDB_BASE_URL"], api_key=server.env["WANDB_API_KEY"])
        artifact = api.publish(tmp_path, "bench/speed/small", "dataset")
        stored = [path.read_text() for path in server.work.parent.glob("received/*/*")]
        assert (artifact.state, stored) == ("COMMITTED", ["content"])


def test_nginx_server_download_brings_all_files(tmp_path: Path) -> None:
    with nginx_server(["medium"]) as server:
        api = Api(base_url=server.env["WANDB_BASE_URL"], api_key=server.env["WANDB_API_KEY"])
        result = api.artifact("bench/speed/medium:latest").files().download(tmp_path)
        assert len(result.written) == 1_000
