"""References to objects of Google Cloud Storage, as far as they are public."""

import os
from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import quote, urlencode

from pydantic import BaseModel, ValidationError

from ....errors import TransportError
from ....transport.http import Transport
from .buckets import Location, NotPublicError, Page, StoredObject, pages_of
from .public_urls import PublicResponse, request_public
from .reference import Reference

EMULATOR_VARIABLE = "STORAGE_EMULATOR_HOST"
"""The environment variable by which Google's own client finds another server."""
ModelT = TypeVar("ModelT", bound=BaseModel)
GOOGLE = "https://storage.googleapis.com"
OBJECT_FIELDS = "name,etag,size,generation"
"""What is read of an object; by default the response has about 1 KB for each of a page."""


class _Object(BaseModel, frozen=True, defer_build=True):
    name: str
    etag: str
    size: int
    generation: int

    def stored(self) -> StoredObject:
        return StoredObject(self.name, self.etag, self.size, {"versionID": self.generation})


class _Listing(BaseModel, frozen=True, defer_build=True):
    items: list[_Object] = []
    nextPageToken: str | None = None  # noqa: N815 - the name in the response


class GcsBucket:
    """A bucket of Google, or of the emulator in the environment.

    A listing has all that entries need, so that a page of 1,000 objects is one request.
    """

    def __init__(self, transport: Transport, reference: Reference) -> None:
        self._transport = transport
        self._reference = reference

    def find(self, location: Location) -> StoredObject | None:
        """Return the object at a key, in the generation that the reference names."""
        if location.key.endswith("/"):
            return None
        generation = self._reference.parts.fragment
        query = {"fields": OBJECT_FIELDS}
        if generation:
            query["generation"] = generation
        found = self._request(f"/{quote(location.key, safe='')}", query)
        if found.status == 404 and not generation:
            return None
        found.require_success(self._reference.what)
        return self._parse(_Object, found.body).stored()

    def objects_below(self, location: Location) -> Iterator[StoredObject]:
        """Yield the objects of a folder, without folder markers."""
        query = {"prefix": location.prefix, "fields": f"items({OBJECT_FIELDS}),nextPageToken"}

        def request(marker: dict[str, str]) -> Page:
            found = self._request("", query | marker)
            found.require_success(self._reference.what)
            listing = self._parse(_Listing, found.body)
            token = listing.nextPageToken
            objects = [item.stored() for item in listing.items if location.is_below(item.name)]
            return Page(objects, {"pageToken": token} if token else {})

        pages = pages_of(self._reference.what, request)
        return self._reference.limited(found for page in pages for found in page.objects)

    def _request(self, path: str, query: dict[str, str]) -> PublicResponse:
        host = os.environ.get(EMULATOR_VARIABLE) or GOOGLE
        base = (host if "://" in host else f"http://{host}").rstrip("/")
        bucket = self._reference.parts.netloc
        url = f"{base}/storage/v1/b/{bucket}/o{path}?{urlencode(query)}"
        found = request_public(self._transport, self._reference.what, url, with_body=True)
        if found.is_refused:
            raise NotPublicError
        return found

    def _parse(self, model: type[ModelT], body: bytes) -> ModelT:
        try:
            return model.model_validate_json(body)
        except ValidationError as error:
            raise TransportError(
                f"{self._reference.what}: the response is not that of a bucket"
            ) from error
