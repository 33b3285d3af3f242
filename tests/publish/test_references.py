"""References in drafts, to web servers and buckets of this machine."""

import pickle
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.references.web_server import CONTENT, web_server
from wbtyped import Api
from wbtyped.artifacts import Artifact
from wbtyped.artifacts.publishing.references.web import requoted
from wbtyped.errors import DiskError, NotFoundError, TransportError, UsageError
from wbtyped.publish import Draft
from wbtyped.server import WandbServer

PATH = "crew/ship/data"
OBJECT = "fields=name%2Cetag%2Csize%2Cgeneration"
LIST = "fields=items%28name%2Cetag%2Csize%2Cgeneration%29%2CnextPageToken"
"""What is asked of Google Cloud Storage, of an object and of a page."""


@pytest.fixture
def api(wandb_server: WandbServer) -> Iterator[Api]:
    with Api() as api:
        yield api


class Site:
    """A web server that records the headers that it receives."""

    def __init__(self, pages: Mapping[str, tuple[int, bytes]], etag: str = '"tag"') -> None:
        self.pages = pages
        self.etag = etag
        self.requests: list[tuple[str, Mapping[str, str]]] = []
        self.url = ""

    @contextmanager
    def running(self) -> Generator["Site"]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.requests.append((self.path, dict(self.headers)))
                status, body = site.pages.get(self.path, (404, b""))
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", body.decode())
                self.send_header("ETag", site.etag)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_GET  # noqa: N815 - the name that http.server calls

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Log nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_port}"
            yield self
            server.shutdown()
            thread.join()


def published(api: Api, *uris: str, max_objects: int | None = None) -> Artifact:
    draft = Draft("data", "dataset")
    for uri in uris:
        draft.add_reference(uri, max_objects=max_objects)
    return draft.publish(PATH, api=api)


def test_reference_to_a_url_is_downloaded_and_verified(api: Api, tmp_path: Path) -> None:
    with web_server() as web:
        artifact = published(api, f"{web}/plain/a.csv")
        assert artifact.get_entry("a.csv").digest == "v1"
        artifact.verify(artifact.download(tmp_path))
    assert (tmp_path / "a.csv").read_bytes() == CONTENT


def test_reference_whose_etag_is_empty_is_identified_by_its_url(api: Api, tmp_path: Path) -> None:
    with Site({"/a": (200, b"hello")}, etag='""').running() as site:
        artifact = published(api, f"{site.url}/a")
        entry = artifact.get_entry("a")
        assert (entry.digest, entry.size, dict(entry.extra)) == (f"{site.url}/a", 5, {})
        assert (Path(artifact.download(tmp_path)) / "a").read_bytes() == b"hello"


async def test_apublish_resolves_references(api: Api) -> None:
    with web_server() as web:
        draft = Draft("data", "dataset")
        draft.add_reference(f"{web}/plain/a.csv")
        artifact = await draft.apublish(PATH, api=api)
    assert [entry.path for entry in await artifact.amanifest()] == ["a.csv"]
    await api.client.aclose()


def test_reference_sends_the_api_key_nowhere(api: Api, wandb_server: WandbServer) -> None:
    own = f"{wandb_server.url}/healthz/x.txt"
    with Site({"/a": (200, b"hello"), "/r": (302, own.encode())}).running() as site:
        wandb_server.requests.clear()
        published(api, f"{site.url}/a")
        for uri in (f"{site.url}/r", own):
            with pytest.raises(TransportError, match="HTTP 401"):
                published(api, uri)
    assert [path for path, _ in site.requests] == ["/a", "/r"]
    assert not any("Authorization" in headers for _, headers in site.requests)
    to_server = [r.authorized for r in wandb_server.requests if r.path.startswith("/healthz")]
    assert to_server == [False, False]


