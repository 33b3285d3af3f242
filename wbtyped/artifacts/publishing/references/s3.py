"""References to objects of S3 and of what speaks its protocol, as far as they are public."""

import os
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, unquote_plus, urlencode
from xml.etree import ElementTree

from ....errors import TransportError
from ....transport.http import Transport
from ...contents.entry import ArtifactManifestEntry
from .buckets import Location, Report, not_public, nothing_found, unread_entry
from .public_urls import PublicResponse, request_public
from .reference import Reference

ENDPOINTS = ("AWS_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
BUCKET_REGION = "x-amz-bucket-region"
FOLDER_TYPE = "x-directory"
"""Part of the content type of an object that stands for a folder."""


def s3_entries(
    transport: Transport, reference: Reference, report: Report
) -> list[ArtifactManifestEntry]:
    """Return the entry of an object, or of each object below a key, by their ETags.

    Empty objects are left out, as the official client does. Objects that are not public are
    recorded by the URI alone, which `report` is told.
    """
    location = Location.of(reference)
    if not reference.checksum:
        return unread_entry(reference, location)
    version = parse_qs(reference.parts.query).get("versionId", [None])[-1]
    bucket = _Bucket(transport, reference.what, location.bucket)
    if location.key:
        found = bucket.head(location.key, version)
        if found.is_refused:
            return not_public(reference, location, report)
        is_missing = found.status == 404 and version is None
        is_folder = FOLDER_TYPE in found.headers.get("content-type", "")
        if not is_missing and not is_folder:
            found.require_success(reference.what)
            if not found.size:
                raise nothing_found(reference, location)
            name = reference.name or location.key.rstrip("/").rpartition("/")[2]
            return [_entry(name, location.uri, found)]
    return _below(bucket, reference, location, report)


def _below(
    bucket: "_Bucket", reference: Reference, location: Location, report: Report
) -> list[ArtifactManifestEntry]:
    entries: list[ArtifactManifestEntry] = []
    prefix = f"{reference.name.rstrip('/')}/" if reference.name else ""
    for page in bucket.pages(location.prefix):
        if page is None:
            return not_public(reference, location, report)
        for key, name in location.names_below(page).items():
            found = bucket.head(key, None)
            if found.is_refused:
                return not_public(reference, location, report)
            found.require_success(f"{reference.what}: {key}")
            if found.size:
                uri = f"{location.scheme}://{location.bucket}/{key}"
                entries.append(_entry(f"{prefix}{name}", uri, found))
    if not entries:
        raise nothing_found(reference, location)
    return entries


def _entry(name: str, uri: str, found: PublicResponse) -> ArtifactManifestEntry:
    etag = found.headers.get("etag", "").strip('"')
    extra: dict[str, object] = {"etag": etag}
    version = found.headers.get("x-amz-version-id")
    if version and version != "null":
        extra["versionID"] = version
    return ArtifactManifestEntry(name, etag or uri, found.size, uri, extra=extra)


class _Bucket:
    """A bucket, at the endpoint of the environment, else at Amazon."""

    def __init__(self, transport: Transport, what: str, name: str) -> None:
        self._transport = transport
        self._what = what
        self._name = name
        self._endpoint = _first_variable(ENDPOINTS)
        self._region = _first_variable(REGIONS)

    def _url(self, key: str, query: str = "") -> str:
        path = quote(key, safe="/~")
        suffix = f"{path}?{query}" if query else path
        if self._endpoint:
            return f"{self._endpoint.rstrip('/')}/{self._name}/{suffix}"
        host = f"s3.{self._region}.amazonaws.com" if self._region else "s3.amazonaws.com"
        # The certificates of Amazon cover one label before `s3`.
        if "." in self._name or self._name != self._name.lower():
            return f"https://{host}/{self._name}/{suffix}"
        return f"https://{self._name}.{host}/{suffix}"

    def head(self, key: str, version: str | None) -> PublicResponse:
        """Return what the store says of one object."""
        query = urlencode({"versionId": version}) if version else ""
        return self._request(key, query, "HEAD")

    def pages(self, prefix: str) -> Iterator[list[str] | None]:
        """Yield the keys of objects with content, page by page; None if that is not public."""
        token: str | None = None
        while True:
            query = {"list-type": "2", "prefix": prefix, "encoding-type": "url"}
            if token:
                query["continuation-token"] = token
            response = self._request("", urlencode(query), "GET")
            if response.is_refused:
                yield None
                return
            response.require_success(self._what)
            keys, token = _parse_listing(self._what, response.body)
            yield keys
            if token is None:
                return

    def _request(self, key: str, query: str, method: str) -> PublicResponse:
        is_listing = method == "GET"
        found = self._send(key, query, method, is_listing)
        region = found.headers.get(BUCKET_REGION)
        if found.status in {301, 307, 400} and region and region != self._region:
            self._region = region
            found = self._send(key, query, method, is_listing)
        return found

    def _send(self, key: str, query: str, method: str, is_listing: bool) -> PublicResponse:
        url = self._url(key, query)
        return request_public(self._transport, self._what, url, method, with_body=is_listing)


def _parse_listing(what: str, body: bytes) -> tuple[list[str], str | None]:
    """Return the keys of a page, without empty objects, and the token of the next one."""
    try:
        # Of a server that the user named, and without entities of other documents: expat refuses
        # to expand nested ones without limit.
        root = ElementTree.fromstring(body)  # noqa: S314
    except ElementTree.ParseError as error:
        raise TransportError(f"{what}: the listing is not XML: {error}") from error
    keys: list[str] = []
    token: str | None = None
    encoded = False
    for element in root:
        tag = element.tag.rpartition("}")[2]
        if tag == "EncodingType":
            encoded = element.text == "url"
        elif tag == "NextContinuationToken":
            token = element.text
        elif tag == "Contents":
            fields = {part.tag.rpartition("}")[2]: part.text or "" for part in element}
            if fields.get("Size") != "0":
                keys.append(fields.get("Key", ""))
    return [unquote_plus(key) for key in keys] if encoded else keys, token


def _first_variable(names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := os.environ.get(name))), None)
