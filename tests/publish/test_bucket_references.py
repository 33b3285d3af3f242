"""References to folders of S3, and how many requests they take."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from tests.references.s3_server import S3, s3_server
from wbtyped import Api
from wbtyped.artifacts.publishing.references import s3 as s3_module
from wbtyped.artifacts.publishing.references.buckets import Location
from wbtyped.artifacts.publishing.references.public_urls import PublicResponse, request_public
from wbtyped.artifacts.publishing.references.s3_listing import parse_listing
from wbtyped.errors import TransportError, UsageError
from wbtyped.publish import Draft
from wbtyped.server import WandbServer
from wbtyped.transport.http import Transport

VERSIONS, OBJECTS, HEAD = "versions", "objects", "HEAD"


@pytest.fixture
def api(wandb_server: WandbServer) -> Iterator[Api]:
    with Api() as api:
        yield api


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    with s3_server(monkeypatch) as s3:
        for name in ("plain", "versioned"):
            s3.create(name)
        s3.enable_versions("versioned")
        yield s3


class Requests(Counter[str]):
    """Requests to buckets by their kind, some of which are refused by a status."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        self.refused: dict[str, int] = {}
        self.bodies: dict[str, bytes] = {}
        monkeypatch.setattr(s3_module, "request_public", self.send)

    def send(
        self, transport: Transport, what: str, url: str, method: str, *, with_body: bool
    ) -> PublicResponse:
        kind = HEAD if method == "HEAD" else VERSIONS if "?versions=" in url else OBJECTS
        is_first = url.endswith("/folder")  # whether that is an object is always asked
        if not is_first:
            self[kind] += 1
        if kind in self.refused and not is_first:
            return PublicResponse(url, self.refused[kind], httpx.Headers(), b"")
        found = request_public(transport, what, url, method, with_body=with_body)
        return found._replace(body=self.bodies.get(kind, found.body))


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Requests:
    return Requests(monkeypatch)


def entries(
    api: Api, uri: str, name: str = "data", max_objects: int | None = None
) -> dict[str, tuple[object, ...]]:
    """Publish a reference in a collection, and return its entries."""
    draft = Draft(name, "dataset")
    draft.add_reference(uri, max_objects=max_objects)
    found = draft.publish(f"crew/ship/{name}", api=api).manifest
    return {e.path: (e.digest, e.size, e.ref, dict(e.extra)) for e in found}


def heads(s3: S3, bucket: str, names: Iterator[str]) -> dict[str, tuple[object, ...]]:
    """Return the entries of objects as HEADs describe them."""
    expected: dict[str, tuple[object, ...]] = {}
    for name in names:
        headers = s3.http.head(f"/{bucket}/folder/{name}").raise_for_status().headers
        etag, version = headers["etag"].strip('"'), headers.get("x-amz-version-id", "null")
        extra = {"etag": etag} | ({} if version == "null" else {"versionID": version})
        size = int(headers["content-length"])
        expected[name] = (etag, size, f"s3://{bucket}/folder/{name}", extra)
    return expected


@pytest.mark.parametrize("bucket", ["plain", "versioned"])
def test_folder_of_1500_objects_takes_two_listings(
    api: Api, s3: S3, requests: Requests, bucket: str
) -> None:
    for number in range(1500):
        s3.put(bucket, f"folder/{number:04}", b"%d" % number)
    s3.put(bucket, "folder/", b"")
    s3.put(bucket, "folders/0", b"x")
    s3.delete(bucket, "folder/0007")
    s3.put(bucket, "folder/0008", b"again")
    found = entries(api, f"s3://{bucket}/folder")
    assert requests == {VERSIONS: 2}
    assert len(found) == 1499
    some = ("0000", "0008", "0999", "1000", "1499")
    expected = heads(s3, bucket, iter(some))
    assert {name: found[name] for name in some} == expected
    assert ("versionID" in str(expected)) == (bucket == "versioned")