def test_reference_to_a_url_that_fails_names_it_without_its_query(api: Api) -> None:
    with Site({}).running() as site:
        with pytest.raises(TransportError, match="HTTP 404") as raised:
            published(api, f"{site.url}/absent?token=secret")
    assert "secret" not in str(raised.value)
    assert not api.artifact_exists(f"{PATH}:latest")


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("data/train.csv", "write file://.*/data/train.csv"),
        ("/data/train.csv", "write file:///data/train.csv"),
        ("http://user:secret@host/a", "user name or password"),
        ("https://host/", "pass name="),
        ("s3://", "s3://bucket/key"),
        ("s3://host:80@evil/key", "s3://bucket/key"),
        ("file://data/a.csv", "absolute path"),
        ("file:data/a.csv", "absolute path"),
        ("wandb-artifact://nothex/a", "<id in hex>"),
        ("nfs://host/a", "pass name="),
        ("C:\\data\\a.csv", "is not a URI"),
        ("http://host/a\nb", "control characters"),
        ("http://[::bad/a", "is not a URI: Invalid IPv6"),
        ("http://", "cannot be fetched"),
    ],
)
def test_add_reference_refuses_what_cannot_be_one(uri: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as raised:
        Draft("data", "dataset").add_reference(uri)
    assert "secret" not in str(raised.value)


def test_references_with_one_name_are_refused(api: Api, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    draft = Draft("data", "dataset")
    draft.add_file(tmp_path / "a.csv")
    assert draft.add_reference("s3://boat/a.csv", checksum=False) == "a.csv"
    with pytest.raises(UsageError, match="a.csv is in the draft twice"):
        draft.publish(PATH, api=api)
    draft.remove("a.csv")
    assert len(draft) == 0


def test_draft_with_references_pickles_and_counts_them() -> None:
    draft = Draft("data", "dataset")
    draft.add_reference("s3://boat/a.csv")
    draft.add_reference("s3://boat/a.csv")
    assert repr(pickle.loads(pickle.dumps(draft))) == "<Draft data (dataset, 1 file)>"


def test_reference_to_a_missing_file_or_version_says_so(api: Api, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        published(api, (tmp_path / "absent").as_uri())
    (tmp_path / "broken").symlink_to("absent")
    with pytest.raises(DiskError, match="cannot be read"):
        published(api, tmp_path.as_uri())
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no file is in"):
        published(api, (tmp_path / "empty").as_uri())
    with pytest.raises(NotFoundError, match="a version that does not exist"):
        published(api, "wandb-artifact://41727469666163743a3939/a.csv")


@pytest.mark.parametrize("checksum", [True, False])
def test_folder_with_more_files_than_allowed_is_refused_before_any_is_read(
    api: Api, tmp_path: Path, checksum: bool
) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a", "deep/b"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "deep/broken").symlink_to("absent")  # an error if it is read
    draft = Draft("data", "dataset")
    draft.add_reference(tmp_path.as_uri(), "in", checksum, max_objects=2)
    for _ in range(2):
        with pytest.raises(UsageError, match="leads to more than 2 objects; pass max_objects="):
            draft.publish(PATH, api=api)
    assert not api.artifact_exists(f"{PATH}:latest")
    (tmp_path / "deep/broken").unlink()
    (tmp_path / "deep/c").write_bytes(b"x")
    draft.add_reference(tmp_path.as_uri(), "in", checksum, max_objects=3)
    assert len(draft) == 1
    names = {entry.path for entry in draft.publish(PATH, api=api).manifest}
    assert names == {"in/a", "in/deep/b", "in/deep/c"}


@pytest.mark.parametrize("wrong", [0, -1, True, "3", 1.5])
def test_add_reference_refuses_a_limit_that_is_none(wrong: Any) -> None:
    draft = Draft("data", "dataset")
    with pytest.raises(UsageError, match="max_objects must be a whole number, 1 or more"):
        draft.add_reference("s3://boat/data", max_objects=wrong)
    assert len(draft) == 0


def test_object_that_is_not_public_is_recorded_by_its_uri_with_a_warning(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {"/boat/deep/a.csv": (403, b""), f"/storage/v1/b/boat/o/b.csv?{OBJECT}": (401, b"")}
    with Site(pages).running() as site:
        monkeypatch.setenv("AWS_ENDPOINT_URL", site.url)
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", site.url)
        with pytest.warns(UserWarning, match="without credentials") as warned:
            artifact = published(api, "s3://boat/deep/a.csv", "gs://boat/b.csv")
    assert {w.filename for w in warned} == {__file__}
    found = {e.path: (e.digest, e.ref) for e in artifact.manifest}
    assert found == {
        "deep/a.csv": ("s3://boat/deep/a.csv", "s3://boat/deep/a.csv"),
        "b.csv": ("gs://boat/b.csv", "gs://boat/b.csv"),
    }


def test_objects_of_google_cloud_storage_are_recorded_by_etag_and_generation(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = "/storage/v1/b/boat/o"
    one = b'{"name": "d/x.csv", "etag": "CAE=", "size": "5", "generation": "17"}'
    two = b'{"name": "d/e/y z.csv", "etag": "CAI=", "size": "0", "generation": "18"}'
    marker = b'{"name": "d/e/", "etag": "CAM=", "size": "0", "generation": "19"}'
    pages = {
        f"{base}/d%2Fx.csv?{OBJECT}": (200, one),
        f"{base}/d%2Fx.csv?{OBJECT}&generation=17": (200, one),
        f"{base}?prefix=d%2F&{LIST}": (200, b'{"items": [%b], "nextPageToken": "n+"}' % one),
        f"{base}?prefix=d%2F&{LIST}&pageToken=n%2B": (200, b'{"items": [%b, %b]}' % (two, marker)),
        f"{base}?prefix=none%2F&{LIST}": (200, b"{}"),
        f"{base}?prefix=circle%2F&{LIST}": (200, b'{"nextPageToken": "n"}'),
        f"{base}?prefix=circle%2F&{LIST}&pageToken=n": (200, b'{"nextPageToken": "n"}'),
    }
    with Site(pages).running() as site:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", site.url.removeprefix("http://"))
        single = published(api, "gs://boat/d/x.csv#17").get_entry("x.csv")
        folder = published(api, "gs://boat/d").manifest
        with pytest.raises(UsageError, match="no object with content"):
            published(api, "gs://boat/none")
        with pytest.raises(UsageError, match="leads to more than 1 object;"):
            published(api, "gs://boat/d", max_objects=1)
        assert published(api, "gs://boat/d", max_objects=2).digest == folder.digest()
        with pytest.raises(TransportError, match="the listing repeats a page"):
            published(api, "gs://boat/circle")
    assert (single.digest, single.size, single.ref) == ("CAE=", 5, "gs://boat/d/x.csv")
    assert single.extra == {"versionID": 17}
    assert {e.path: e.ref for e in folder} == {
        "x.csv": "gs://boat/d/x.csv", "e/y z.csv": "gs://boat/d/e/y z.csv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "quoted"),
    [
        ("http://h/a b?x=%41%2f|", "http://h/a%20b?x=A%2f%7C"),
        ("http://h/100%/\u00e9", "http://h/100%/%C3%A9"),
        ("http://h/100%zz%41", "http://h/100%25zz%2541"),
        ("http://h/~a[1]%7E", "http://h/~a[1]~"),
    ],
)
def test_requoted_is_what_the_official_client_records(url: str, quoted: str) -> None:
    from requests.utils import requote_uri

    assert requoted(url) == quoted == requote_uri(url)
