"""References to objects of Google Cloud Storage, as far as they are public."""

import os
from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ValidationError

from ....errors import TransportError
from ....transport.http import Transport
from ...contents.entry import ArtifactManifestEntry
from .buckets import Location, Report, not_public, nothing_found, unread_entry
from .public_urls import PublicResponse, request_public
from .reference import Reference

EMULATOR_VARIABLE = "STORAGE_EMULATOR_HOST"
"""The environment variable by which Google's own client finds another server."""
ModelT = TypeVar("ModelT", bound=BaseModel)
GOOGLE = "https://storage.googleapis.com"


class _Object(BaseModel, frozen=True, defer_build=True):
    name: str
    etag: str
    size: int
    generation: int


class _Page(BaseModel, frozen=True, defer_build=True):
    items: list[_Object] = []
    nextPageToken: str | None = None  # noqa: N815 - the name in the response


def gcs_entries(
    transport: Transport, reference: Reference, report: Report
) -> list[ArtifactManifestEntry]:
    """Return the entry of an object, or of each object below a key, by their ETags.

    Objects that are not public are recorded by the URI alone, which `report` is told.
    """
    location = Location.of(reference)
    if not reference.checksum:
        return unread_entry(reference, location)
    generation = reference.parts.fragment
    if location.key:
        query = {"generation": generation} if generation else {}
        found = _request(transport, reference, f"/{quote(location.key, safe='')}", query)
        if found.is_refused:
            return not_public(reference, location, report)
        if (found.status != 404 or generation) and not location.key.endswith("/"):
            found.require_success(reference.what)
            name = reference.name or location.key.rpartition("/")[2]
            return [_entry(name, location.uri, _parse(reference, _Object, found.body))]
    return _below(transport, reference, location, report)


def _below(
    transport: Transport, reference: Reference, location: Location, report: Report
) -> list[ArtifactManifestEntry]:
    entries: list[ArtifactManifestEntry] = []
    prefix = f"{reference.name.rstrip('/')}/" if reference.name else ""
    for page in _pages(transport, reference, location.prefix):
        if page is None:
            return not_public(reference, location, report)
        names = location.names_below(item.name for item in page)
        for item in page:
            if item.name in names:
                uri = f"{location.scheme}://{location.bucket}/{item.name}"
                entries.append(_entry(f"{prefix}{names[item.name]}", uri, item))
    if not entries:
        raise nothing_found(reference, location)
    return entries


def _entry(name: str, uri: str, found: _Object) -> ArtifactManifestEntry:
    extra = {"versionID": found.generation}
    return ArtifactManifestEntry(name, found.etag, found.size, uri, extra=extra)


def _pages(
    transport: Transport, reference: Reference, prefix: str
) -> Iterator[list[_Object] | None]:
    """Yield the objects below a prefix, page by page; None if they are not public."""
    query = {"prefix": prefix}
    while True:
        found = _request(transport, reference, "", query)
        if found.is_refused:
            yield None
            return
        found.require_success(reference.what)
        page = _parse(reference, _Page, found.body)
        yield page.items
        if not page.nextPageToken:
            return
        query["pageToken"] = page.nextPageToken


def _request(
    transport: Transport, reference: Reference, path: str, query: dict[str, str]
) -> PublicResponse:
    host = os.environ.get(EMULATOR_VARIABLE) or GOOGLE
    base = (host if "://" in host else f"http://{host}").rstrip("/")
    bucket = reference.parts.netloc
    suffix = f"?{urlencode(query)}" if query else ""
    url = f"{base}/storage/v1/b/{bucket}/o{path}{suffix}"
    return request_public(transport, reference.what, url, with_body=True)


def _parse(reference: Reference, model: type[ModelT], body: bytes) -> ModelT:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise TransportError(f"{reference.what}: the response is not that of a bucket") from error
