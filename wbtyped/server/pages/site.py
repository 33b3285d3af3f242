"""Who may see the pages, and how they are sent."""

from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ..context import Context
from ..http_errors import HttpError
from ..keys import AcceptedKeys
from ..request_body import read_body
from ..users import User
from ..workers import Workers
from .addresses import find_page
from .page import Page, Redirect, render
from .sessions import Sessions

STATIC_FOLDER = Path(__file__).with_name("static")
SIGN_IN, SIGN_OUT, STATIC, READY = "/-/sign-in", "/-/sign-out", "/-/static", "/-/ready"
FORM_BYTES = 4096


class PagePath(Convertor[str]):
    """The path of a page, which is none of the API."""

    regex = "(?!graphql$|files/|artifacts/|artifactsV2/).*"

    def convert(self, value: str) -> str:
        """Return the path."""
        return value

    def to_string(self, value: str) -> str:
        """Return the path."""
        return value


register_url_convertor("page", PagePath())


class StaticParts(StaticFiles):
    """The parts of pages that need no key; browsers ask whether they are still the same."""

    def file_response(self, *args: Any, **options: Any) -> Response:
        """Return the response for a file."""
        response = super().file_response(*args, **options)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class Site:
    """Serves the pages; without the key, only the form that asks for it."""

    def __init__(self, context: Context, keys: AcceptedKeys, workers: Workers) -> None:
        self._context = context
        self._keys = keys
        self._workers = workers
        self._sessions = Sessions()

    def routes(self) -> list[BaseRoute]:
        """Return the routes, which come after those of the API."""
        return [
            Mount(STATIC, StaticParts(directory=STATIC_FOLDER)),
            Route(SIGN_IN, self.sign_in, methods=["POST"]),
            Route(SIGN_OUT, self.sign_out, methods=["POST"]),
            Route(READY, self.ready),
            Route("/{path:page}", self.show),
        ]

    def is_signed_in(self, scope: Scope) -> bool:
        """Return True if a request comes from a browser that has sent the key."""
        return self._session_user(scope) is not None

    def _session_user(self, scope: Scope) -> User | None:
        cookies = Headers(scope=scope).get("cookie", "")
        return self._context.users.by_id(self._sessions.user_id(cookies, scope["server"][1]))

    def _user(self, request: Request) -> User | None:
        """Return the user that a request has the key of, or a session."""
        user_id = self._keys.owner_by_header(request.headers.get("authorization", ""))
        return self._context.users.by_id(user_id) or self._session_user(request.scope)

    async def ready(self, _: Request) -> Response:
        """Answer a health check, which needs no key: the server can read its data."""
        await self._workers.run(self._context.organizations.all)
        return PlainTextResponse("ready\n")

    async def show(self, request: Request) -> Response:
        """Show a page."""
        user = self._user(request)
        if user is None:
            return self.ask_for_key(asked_url(request))
        context = self._context.for_host(request.headers.get("host", "")).for_user(user)
        path, query = sent_path(request), request.query_params
        try:
            page = await self._workers.run(find_page, context, path, query)
        except HttpError as error:
            page = Page("error.html", str(error))
            return self._respond(context, page, error.status)
        if isinstance(page, Redirect):
            return RedirectResponse(page.location, HTTPStatus.FOUND, {"Cache-Control": "no-store"})
        return self._respond(context, page)

    def ask_for_key(self, target: str, *, wrong: bool = False) -> Response:
        """Show the form that asks for the key and then leads to a page."""
        page = Page("sign_in.html", "Sign in", {"wrong": wrong, "target": target})
        return self._respond(self._context, page, HTTPStatus.UNAUTHORIZED)

    async def sign_in(self, request: Request) -> Response:
        """Start a session if the form has the key, and go back to the page that was asked for."""
        try:
            body = await read_body(request.headers, request.receive, FORM_BYTES)
        except HttpError:
            return self.ask_for_key("/", wrong=True)
        given = parse_qs(body.decode("utf-8", "replace"))
        target = local_path(given.get("target", ["/"])[0])
        user_id = self._keys.owner(given.get("key", [""])[0].strip())
        if user_id is None:
            return self.ask_for_key(target, wrong=True)
        response = RedirectResponse(target, HTTPStatus.SEE_OTHER)
        self._sessions.sign_in(response, request.scope["server"][1], user_id)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End a session."""
        response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        cookies = request.headers.get("cookie", "")
        self._sessions.sign_out(cookies, response, request.scope["server"][1])
        return response

    def _respond(self, context: Context, page: Page, status: int = HTTPStatus.OK) -> Response:
        html = render(page, static=STATIC, sign_out=SIGN_OUT, sign_in=SIGN_IN)
        # A lone surrogate, which JSON may have, has no UTF-8.
        content = html.encode("utf-8", "replace")
        return HTMLResponse(content, status, security_headers(context.storage_url))


def asked_url(request: Request) -> str:
    """Return path and query of a page, to which the form leads back."""
    query = request.url.query
    return sent_path(request) + (f"?{query}" if query else "")


def sent_path(request: Request) -> str:
    """Return the path of a request as it was sent: names in it may contain quoted slashes."""
    raw: bytes = request.scope["raw_path"]
    return raw.partition(b"?")[0].decode("ascii", "replace")


def security_headers(storage_url: str) -> dict[str, str]:
    """Return headers that keep a page from loading or sending anything elsewhere."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; font-src"
        f" 'none'; img-src 'self' {storage_url}; form-action 'self'; frame-ancestors 'none';"
        " base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def local_path(target: str) -> str:
    """Return a path of this server; the home page for anything that could lead elsewhere."""
    parts = urlsplit(target)
    leads_here = target.startswith("/") and not parts.scheme and not parts.netloc
    return target if leads_here and "\\" not in target else "/"
