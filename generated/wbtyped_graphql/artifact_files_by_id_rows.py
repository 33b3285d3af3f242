# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

"""The response of ArtifactFilesById as plain dicts, with the names on the wire."""

from datetime import datetime

from typing_extensions import TypedDict


class ArtifactFileRow(TypedDict):
    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Name to show. For artifact files it is the path inside the artifact, as in `name`."
    url: str | None
    "URL on the API's own host. It needs the API key and may redirect to storage. For a reference, the URL referred to."
    directUrl: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    sizeBytes: int
    "Size in bytes; 0 for a name that does not exist."
    storagePath: str | None
    "Key of the content in its bucket; a multipart upload is completed with it."
    mimetype: str | None
    "MIME type, guessed from the name; null if it is not known."
    updatedAt: datetime | None
    "When content was last uploaded; null for a name that does not exist."
    digest: str | None
    "Digest of an artifact file as its manifest has it: base64 of MD5 or XXH128, or the ETag or URL of a reference. Null for files of runs."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."


class ArtifactFilesByIdArtifactFilesEdgesRow(TypedDict):
    cursor: str
    "Opaque position of this file; pass it as `after` to get what follows."
    node: ArtifactFileRow | None
    "The file itself. May be null; skip such an edge."


class PageInfoRow(TypedDict):
    endCursor: str | None
    "Opaque cursor of the last entry, to be sent as `after` for the next page. Null on an empty page."
    hasNextPage: bool
    "Whether there are entries after `endCursor`."


class ArtifactFilesByIdArtifactFilesRow(TypedDict):
    edges: list[ArtifactFilesByIdArtifactFilesEdgesRow]
    "The files of this page, in order."
    pageInfo: PageInfoRow
    "Where this page ends, and whether more follow."


class ArtifactFilesByIdArtifactRow(TypedDict):
    files: ArtifactFilesByIdArtifactFilesRow | None
    "Files of the version, in the order of their paths. Older servers promise a value; null is allowed now."


class ArtifactFilesByIdRow(TypedDict):
    artifact: ArtifactFilesByIdArtifactRow | None
    "One artifact version by its GraphQL id. Versions by path are found through `Project`."
