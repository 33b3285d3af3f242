"""References to objects of S3 and of what speaks its protocol, as far as they are public."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from urllib.parse import parse_qs, quote, urlencode

from ....transport.http import Transport
from .buckets import Location, NotPublicError, Page, StoredObject, nothing_found, pages_of
from .public_urls import PublicResponse, request_public
from .reference import Reference
from .s3_listing import is_version_listing, parse_listing, stored_object

ENDPOINTS = ("AWS_S3_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
BUCKET_REGION = "x-amz-bucket-region"
FOLDER_TYPE = "x-directory"
"""Part of the content type of an object that stands for a folder."""
PARALLEL_OBJECTS = 16
"""HEAD requests in parallel, for the objects of all references together."""
FREE_PAGES = 8
"""Pages of versions that are read before it is asked whether that is cheaper than HEADs."""


class S3Bucket:
    """A bucket, at the endpoint of the environment, else at Amazon.

    An entry has the version of its object. A listing of versions has it too, 1,000 in a page, but
    fewer buckets allow it than a listing of objects, and it also has what was replaced and deleted.
    Where it is refused, or costs more, each listed object takes a HEAD, many of them in parallel.
    Empty objects are left out, as the official client does.
    """

    def __init__(self, transport: Transport, reference: Reference, threads: Executor) -> None:
        self._transport = transport
        self._reference = reference
        self._threads = threads
        self._name = reference.parts.netloc
        self._endpoint = _first_variable(ENDPOINTS)
        self._region = _first_variable(REGIONS)

    def find(self, location: Location) -> StoredObject | None:
        """Return the object at a key, in the version that the reference names."""
        version = parse_qs(self._reference.parts.query).get("versionId", [None])[-1]
        query = {"versionId": version} if version else {}
        found = self._request(location.key, query, "HEAD")
        if found.is_refused:
            raise NotPublicError
        if found.status == 404 and version is None:
            return None
        if FOLDER_TYPE in found.headers.get("content-type", ""):
            return None
        found.require_success(self._reference.what)
        if not found.size:
            raise nothing_found(self._reference, location)
        return _described(location.key, found)

    def objects_below(self, location: Location) -> Iterable[StoredObject]:
        """Return the objects of a folder, without folder markers and empty objects."""
        try:
            return list(self._reference.limited(self._latest_versions(location)))
        except _VersionsUnsuitableError:
            # All are listed before the first HEAD, to see whether there are too many.
            listed = list(self._reference.limited(self._listed(location)))
            heads = self._threads.map(self._look_at, listed)
            return [found for found in heads if found.size]

    def _latest_versions(self, location: Location) -> Iterator[StoredObject]:
        """Yield the objects from a listing of versions.

        Raises _VersionsUnsuitableError if the bucket does not allow that, or has so many old
        versions that HEADs cost less.
        """
        number_found = 0
        for number, page in enumerate(self._pages(location, {"versions": ""}), 1):
            number_found += len(page.objects)
            yield from page.objects
            enough = number_found >= number * PARALLEL_OBJECTS
            if number >= FREE_PAGES and page.following and not enough:
                raise _VersionsUnsuitableError

    def _listed(self, location: Location) -> Iterator[StoredObject]:
        for page in self._pages(location, {"list-type": "2"}):
            yield from page.objects

    def _pages(self, location: Location, query: dict[str, str]) -> Iterator[Page]:
        what = self._reference.what
        query = {**query, "prefix": location.prefix, "encoding-type": "url"}

        def request(marker: dict[str, str]) -> Page:
            response = self._request("", query | marker, "GET")
            if "versions" in query:
                # Some servers know no such listing, others ignore that it was asked for.
                if not marker and not is_version_listing(response):
                    raise _VersionsUnsuitableError
            elif response.is_refused:
                raise NotPublicError
            response.require_success(what)
            return parse_listing(what, response.body, location)

        return pages_of(what, request)

    def _look_at(self, listed: StoredObject) -> StoredObject:
        """Return what a HEAD says of an object, its version too."""
        found = self._request(listed.key, {}, "HEAD")
        if found.is_refused:  # though the listing is public
            return listed
        found.require_success(f"{self._reference.what}: {listed.key}")
        return _described(listed.key, found)

    def _request(self, key: str, query: dict[str, str], method: str) -> PublicResponse:
        found = self._send(key, query, method)
        region = found.headers.get(BUCKET_REGION)
        if found.status in {301, 307, 400} and region and region != self._region:
            self._region = region
            found = self._send(key, query, method)
        return found

    def _send(self, key: str, query: dict[str, str], method: str) -> PublicResponse:
        url, what = self._url(key, urlencode(query)), self._reference.what
        return request_public(self._transport, what, url, method, with_body=method == "GET")

    def _url(self, key: str, query: str) -> str:
        path = quote(key, safe="/~")
        suffix = f"{path}?{query}" if query else path
        if self._endpoint:
            return f"{self._endpoint.rstrip('/')}/{self._name}/{suffix}"
        host = f"s3.{self._region}.amazonaws.com" if self._region else "s3.amazonaws.com"
        # The certificates of Amazon cover one label before `s3`.
        if "." in self._name or self._name != self._name.lower():
            return f"https://{host}/{self._name}/{suffix}"
        return f"https://{self._name}.{host}/{suffix}"


class _VersionsUnsuitableError(Exception):
    """A listing of versions is not allowed, or costs more than HEADs."""


def _described(key: str, found: PublicResponse) -> StoredObject:
    headers = found.headers
    return stored_object(key, headers.get("etag", ""), found.size, headers.get("x-amz-version-id"))


def _first_variable(names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := os.environ.get(name))), None)
