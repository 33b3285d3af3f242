# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

"""The response of RunFiles as plain dicts, with the names on the wire."""

from datetime import datetime

from typing_extensions import TypedDict


class RunFileRow(TypedDict):
    id: str
    "Opaque id, valid on this server only. Most are base64 of a kind and a number; do not rely on it."
    name: str
    "Path relative to the run or artifact, with `/` between folders. Unsafe names are possible; check before writing."
    url: str | None
    "URL on the API's own host. It needs the API key and may redirect to storage. For a reference, the URL referred to."
    directUrl: str
    "URL of the content: a signed URL in object storage. It expires and needs no API key. For a reference, the URL referred to."
    sizeBytes: int
    "Size in bytes; 0 for a name that does not exist."
    mimetype: str | None
    "MIME type, guessed from the name; null if it is not known."
    updatedAt: datetime | None
    "When content was last uploaded; null for a name that does not exist."
    md5: str | None
    "Base64 of the 16 bytes of the content's MD5; null if it is not known."


class RunFilesProjectRunFilesEdgesRow(TypedDict):
    cursor: str
    "Opaque position of this file; pass it as `after` to get what follows."
    node: RunFileRow | None
    "The file itself. May be null; skip such an edge."


class PageInfoRow(TypedDict):
    endCursor: str | None
    "Opaque cursor of the last entry, to be sent as `after` for the next page. Null on an empty page."
    hasNextPage: bool
    "Whether there are entries after `endCursor`."


class RunFilesProjectRunFilesRow(TypedDict):
    edges: list[RunFilesProjectRunFilesEdgesRow]
    "The files of this page, in order."
    pageInfo: PageInfoRow
    "Where this page ends, and whether more follow."


class RunFilesProjectRunRow(TypedDict):
    fileCount: int | None
    "Number of files of the run, whatever the filter of `files`."
    files: RunFilesProjectRunFilesRow | None
    "Files of the run. A name requested in `names` gets a node even if it does not exist; its `updatedAt` is null and its `sizeBytes` 0."


class RunFilesProjectRow(TypedDict):
    internalId: str
    "Id of the project in storage: base64 of `ProjectInternalId:` and a number. Since server 0.51."
    run: RunFilesProjectRunRow | None
    "One run by its run id; null if there is none."


class RunFilesRow(TypedDict):
    project: RunFilesProjectRow | None
    "One project by entity and name."
