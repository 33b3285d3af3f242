"""The API origin: GraphQL, and file URLs that redirect to storage."""

import base64
from sqlite3 import Row

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Scope

from .access import Level
from .context import VERSION_FILES, Context
from .execution import Execution
from .graphql_request import GraphQLRequest
from .http_errors import NOT_LOGGED_IN, READ_ONLY, HttpError, not_found
from .keys import AcceptedKeys
from .limits import STREAM_BODY_BYTES
from .node_ids import parse_node_id
from .pages.site import Site
from .request_body import read_body
from .responses import json_error
from .streams import read_stream_request
from .users import NOBODY, User
from .workers import Workers

BY_BIRTH_ARTIFACT = "{birth}/{digest:digest}/{name:path}"
ARTIFACT_PATH = "/artifactsV2/{region}/{entity}/{project}/{collection}"


class HexDigest(Convertor[str]):
    """A digest in a URL path, which tells the forms of these URLs apart."""

    regex = "[0-9a-f]{32}"

    def convert(self, value: str) -> str:
        """Return the digest."""
        return value

    def to_string(self, value: str) -> str:
        """Return the digest."""
        return value


register_url_convertor("digest", HexDigest())


class ApiOrigin:
    """Handles requests to the API."""

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
        self._site = Site(context, keys, workers)

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
                Route(f"{ARTIFACT_PATH}/{BY_BIRTH_ARTIFACT}", self.artifact_file),
                Route(f"{ARTIFACT_PATH}/{{artifact}}/{BY_BIRTH_ARTIFACT}", self.artifact_file),
                *self._site.routes(),
            ],
            exception_handlers={HTTPException: handle_http_exception},
        )

    def is_authorized(self, scope: Scope) -> bool:
        """Return True if a request has a valid API key, or comes from a page that has sent it."""
        return self._user(scope) is not None or self._site.is_signed_in(scope)

    def _user(self, scope: Scope) -> User | None:
        """Return the user that a request has the key of; nobody where no key is needed."""
        if "key_owner" not in scope:  # a request is asked for it three times
            scope["key_owner"] = self._find_user(Headers(scope=scope))
        user: User | None = scope["key_owner"]
        return user

    def _find_user(self, headers: Headers) -> User | None:
        if self._keys.optional and "authorization" not in headers:
            return NOBODY
        user_id = self._keys.owner_by_header(headers.get("authorization", ""))
        return self._context.users.by_id(user_id)

    def _reject(self, request: Request, *, writes: bool = False) -> Response | None:
        # A cookie is not enough: a browser sends it without being asked.
        user = self._user(request.scope)
        if user is not None and not (writes and user is NOBODY):
            return None
        return json_error(401, NOT_LOGGED_IN, {"WWW-Authenticate": 'Basic realm="W&B"'})

    async def graphql(self, request: Request) -> Response:
        """Execute a GraphQL request."""
        if rejection := self._reject(request):
            return rejection
        parsed: GraphQLRequest = request.scope["graphql"]
        if not parsed.query:
            return json_error(400, "the body must be a JSON object with a GraphQL query")
        status, body = await self._queries.run(
            self._execution.execute,
            parsed,
            self._context_for(request),
            hide_schema=bool(request.scope.get("introspection_off")),
        )
        return Response(body, status, media_type="application/json")

    async def file(self, request: Request) -> Response:
        """Redirect to the content of a run file."""
        if rejection := self._reject(request):
            return rejection
        found = await self._workers.run(
            content_url, self._context_for(request), **request.path_params
        )
        return RedirectResponse(found, 302) if found else json_error(404, "file not found")

    async def file_stream(self, request: Request) -> Response:
        """Store lines that a run logs."""
        if rejection := self._reject(request, writes=True):
            return rejection
        if self._context.is_read_only:
            return json_error(403, READ_ONLY)
        try:
            body = await read_body(request.headers, request.receive, STREAM_BODY_BYTES)
            encoding = request.headers.get("content-encoding", "")
            parsed = await self._workers.run(read_stream_request, body, encoding)
        except HttpError as error:
            return json_error(error.status, str(error))
        try:
            row = await self._workers.run(
                find_writable_run, self._context_for(request), **request.path_params
            )
        except HttpError as error:
            return json_error(error.status, str(error))
        await self._workers.run(self._context.streams.receive, row["id"], parsed)
        stopped = await self._workers.run(self._context.runs.is_stopped, row["id"])
        return JSONResponse({"exitcode": None, "limits": {}, "stopped": stopped})

    async def artifact_file(self, request: Request) -> Response:
        """Redirect to the content of an artifact file, found by its digest."""
        if rejection := self._reject(request):
            return rejection
        params = request.path_params
        found = await self._workers.run(
            artifact_content_url,
            self._context_for(request),
            str(params["digest"]),
            str(params.get("birth", "")),
            str(params.get("name", "")),
        )
        return RedirectResponse(found, 302) if found else json_error(404, "file not found")

    def _context_for(self, request: Request) -> Context:
        context = self._context.for_host(request.headers.get("host", ""))
        user = self._user(request.scope)
        # A single user may see everything, and nothing has to be remembered for a request.
        limited = context.users.several or user is NOBODY
        return context.for_user(user) if user and limited else context


def find_writable_run(context: Context, entity: str, project: str, run: str) -> Row:
    """Return a run that the user may change, or raise HttpError."""
    row = context.runs.by_path(entity, project, run)
    if row is None:
        raise not_found("run")
    context.access.check(Level.WRITE, context.access.project(row["project_id"]), "run")
    return row


def content_url(context: Context, entity: str, project: str, run: str, name: str) -> str | None:
    """Return the signed URL of a run file; None if there is no such file."""
    row = context.runs.by_path(entity, project, run)
    if row is None or context.access.project(row["project_id"]) < Level.READ:
        return None
    file = context.files.find(row["id"], name)
    return context.blob_url(file["blob"], name) if file else None


def artifact_content_url(context: Context, digest: str, birth: str, name: str) -> str | None:
    """Return the signed URL of a blob by hex digest and the version it was uploaded for."""
    try:
        wanted = base64.b64encode(bytes.fromhex(digest)).decode()
    except ValueError:
        return None
    birth_id = parse_node_id("Artifact", birth)
    if context.access.limited and not any(
        context.access.version(version) >= Level.READ
        for version in context.versions.with_content(wanted, birth_id)
    ):
        return None
    key = context.versions.find_blob(wanted, birth_id)
    return context.blob_url(key, name or digest, VERSION_FILES) if key else None


async def handle_http_exception(_: Request, error: Exception) -> Response:
    """Return an error in the API's format for a request without a route."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return json_error(status, "not found" if status == 404 else "method not allowed")
