"""The storage origin: signed addresses that give and take contents, and know no API key."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from .blobs import BlobStore, Incoming
from .context import Context
from .intake import drain


def storage_error(status: int, code: str) -> Response:
    """Return an error in the shape that object stores use."""
    return Response(f"<Error><Code>{code}</Code></Error>", status, media_type="application/xml")


class StorageOrigin:
    """Answers requests to storage."""

    def __init__(self, context: Context, blobs: BlobStore) -> None:
        self._context = context
        self._blobs = blobs

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/blobs/{key}/{name:path}", self.download, methods=["GET", "HEAD"]),
                Route(
                    "/uploads/{entity}/{project}/{run}/{name:path}", self.upload, methods=["PUT"]
                ),
            ]
        )

    def _refused(self, request: Request) -> Response | None:
        path: str = request.scope["path"]
        reason = self._context.signer.refusal(request.method, path, request.query_params)
        return storage_error(403, reason) if reason else None

    async def download(self, request: Request) -> Response:
        """Send a content, or the ranges asked for."""
        if refused := self._refused(request):
            return refused
        key: str = request.path_params["key"]
        path = self._blobs.path(key)
        # The key is the digest of the content, so it tells versions apart for ever.
        etag = f'"{key}"'
        if not path.is_file():
            return storage_error(404, "NoSuchKey")
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": etag})
        return FileResponse(path, media_type="application/octet-stream", headers={"ETag": etag})

    async def upload(self, request: Request) -> Response:
        """Take the content of a file of a run; the file is there once all of it has come."""
        if refused := self._refused(request):
            await drain(request)
            return refused
        run_id = await run_in_threadpool(self._run_id, request)
        if run_id is None:
            await drain(request)
            return storage_error(404, "NoSuchRun")
        content = self._blobs.incoming()
        try:
            async for block in request.stream():
                content.write(block)
            return await self._settle(request, run_id, content)
        except ClientDisconnect:
            return Response(status_code=400)
        finally:
            content.discard()

    async def _settle(self, request: Request, run_id: int, content: Incoming) -> Response:
        announced = request.headers.get("content-md5")
        if announced and announced != content.md5:
            return storage_error(400, "BadDigest")
        name: str = request.path_params["name"]
        await run_in_threadpool(self._context.files.receive, run_id, name, content)
        return Response(status_code=200, headers={"ETag": f'"{content.hex_md5}"'})

    def _run_id(self, request: Request) -> int | None:
        place = request.path_params
        owner = self._context.projects.find(place["entity"], place["project"])
        row = owner and self._context.projects.find_run(owner["id"], place["run"])
        return int(row["id"]) if row else None
