"""An S3 on this machine."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import pytest

VERSIONING = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


@dataclass(frozen=True)
class S3:
    """Buckets, and the environment that leads to them."""

    environment: Mapping[str, str]
    http: httpx.Client

    def create(self, bucket: str) -> None:
        """Create a bucket without versions."""
        self.http.put(f"/{bucket}").raise_for_status()

    def enable_versions(self, bucket: str) -> None:
        """Keep the versions of objects that are written from now on."""
        self.http.put(f"/{bucket}?versioning", content=VERSIONING).raise_for_status()

    def put(self, bucket: str, key: str, content: bytes, kind: str = "binary/octet-stream") -> None:
        """Write an object that everybody may read."""
        headers = {"x-amz-acl": "public-read", "Content-Type": kind}
        url = f"/{bucket}/{quote(key)}"
        self.http.put(url, content=content, headers=headers).raise_for_status()

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; where there are versions, that makes one more."""
        self.http.delete(f"/{bucket}/{quote(key)}").raise_for_status()


@contextmanager
def s3_server(monkeypatch: pytest.MonkeyPatch) -> Generator[S3]:
    """Run an S3 without buckets, and set the environment that leads to it."""
    moto_server = pytest.importorskip("moto.server")
    running = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    environment = {
        "AWS_S3_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ACCESS_KEY_ID": "id",
        "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    try:
        with httpx.Client(base_url=environment["AWS_S3_ENDPOINT_URL"]) as http:
            http.post("/moto-api/reset").raise_for_status()
            yield S3(environment, http)
    finally:
        running.stop()