@pytest.mark.parametrize("bucket", ["plain", "versioned"])
@pytest.mark.parametrize("status", [403, 400, 501])
def test_folder_whose_versions_are_not_listed_takes_a_head_for_each_object(
    api: Api, s3: S3, requests: Requests, bucket: str, status: int
) -> None:
    for number in range(40):
        s3.put(bucket, f"folder/{number}", b"%d" % number)
    s3.put(bucket, "folder/empty", b"")
    s3.put(bucket, "folder/deep/", b"")
    s3.put(bucket, "folder/gone", b"x")
    s3.delete(bucket, "folder/gone")
    expected = entries(api, f"s3://{bucket}/folder")
    assert expected == heads(s3, bucket, (str(number) for number in range(40)))
    requests.clear()
    requests.refused = {VERSIONS: status}
    assert entries(api, f"s3://{bucket}/folder", "other") == expected
    assert requests == {VERSIONS: 1, OBJECTS: 1, HEAD: 40}
    # Whoever may list objects, but not read them, still learns their ETags.
    requests.refused[HEAD] = 403
    plain = {name: (*entry[:3], {"etag": entry[0]}) for name, entry in expected.items()}
    assert entries(api, f"s3://{bucket}/folder", "unread") == plain


def test_folder_is_read_from_a_server_that_lists_objects_when_asked_for_versions(
    api: Api, s3: S3, requests: Requests
) -> None:
    s3.put("plain", "folder/a", b"a")
    requests.bodies = {VERSIONS: s3.http.get("/plain?list-type=2").content}
    assert entries(api, "s3://plain/folder") == heads(s3, "plain", iter("a"))
    assert requests == {VERSIONS: 1, OBJECTS: 1, HEAD: 1}


def test_folder_with_many_old_versions_takes_heads(
    api: Api, s3: S3, requests: Requests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "20")
    for number in range(3):
        for _ in range(100):
            s3.put("versioned", f"folder/{number}", b"x")
    assert entries(api, "s3://versioned/folder") == heads(s3, "versioned", iter("012"))
    assert requests == {VERSIONS: s3_module.FREE_PAGES, OBJECTS: 1, HEAD: 3}


def test_folder_with_more_objects_than_allowed_is_refused_before_any_head(
    api: Api, s3: S3, requests: Requests
) -> None:
    for name in ("a", "b", "c", "empty", "deep/"):
        s3.put("plain", f"folder/{name}", b"" if name in {"empty", "deep/"} else b"x")
    for name, refused in {"data": {}, "other": {VERSIONS: 403}}.items():
        requests.refused = refused
        reason = "reference s3://plain/folder leads to more than 2 objects; pass max_objects="
        with pytest.raises(UsageError, match=reason):
            entries(api, "s3://plain/folder", name, max_objects=2)
        assert requests[HEAD] == 0
        assert not api.artifact_exists(f"crew/ship/{name}:latest")
        assert len(entries(api, "s3://plain/folder", name, max_objects=3)) == 3


def test_listing_that_ends_nowhere_is_an_error() -> None:
    location = Location("s3", "boat", "data")
    cut = b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"
    with pytest.raises(TransportError, match="does not say where it continues"):
        parse_listing("a listing", cut, location)
    with pytest.raises(TransportError, match="the listing is not XML"):
        parse_listing("a listing", b"<html>", location)


def test_markers_of_keys_are_decoded_as_keys_are() -> None:
    body = b"""<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
    <EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>
    <NextKeyMarker>data/a+b%2Bc</NextKeyMarker><NextVersionIdMarker>v+1</NextVersionIdMarker>
    <Version><Key>data/a+b%2Bc</Key><VersionId>v+1</VersionId><IsLatest>true</IsLatest>
    <ETag>&quot;tag&quot;</ETag><Size>5</Size></Version></ListVersionsResult>"""
    page = parse_listing("a listing", body, Location("s3", "boat", "data"))
    assert page.following == {"key-marker": "data/a b+c", "version-id-marker": "v+1"}
    assert [tuple(each) for each in page.objects] == [
        ("data/a b+c", "tag", 5, {"etag": "tag", "versionID": "v+1"})
    ]
