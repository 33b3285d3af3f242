"""The storage origin: signed URLs for downloads and uploads; it does not know API keys."""

import os
import re
from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from .blobs import BlobStore, IncomingBlob
from .context import VERSION_FILES, Context
from .http_errors import HttpError
from .limits import MANIFEST_BYTES
from .node_ids import parse_row_id
from .request_body import check_content_length, too_large
from .responses import drain, storage_error
from .workers import InTurn, Workers

Upload = tuple[IncomingBlob, Callable[[IncomingBlob], None]]
"""A blob that is being written, and the function that stores it once complete."""
WRITE_BLOCK_BYTES = 256 * 1024
"""Hashing and writing a block takes about 1 ms, ten times the cost of handing it to a thread."""
SINGLE_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-\d{1,18})")


class BlobResponse(FileResponse):
    """Sends a blob, in large blocks since each is read in another thread."""

    chunk_size = 1024 * 1024

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the blob, or 404 if another upload has replaced it meanwhile.

        FileResponse sends the headers before it opens the file, and can only close the connection
        then.
        """
        headers: list[Message] = []

        async def send_once_opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers.append(message)
                return
            while headers:
                await send(headers.pop())
            await send(message)

        try:
            await super().__call__(scope, receive, send_once_opened)
        except FileNotFoundError:
            await storage_error(404, "NoSuchKey")(scope, receive, send)


class StorageOrigin:
    """Handles requests to storage."""

    def __init__(self, context: Context, blobs: BlobStore, workers: Workers) -> None:
        self._context = context
        self._blobs = blobs
        self._workers = workers
        # Threads that wait for the disk do not compete, and several writes share one wait.
        self._small = workers if blobs.lasting else InTurn(workers)

    def app(self) -> Starlette:
        """Return the application."""
        uploads = "/uploads/{entity}/{project}/{run}/{name:path}"
        return Starlette(
            routes=[
                Route("/blobs/{key}/{name:path}", self.download, methods=["GET", "HEAD"]),
                Route(
                    f"/{VERSION_FILES}/{{key}}/{{name:path}}",
                    self.download,
                    methods=["GET", "HEAD"],
                ),
                Route(uploads, self.run_file, methods=["PUT"]),
                Route("/artifact-files/{file}", self.artifact_file, methods=["PUT"]),
                Route("/artifact-files/{file}/{part}", self.artifact_part, methods=["PUT"]),
                Route("/artifact-manifests/{manifest}", self.artifact_manifest, methods=["PUT"]),
            ]
        )

    def is_authorized(self, scope: Scope) -> bool:
        """Return True if a request has a valid signature."""
        return self._denial_reason(scope) is None

    def _denial_reason(self, scope: Scope) -> str | None:
        if "denial_reason" not in scope:
            query, signer = QueryParams(scope["query_string"]), self._context.signer
            scope["denial_reason"] = signer.denial_reason(scope["method"], scope["path"], query)
        reason: str | None = scope["denial_reason"]
        return reason

    def _reject(self, request: Request) -> Response | None:
        reason = self._denial_reason(request.scope)
        return storage_error(403, reason) if reason else None

    async def download(self, request: Request) -> Response:
        """Send a blob, or the requested range of it."""
        if rejection := self._reject(request):
            return rejection
        key: str = request.path_params["key"]
        found = await self._workers.run(self._stat_and_md5, key)
        if found is None:
            return storage_error(404, "NoSuchKey")
        stat, md5 = found
        # The key is the SHA-256 of the blob, so it never changes.
        etag = f'"{key}"'
        if not etag_matches(request.headers.get("if-match", "*"), etag):
            return storage_error(412, "PreconditionFailed")
        if etag_matches(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers={"ETag": etag})
        headers = {"ETag": etag}
        # The MD5 of a content that a mirror names by its XXH128 is not known.
        if not has_valid_range(request) and md5:
            headers["Content-MD5"] = md5
        return BlobResponse(
            self._blobs.path(key),
            media_type="application/octet-stream",
            headers=headers,
            stat_result=stat,
        )

    def _stat_and_md5(self, key: str) -> tuple[os.stat_result, str] | None:
        """Return the file status and MD5 of a blob, or None if there is no such blob."""
        md5 = self._context.blobs.md5_of(key)
        try:
            return None if md5 is None else (self._blobs.path(key).stat(), md5)
        except FileNotFoundError:
            return None

    async def run_file(self, request: Request) -> Response:
        """Store a file of a run; it appears once the upload is complete."""
        name: str = request.path_params["name"]

        def open_blob() -> Upload | None:
            run_id = self._run_id(request)
            store = partial(self._context.files.receive, run_id, name) if run_id else None
            return (self._blobs.new_blob(), store) if store else None

        return await self._upload(request, open_blob)

    async def artifact_file(self, request: Request) -> Response:
        """Store a file of an uncommitted version."""
        uploads, row_id = self._context.uploads, path_row_id(request, "file")

        def open_blob() -> Upload | None:
            file = uploads.file(row_id)
            return (uploads.begin(file), partial(uploads.receive, file)) if file else None

        return await self._upload(request, open_blob)

    async def artifact_part(self, request: Request) -> Response:
        """Store one part of a large file of an uncommitted version."""
        file, part = path_row_id(request, "file"), path_row_id(request, "part")
        store = partial(self._context.uploads.receive_part, file, part)
        return await self._upload(request, lambda: (self._blobs.new_blob(), store))

    async def artifact_manifest(self, request: Request) -> Response:
        """Store the manifest of an uncommitted version."""
        row_id = path_row_id(request, "manifest")
        store = partial(self._context.uploads.receive_manifest, row_id)
        return await self._upload(
            request, lambda: (self._blobs.new_blob(), store), limit=MANIFEST_BYTES
        )

    async def _upload(
        self, request: Request, open_blob: Callable[[], Upload | None], *, limit: int | None = None
    ) -> Response:
        """Receive an upload; it takes effect only once it is complete and its digest matches."""
        rejection = self._reject(request)
        checksum = request.headers.get("content-md5")
        try:
            if rejection is None and is_small(request.headers):
                # One thread does all of it, since handing work to one costs more than the work.
                body = await request.body()
                etag = await self._small.run(store_small, open_blob, body, checksum)
                return stored(etag) if etag else storage_error(404, "NoSuchUpload")
            opened = None if rejection else await self._workers.run(open_blob)
            if opened is None:
                await drain(request)
                return rejection or storage_error(404, "NoSuchUpload")
            blob, store = opened
            try:
                rest = await self._receive(request, blob, limit)
                await self._workers.run(finish_upload, blob, rest, checksum, store)
                return stored(blob.hex_md5)
            finally:
                blob.discard()
        except HttpError as error:
            return storage_error(error.status, str(error))
        except ClientDisconnect:
            return Response(status_code=400)

    async def _receive(self, request: Request, blob: IncomingBlob, limit: int | None) -> bytes:
        """Write the body in large blocks, each in a thread; return the rest, not written yet."""
        if limit is not None:
            check_content_length(request.headers, limit)
        block, size = bytearray(), 0
        async for part in request.stream():
            block += part
            size += len(part)
            if limit is not None and size > limit:
                raise too_large(limit)
            if len(block) >= WRITE_BLOCK_BYTES:
                await self._workers.run(blob.write, bytes(block))
                block.clear()
        return bytes(block)

    def _run_id(self, request: Request) -> int | None:
        params = request.path_params
        row = self._context.runs.by_path(params["entity"], params["project"], params["run"])
        return int(row["id"]) if row else None


def stored(etag: str) -> Response:
    """Return the response to an upload that is complete."""
    return Response(status_code=200, headers={"ETag": f'"{etag}"'})


def is_small(headers: Headers) -> bool:
    """Return True for a body that fits into one block."""
    length = headers.get("content-length", "")
    return length.isdecimal() and len(length) < 10 and int(length) <= WRITE_BLOCK_BYTES


def store_small(
    open_blob: Callable[[], Upload | None], body: bytes, announced: str | None
) -> str | None:
    """Store a whole body; return its MD5 in hex, or None if nothing was to be uploaded."""
    opened = open_blob()
    if opened is None:
        return None
    blob, store = opened
    try:
        finish_upload(blob, body, announced, store)
        return blob.hex_md5
    finally:
        blob.discard()


def finish_upload(
    blob: IncomingBlob, rest: bytes, announced: str | None, store: Callable[[IncomingBlob], None]
) -> None:
    """Write the last block, check the announced MD5, and store the file."""
    blob.write(rest)
    if announced and announced != blob.md5:
        raise HttpError("BadDigest", status=400)
    store(blob)


def etag_matches(header: str, etag: str) -> bool:
    """Return True if a conditional header lists this ETag, or `*`."""
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return bool(tags & {"*", etag})


def has_valid_range(request: Request) -> bool:
    """Return True for a single valid range; drop any other Range header from the request.

    The response is the whole blob then, as RFC 9110 allows and object stores do.
    """
    requested = SINGLE_RANGE.fullmatch(request.headers.get("range", ""))
    if requested and (not requested[2] or int(requested[1]) <= int(requested[2])):
        return True
    request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
    return False


def path_row_id(request: Request, name: str) -> int:
    """Return the row id in a path; 0, which no row has, if it is not a row_id."""
    return parse_row_id(str(request.path_params[name])) or 0
