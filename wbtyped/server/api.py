"""The API's origin: GraphQL, and the addresses of files that redirect to storage."""

import base64
import binascii
import hmac

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from .context import Context
from .execution import Execution
from .intake import GraphQLRequest, json_error


def authorized(header: str, key: str) -> bool:
    """Tell whether an Authorization header holds the key: Basic with any user name, or Bearer."""
    scheme, _, value = header.partition(" ")
    given = value.strip()
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.encode(), key.encode())


class ApiOrigin:
    """Answers requests to the API."""

    def __init__(self, context: Context, execution: Execution, key: str) -> None:
        self._context = context
        self._execution = execution
        self._key = key

    def app(self) -> Starlette:
        """Return the application."""
        return Starlette(
            routes=[
                Route("/graphql", self.graphql, methods=["POST"]),
                Route("/files/{entity}/{project}/{run}/{name:path}", self.file),
            ]
        )

    def _refused(self, request: Request) -> Response | None:
        if authorized(request.headers.get("authorization", ""), self._key):
            return None
        return json_error(401, "user is not logged in")

    async def graphql(self, request: Request) -> Response:
        """Answer a GraphQL request."""
        if refused := self._refused(request):
            return refused
        asked: GraphQLRequest = request.scope["graphql"]
        if not asked.query:
            return json_error(400, "the body must be JSON with a GraphQL query")
        # In a thread, so that a long page does not hold up the transfers of this process.
        status, answer = await run_in_threadpool(self._execution.run, asked)
        return JSONResponse(answer, status)

    async def file(self, request: Request) -> Response:
        """Redirect to the content of a file."""
        if refused := self._refused(request):
            return refused
        found = await run_in_threadpool(self._content_url, **request.path_params)
        return RedirectResponse(found, 302) if found else json_error(404, "file not found")

    def _content_url(self, entity: str, project: str, run: str, name: str) -> str | None:
        context = self._context
        owner = context.projects.find(entity, project)
        row = owner and context.projects.find_run(owner["id"], run)
        file = row and context.files.find(row["id"], name)
        return context.blob_url(file["blob"], name) if file else None
