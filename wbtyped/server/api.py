"""The API's origin: GraphQL, and the addresses of files that redirect to storage."""

import base64

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from .answers import json_error
from .bodies import read_body
from .context import Context
from .execution import Execution
from .graphql_request import GraphQLRequest
from .keys import AcceptedKeys
from .limits import STREAM_BODY_BYTES
from .refusals import Refusal
from .relay import number_of
from .streams import read_stream_request
from .workers import Workers

BY_BIRTH = "{birth}/{digest:digest}/{name:path}"
ARTIFACT = "/artifactsV2/{region}/{entity}/{project}/{collection}"


class HexDigest(Convertor[str]):
    """A digest in an address, by which the forms of the address can be told apart."""

    regex = "[0-9a-f]{32}"

    def convert(self, value: str) -> str:
        """Return the digest."""
        return value

    def to_string(self, value: str) -> str:
        """Return what stands in an address."""
        return value


register_url_convertor("digest", HexDigest())


def authorized(header: str, keys: AcceptedKeys) -> bool:
    """Tell whether an Authorization header holds a key: Basic with any user name, or Bearer."""
    scheme, _, value = header.partition(" ")
    given = value.strip()
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().partition(":")[2]
        except ValueError:  # no base64, no ASCII or no UTF-8
            return False
    elif scheme.lower() != "bearer":
        return False
    return keys.accepts(given)


class ApiOrigin:
    """Answers requests to the API."""

    def __init__(
        self,
        context: Context,
        execution: Execution,
        keys: AcceptedKeys,
        queries: Workers,
        workers: Workers,
    ) -> None:
        self._context = context
        self._execution = execution
        self._keys = keys
        self._queries = queries
        self._workers = workers

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/graphql", self.graphql, methods=["POST"]),
                Route(
                    "/files/{entity}/{project}/{run}/file_stream",
                    self.file_stream,
                    methods=["POST"],
                ),
                Route("/files/{entity}/{project}/{run}/{name:path}", self.file),
                Route("/artifacts/{entity}/{digest:digest}", self.artifact_file),
                Route(f"{ARTIFACT}/{BY_BIRTH}", self.artifact_file),
                Route(f"{ARTIFACT}/{{artifact}}/{BY_BIRTH}", self.artifact_file),
            ],
            exception_handlers={HTTPException: no_such_request},
        )

    def knows(self, scope: Scope) -> bool:
        """Tell whether a request comes with the key."""
        return authorized(Headers(scope=scope).get("authorization", ""), self._keys)

    def _refused(self, request: Request) -> Response | None:
        if self.knows(request.scope):
            return None
        return json_error(401, "user is not logged in", {"WWW-Authenticate": 'Basic realm="W&B"'})

    async def graphql(self, request: Request) -> Response:
        """Answer a GraphQL request."""
        if refused := self._refused(request):
            return refused
        asked: GraphQLRequest = request.scope["graphql"]
        if not asked.query:
            return json_error(400, "the body must be JSON with a GraphQL query")
        status, answer = await self._queries.run(
            self._execution.answer,
            asked,
            self._seen(request),
            hide_schema=bool(request.scope.get("introspection_off")),
        )
        return Response(answer, status, media_type="application/json")

    async def file(self, request: Request) -> Response:
        """Redirect to the content of a file."""
        if refused := self._refused(request):
            return refused
        found = await self._workers.run(content_url, self._seen(request), **request.path_params)
        return RedirectResponse(found, 302) if found else json_error(404, "file not found")

    async def file_stream(self, request: Request) -> Response:
        """Take what a run logs while it runs."""
        if refused := self._refused(request):
            return refused
        try:
            body = await read_body(request.headers, request.receive, STREAM_BODY_BYTES)
            asked = await self._workers.run(read_stream_request, body)
        except Refusal as refusal:
            return json_error(refusal.status, str(refusal))
        row = await self._workers.run(self._context.projects.run_at, **request.path_params)
        if row is None:
            return json_error(404, "run not found")
        await self._workers.run(self._context.streams.receive, row["id"], asked)
        return JSONResponse({"exitcode": None, "limits": {}})

    async def artifact_file(self, request: Request) -> Response:
        """Redirect to the content of a file of a version, found by its digest."""
        if refused := self._refused(request):
            return refused
        place = request.path_params
        found = await self._workers.run(
            artifact_content_url,
            self._seen(request),
            str(place["digest"]),
            str(place.get("birth", "")),
            str(place.get("name", "")),
        )
        return RedirectResponse(found, 302) if found else json_error(404, "file not found")

    def _seen(self, request: Request) -> Context:
        return self._context.seen_at(request.headers.get("host", ""))


def content_url(context: Context, entity: str, project: str, run: str, name: str) -> str | None:
    """Return the signed address of a file's content; None when there is no such file."""
    row = context.projects.run_at(entity, project, run)
    file = row and context.files.find(row["id"], name)
    return context.blob_url(file["blob"], name) if file else None


def artifact_content_url(context: Context, digest: str, birth: str, name: str) -> str | None:
    """Return the signed address of a content by its hex digest and the version it came with."""
    try:
        wanted = base64.b64encode(bytes.fromhex(digest)).decode()
    except ValueError:
        return None
    key = context.versions.content(wanted, number_of("Artifact", birth))
    return context.blob_url(key, name or digest) if key else None


async def no_such_request(_: Request, error: Exception) -> Response:
    """Answer what no route takes, in the API's own shape."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return json_error(status, "no such address" if status == 404 else "no such request")
