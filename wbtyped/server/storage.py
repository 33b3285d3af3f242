"""The storage origin: signed addresses that give and take contents, and know no API key."""

import os
import re
from collections.abc import Callable
from functools import partial

from starlette.applications import Starlette
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from .answers import drain, storage_error
from .blobs import BlobStore, Incoming
from .bodies import refuse_announced, too_large
from .context import Context
from .limits import MANIFEST_BYTES
from .refusals import Refusal
from .relay import row_number
from .workers import Workers

Take = tuple[Incoming, Callable[[Incoming], None]]
"""A content in the making, and what keeps it."""
WRITE_BLOCK_BYTES = 256 * 1024
"""Hashing and writing so much takes about 1 ms, ten times as long as handing it to a thread."""
ONE_RANGE = re.compile(r"bytes=(?:(\d{1,18})-(\d{0,18})|-\d{1,18})")


class Content(FileResponse):
    """A content on its way out; with large blocks, since each is a trip to another thread."""

    chunk_size = 1024 * 1024


class StorageOrigin:
    """Answers requests to storage."""

    def __init__(self, context: Context, blobs: BlobStore, workers: Workers) -> None:
        self._context = context
        self._blobs = blobs
        self._workers = workers

    def app(self) -> Starlette:
        """Return the application."""
        uploads = "/uploads/{entity}/{project}/{run}/{name:path}"
        return Starlette(
            routes=[
                Route("/blobs/{key}/{name:path}", self.download, methods=["GET", "HEAD"]),
                Route(uploads, self.run_file, methods=["PUT"]),
                Route("/artifact-files/{file}", self.artifact_file, methods=["PUT"]),
                Route("/artifact-files/{file}/{part}", self.artifact_part, methods=["PUT"]),
                Route("/artifact-manifests/{manifest}", self.artifact_manifest, methods=["PUT"]),
            ]
        )

    def knows(self, scope: Scope) -> bool:
        """Tell whether a request has a signature that is good."""
        return self._refusal(scope) is None

    def _refusal(self, scope: Scope) -> str | None:
        query = QueryParams(scope["query_string"])
        return self._context.signer.refusal(scope["method"], scope["path"], query)

    def _refused(self, request: Request) -> Response | None:
        reason = self._refusal(request.scope)
        return storage_error(403, reason) if reason else None

    async def download(self, request: Request) -> Response:
        """Send a content, or the range asked for."""
        if refused := self._refused(request):
            return refused
        key: str = request.path_params["key"]
        found = await self._workers.run(self._facts, key)
        if found is None:
            return storage_error(404, "NoSuchKey")
        stat, md5 = found
        # The key is the digest of the content, so it tells versions apart for ever.
        etag = f'"{key}"'
        if not matches(request.headers.get("if-match", "*"), etag):
            return storage_error(412, "PreconditionFailed")
        if matches(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers={"ETag": etag})
        headers = {"ETag": etag}
        if not heeds_range(request):
            headers["Content-MD5"] = md5
        return Content(
            self._blobs.path(key),
            media_type="application/octet-stream",
            headers=headers,
            stat_result=stat,
        )

    def _facts(self, key: str) -> tuple[os.stat_result, str] | None:
        """Return what the disk says of a content, and its MD5."""
        md5 = self._context.contents.md5_of(key)
        try:
            return (self._blobs.path(key).stat(), md5) if md5 else None
        except FileNotFoundError:
            return None

    async def run_file(self, request: Request) -> Response:
        """Take the content of a file of a run; the file is there once all of it has come."""
        name: str = request.path_params["name"]

        def begin() -> Take | None:
            run_id = self._run_id(request)
            keep = partial(self._context.files.receive, run_id, name) if run_id else None
            return (self._blobs.incoming(), keep) if keep else None

        return await self._upload(request, begin)

    async def artifact_file(self, request: Request) -> Response:
        """Take the content of a file of a version in the making."""
        uploads, number = self._context.uploads, number_in(request, "file")

        def begin() -> Take | None:
            file = uploads.file(number)
            return (uploads.begin(file), partial(uploads.receive, file)) if file else None

        return await self._upload(request, begin)

    async def artifact_part(self, request: Request) -> Response:
        """Take one part of a large file of a version in the making."""
        file, part = number_in(request, "file"), number_in(request, "part")
        keep = partial(self._context.uploads.receive_part, file, part)
        return await self._upload(request, lambda: (self._blobs.incoming(), keep))

    async def artifact_manifest(self, request: Request) -> Response:
        """Take the manifest of a version in the making."""
        number = number_in(request, "manifest")
        keep = partial(self._context.uploads.receive_manifest, number)
        return await self._upload(
            request, lambda: (self._blobs.incoming(), keep), limit=MANIFEST_BYTES
        )

    async def _upload(
        self, request: Request, begin: Callable[[], Take | None], *, limit: int | None = None
    ) -> Response:
        """Take a content as it comes; it is there once all of it has come and is right."""
        refused = self._refused(request)
        begun = None if refused else await self._workers.run(begin)
        if begun is None:
            await drain(request)
            return refused or storage_error(404, "NoSuchUpload")
        content, keep = begun
        try:
            rest = await self._receive(request, content, limit)
            await self._workers.run(finish, content, rest, request.headers.get("content-md5"), keep)
            return Response(status_code=200, headers={"ETag": f'"{content.hex_md5}"'})
        except Refusal as refusal:
            return storage_error(refusal.status, str(refusal))
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            content.discard()

    async def _receive(self, request: Request, content: Incoming, limit: int | None) -> bytes:
        """Write what comes in large blocks, each in a thread; return the rest, not written yet."""
        if limit is not None:
            refuse_announced(request.headers, limit)
        block, size = bytearray(), 0
        async for part in request.stream():
            block += part
            size += len(part)
            if limit is not None and size > limit:
                raise too_large(limit)
            if len(block) >= WRITE_BLOCK_BYTES:
                await self._workers.run(content.write, bytes(block))
                block.clear()
        return bytes(block)

    def _run_id(self, request: Request) -> int | None:
        place = request.path_params
        row = self._context.projects.run_at(place["entity"], place["project"], place["run"])
        return int(row["id"]) if row else None


def finish(
    content: Incoming, rest: bytes, announced: str | None, keep: Callable[[Incoming], None]
) -> None:
    """Write the end of a content, and keep it when it is what the client says it is."""
    content.write(rest)
    if announced and announced != content.md5:
        raise Refusal("BadDigest", status=400)
    keep(content)


def matches(header: str, etag: str) -> bool:
    """Tell whether one of the tags in a condition is this one; a star is any."""
    tags = {tag.strip().removeprefix("W/") for tag in header.split(",")}
    return bool(tags & {"*", etag})


def heeds_range(request: Request) -> bool:
    """Tell whether a part is asked for; a header that asks for no single range is taken away.

    So it is answered with the whole content, as RFC 9110 allows and object stores do it.
    """
    asked = ONE_RANGE.fullmatch(request.headers.get("range", ""))
    if asked and (not asked[2] or int(asked[1]) <= int(asked[2])):
        return True
    request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
    return False


def number_in(request: Request, name: str) -> int:
    """Return the number of a row in a path; 0, which no row has, where there is none."""
    return row_number(str(request.path_params[name])) or 0
