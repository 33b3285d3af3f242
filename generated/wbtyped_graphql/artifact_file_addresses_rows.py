# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

"""The response of ArtifactFileAddresses as plain dicts, with the names on the wire."""

from typing_extensions import TypedDict


class ArtifactFileAddressRow(TypedDict):
    name: str
    "Name to show. For artifact files it is the path inside the artifact, as in `name`."
    directUrl: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."


class ArtifactFileAddressesArtifactFilesEdgesRow(TypedDict):
    cursor: str
    "Opaque position of this file; pass it as `after` to get what follows."
    node: ArtifactFileAddressRow | None
    "The file itself. May be null; skip such an edge."


class PageInfoRow(TypedDict):
    endCursor: str | None
    "Opaque cursor of the last entry, to be sent as `after` for the next page. Null on an empty page."
    hasNextPage: bool
    "Whether there are entries after `endCursor`."


class ArtifactFileAddressesArtifactFilesRow(TypedDict):
    edges: list[ArtifactFileAddressesArtifactFilesEdgesRow]
    "The files of this page, in order."
    pageInfo: PageInfoRow
    "Where this page ends, and whether more follow."


class ArtifactFileAddressesArtifactRow(TypedDict):
    files: ArtifactFileAddressesArtifactFilesRow | None
    "Files of the version, in the order of their paths. Older servers promise a value; null is allowed now."


class ArtifactFileAddressesRow(TypedDict):
    artifact: ArtifactFileAddressesArtifactRow | None
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."
