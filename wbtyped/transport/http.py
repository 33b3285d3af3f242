"""HTTP requests to a W&B server and its storage: time limits, retries, and who gets the API key."""

import base64
import logging
import platform
import re
import ssl
import threading
import weakref
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from contextlib import closing, contextmanager
from functools import cached_property
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from ..config.hosts import HostPolicy
from ..config.settings import Settings
from ..errors import OfflineError, TransportError
from ..urls import WebUrl, web_url
from ..version import VERSION
from .api_requests import ApiResponse, PreparedPost, async_body, named_request, sync_body
from .content_decoding import BoundedBody, BrokenBody
from .httpx_import import httpx
from .redirects import LOCATION, REDIRECT_BODY_BYTES, RedirectChain
from .retries import Retries, TransientError, is_retryable
from .routes import AsyncRoutedTransport, ProxyRefusedError, RoutedTransport
from .time_limits import response_limit
from .tls import certificate_refused

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
Headers = Mapping[str, str]
Content = Callable[[], bytes | Iterable[bytes]]
"""A request body. Called for every attempt, because a stream can be read only once."""

USER_AGENT = f"wbtyped/{VERSION} Python/{platform.python_version()} httpx/{httpx.__version__}"
# Failures before a connection is open: the server has seen nothing of the request.
UNSENT_ERRORS = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
FINAL_ERRORS = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, ProxyRefusedError)
ACCEPTED_ENCODINGS = "gzip, deflate"
# Headers that a server assigns for an upload, if they can be sent at all.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
HEADER_VALUE = re.compile(r"[\t -~]{0,8192}")
CHECK_SERVER = "check the network, that WANDB_BASE_URL is right, and that the server is running"
"""What to do if a server has never responded."""
SIGNATURE = re.compile(r"(?i)((?:signature|sig)=)[^&'\"\s]+")
ERRNO = re.compile(r"^\[Errno -?[0-9]+\] ")


def hide_signature(record: logging.LogRecord) -> bool:
    """Remove signatures from the log messages of httpx: they would let readers use the URL."""
    record.msg, record.args = SIGNATURE.sub(r"\1(hidden)", record.getMessage()), ()
    return True


for _name in ("httpx", "httpcore.http11", "httpcore.http2"):
    logging.getLogger(_name).addFilter(hide_signature)


@contextmanager
def transport_errors(what: str, *, is_query: bool = False) -> Generator[None]:
    """Turn errors of httpx into our own; `what` names the request.

    A query that cannot reach its server is not named: it does not matter which one it is.
    """
    try:
        yield
    except (httpx.InvalidURL, UnicodeError) as error:
        raise TransportError(f"{what}: the server sent an invalid URL") from error
    except BrokenBody as error:
        raise TransientError(f"{what}: the compressed response is invalid: {error}") from error
    except httpx.RequestError as error:
        unsent = isinstance(error, UNSENT_ERRORS)
        reason = describe_failure(error)
        message = reason if unsent and is_query else f"{what}: {reason}"
        if is_certificate_error(error):
            raise TransportError(certificate_refused(message)) from error
        if isinstance(error, FINAL_ERRORS):
            raise TransportError(message) from error
        raise TransientError(message, unsent=unsent) from error


def describe_failure(error: httpx.RequestError) -> str:
    """Describe what failed on the wire, with the server: `cannot connect to http://...: ...`."""
    try:
        url = error.request.url
        server = f"{url.scheme}://{url.netloc.decode('ascii')}"
    except RuntimeError:  # httpx does not know the request: a stream broke outside of its client
        server = "the server"
    reason = ERRNO.sub("", str(error))
    reason = reason[:1].lower() + reason[1:].removesuffix(".")
    if isinstance(error, UNSENT_ERRORS):
        return f"cannot connect to {server}: {reason or 'timed out'}"
    if isinstance(error, httpx.ReadTimeout):
        # Its own text is worth showing only if it is ours; see `time_limits`.
        ours = reason.startswith("no complete response")
        return f"{server} sent {reason if ours else 'no response in time'}"
    return f"the connection to {server} failed: {reason or type(error).__name__}"


def is_certificate_error(error: BaseException | None) -> bool:
    """Return True if an error is due to a certificate, so that retrying is of no use."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def raise_if_retryable(what: str, response: httpx.Response | ApiResponse) -> None:
    """Raise TransientError for an HTTP status that is worth retrying."""
    if is_retryable(response.status_code):
        message = f"{what}: HTTP {response.status_code} {response.reason_phrase}"
        raise TransientError(message, response=response)


class ExactUrl(httpx.URL):
    """A URL that is sent exactly as written: httpx would quote a `%` that starts no escape."""

    def __init__(self, url: WebUrl) -> None:
        super().__init__(str(url))
        self._target = url.target.encode("ascii")

    @property
    def raw_path(self) -> bytes:
        """Path and query, as sent in the request line."""
        return self._target


def hide_location(response: httpx.Response) -> None:
    """Rename `Location`, which httpx would parse even though it does not follow redirects."""
    if "location" in response.headers:
        response.headers[LOCATION] = response.headers.pop("location")


def new_client(timeout: float, routes: RoutedTransport) -> httpx.Client:
    """Build an httpx client that uses our own routes and leaves redirects to `redirects`."""
    return httpx.Client(
        timeout=timeout,
        headers={"User-Agent": USER_AGENT},
        transport=routes,
        trust_env=False,
        event_hooks={"response": [hide_location]},
    )


def drop_redirect_body(response: httpx.Response) -> None:
    """Read a short body to its end, so that the connection can be reused."""
    received = 0
    for block in response.iter_raw():
        received += len(block)
        if received > REDIRECT_BODY_BYTES:
            return


def check_headers(what: str, headers: Headers) -> None:
    """Raise TransportError for a header that the server assigned for an upload, but is invalid."""
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
            raise TransportError(f"{what}: the server assigned a header that cannot be sent")


def with_body(response: httpx.Response, body: bytes) -> httpx.Response:
    """Return a copy of a response with its decoded body."""
    dropped = {"content-encoding", "content-length", "transfer-encoding"}
    headers = [(n, v) for n, v in response.headers.multi_items() if n.lower() not in dropped]
    return httpx.Response(
        response.status_code, headers=headers, content=body, extensions=response.extensions
    )


class Closable(Protocol):
    """Something that holds connections."""

    def close(self) -> None:
        """Close them."""
        ...


class LoopConnections(NamedTuple):
    """The connections of an event loop, and a client that uses them."""

    routes: AsyncRoutedTransport
    client: httpx.AsyncClient


class Transport:
    """HTTP connections to one server; safe to use from several threads and event loops."""

    def __init__(self, settings: Settings, retry_budget: float) -> None:
        self.settings = settings
        self.retries: Retries = Retries(retry_budget)
        self._base = web_url(settings.base_url, "base_url")
        self.hosts: HostPolicy = HostPolicy(self._base, settings.allow_hosts)
        """The hosts that references and redirects may lead to."""
        self._server = self._base.server
        self._lock = threading.Lock()
        self._response_seconds = settings.limits.overall(settings.timeout)
        # The same for every request, so computed once.
        endpoint = f"{settings.base_url}/graphql"
        self._endpoint = ExactUrl(web_url(endpoint, "base_url"))
        headers = {
            "Accept": "*/*",
            "Accept-Encoding": ACCEPTED_ENCODINGS,
            "Connection": "keep-alive",
            "User-Agent": USER_AGENT,
            "Content-Type": "application/json",
            **self.authorization(endpoint),
        }
        self._posts = PreparedPost(self._endpoint, headers, settings.timeout)
        # Pooled connections belong to the event loop that opened them.
        self._loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, LoopConnections] = (
            weakref.WeakKeyDictionary()
        )
        self.kept: dict[str, Closable] = {}
        """Idle connections to storage that the next download uses, by the engine they are of."""

    @cached_property
    def _routes(self) -> RoutedTransport:
        """The synchronous connections."""
        routes = RoutedTransport()
        # Many scripts never close anything; no socket may outlive the last object that uses it.
        weakref.finalize(self, routes.close)
        return routes

    @cached_property
    def http(self) -> httpx.Client:
        """A client that uses the synchronous connections."""
        return new_client(self.settings.timeout, self._routes)

    @property
    def ahttp(self) -> httpx.AsyncClient:
        """A client that uses the connections of the running event loop."""
        return self._of_loop().client

    def _of_loop(self) -> LoopConnections:
        """Return the connections of the running event loop."""
        from asyncio import get_running_loop

        loop = get_running_loop()
        with self._lock:
            if loop not in self._loops:
                routes = AsyncRoutedTransport()
                client = httpx.AsyncClient(
                    timeout=self.settings.timeout,
                    headers={"User-Agent": USER_AGENT},
                    transport=routes,
                    trust_env=False,
                )
                self._loops[loop] = LoopConnections(routes, client)
            return self._loops[loop]

    def authorization(self, url: str) -> dict[str, str]:
        """Return the header with the API key if `url` is on the API's own origin, else nothing."""
        try:
            target = web_url(url, "authorization")
        except TransportError:
            return {}
        return self.authorization_for(target)

    def authorization_for(self, target: WebUrl) -> dict[str, str]:
        """Return the header with the API key for a URL that is parsed already; else nothing."""
        if target.origin != self._base.origin:
            return {}
        path = target.target.partition("?")[0]
        base = self._base.target.rstrip("/")
        if not f"{path}/".startswith(f"{base}/"):
            return {}
        token = base64.b64encode(f"api:{self.settings.api_key}".encode()).decode()
        return {"Authorization": f"Basic {token}"}

    def check_online(self, what: str) -> None:
        """Raise OfflineError if the settings forbid sending anything."""
        if self.settings.offline:
            raise OfflineError(
                f"cannot send {what} while offline; only cached artifacts work offline"
            )

    def absolute(self, url: str) -> str:
        """Complete a URL that the server sent without its own host."""
        return f"{self.settings.base_url}{url}" if url.startswith("/") else url

    def _api_url(self, path: str | None) -> ExactUrl:
        if path is None:
            return self._endpoint
        return ExactUrl(web_url(f"{self.settings.base_url}{path}", "base_url"))

    def post(
        self, what: str, body: bytes, *, repeatable: bool, path: str | None = None
    ) -> ApiResponse:
        """Send JSON to the GraphQL endpoint, or to another path of the API.

        Returns the last response, whatever its status.
        """
        self.check_online(what)
        url = self._api_url(path)

        def once() -> ApiResponse:
            request = self._posts.build(url, body)
            with (
                transport_errors(what, is_query=True),
                response_limit(self._response_seconds),
                named_request(request),
                closing(self._routes.handle_request(request)) as response,
            ):
                collected = BoundedBody(response.headers, self.settings.limits.graphql_bytes, what)
                for block in sync_body(response):
                    collected.add(block)
                return self._accept(what, response, collected.complete())

        try:
            return self.retries.call(once, self._server, repeatable=repeatable)
        except TransientError as error:
            return self._last_response(error)

    def _accept(self, what: str, response: httpx.Response, body: bytes) -> ApiResponse:
        """Return a complete response; raises TransientError for one that is worth a retry."""
        complete = ApiResponse(response.status_code, response.reason_phrase, response.headers, body)
        self.retries.reached.add(self._server)
        raise_if_retryable(what, complete)
        return complete

    async def apost(
        self, what: str, body: bytes, *, repeatable: bool, path: str | None = None
    ) -> ApiResponse:
        """Asynchronous form of `post`."""
        self.check_online(what)
        url = self._api_url(path)

        async def once() -> ApiResponse:
            with transport_errors(what, is_query=True):
                return await self._within_limit(what, self._apost(what, body, url))

        try:
            return await self.retries.acall(once, self._server, repeatable=repeatable)
        except TransientError as error:
            return self._last_response(error)

    async def _apost(self, what: str, body: bytes, url: ExactUrl) -> ApiResponse:
        request = self._posts.build(url, body)
        with named_request(request):
            response = await self._of_loop().routes.handle_async_request(request)
            try:
                collected = BoundedBody(response.headers, self.settings.limits.graphql_bytes, what)
                async for block in async_body(response):
                    collected.add(block)
            finally:
                await response.aclose()
        return self._accept(what, response, collected.complete())

    async def _within_limit(self, what: str, work: Awaitable[T]) -> T:
        """Await a response within the time limit for the whole of it."""
        from asyncio import timeout

        limit = timeout(self._response_seconds)
        try:
            async with limit:
                return await work
        except TimeoutError as error:
            if not limit.expired():
                raise
            seconds = f"{self._response_seconds:g} s"
            raise TransientError(f"{what}: no complete response within {seconds}") from error

    def _last_response(self, error: TransientError) -> ApiResponse:
        # A failed resolver responds with HTTP 500 and the reason in the body.
        if not isinstance(error.response, ApiResponse):
            unknown = error.unsent and self._server not in self.retries.reached
            raise error.to_public_error(CHECK_SERVER if unknown else "") from error
        return error.response._replace(attempts=error.attempts)

    def put(self, what: str, url: str, content: Content, headers: Headers) -> None:
        """Upload to a URL that the server assigned; only the API's own origin gets the key."""
        self.check_online(what)

        target = web_url(url, what)
        check_headers(what, headers)
        sent = {**headers, **self.authorization(url)}

        def once() -> None:
            request = self.http.build_request("PUT", str(target), content=content(), headers=sent)
            request.url = ExactUrl(target)
            # The body of storage's response is not needed, and may have any length.
            with (
                transport_errors(what),
                response_limit(self._response_seconds),
                closing(self.http.send(request, stream=True)) as response,
            ):
                drop_redirect_body(response)
            self.retries.reached.add(target.server)
            raise_if_retryable(what, response)
            if not response.is_success:
                message = f"{what}: storage responded with HTTP {response.status_code}"
                raise TransportError(message, status=response.status_code)

        try:
            self.retries.call(once, target.server)
        except TransientError as error:
            raise error.to_public_error() from error

    def get(self, what: str, url: str, limit: int, into: IO[bytes] | None = None) -> httpx.Response:
        """Download at most `limit` bytes, without retries; follows redirects.

        They are kept in memory, or written to the stream `into`. The API key is only sent to the
        API's own origin.
        """
        self.check_online(what)
        chain = RedirectChain(what, url, self.authorization(url), self.hosts)
        with transport_errors(what):
            while True:
                headers = {"Accept-Encoding": "identity", **chain.headers()}
                request = self.http.build_request("GET", str(chain.url), headers=headers)
                request.url = ExactUrl(chain.url)
                with (
                    response_limit(self._response_seconds),
                    closing(self.http.send(request, stream=True)) as response,
                ):
                    self.retries.reached.add(chain.url.server)
                    if chain.follow(response.status_code, response.headers):
                        drop_redirect_body(response)
                        continue
                    collected = BoundedBody(response.headers, limit, what, into)
                    for block in response.iter_raw():
                        collected.add(block)
                    return with_body(response, collected.complete())

    async def aget(
        self, what: str, url: str, limit: int, into: IO[bytes] | None = None
    ) -> httpx.Response:
        """Asynchronous form of `get`."""
        self.check_online(what)
        with transport_errors(what):
            return await self._within_limit(what, self._aget(what, url, limit, into))

    async def _aget(
        self, what: str, url: str, limit: int, into: IO[bytes] | None
    ) -> httpx.Response:
        chain = RedirectChain(what, url, self.authorization(url), self.hosts)
        while True:
            headers = {"Accept-Encoding": "identity", **chain.headers()}
            request = self.ahttp.build_request("GET", str(chain.url), headers=headers)
            request.url = ExactUrl(chain.url)
            response = await self.ahttp.send(request, stream=True)
            self.retries.reached.add(chain.url.server)
            try:
                if chain.follow(response.status_code, response.headers):
                    continue
                collected = BoundedBody(response.headers, limit, what, into)
                async for block in response.aiter_raw():
                    collected.add(block)
                return with_body(response, collected.complete())
            finally:
                await response.aclose()

    def close(self) -> None:
        """Close the synchronous connections; they reopen when used again."""
        self.__dict__.pop("http", None)
        routes: RoutedTransport | None = self.__dict__.pop("_routes", None)
        if routes:
            routes.close()
        while self.kept:
            self.kept.popitem()[1].close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        from asyncio import get_running_loop

        with self._lock:
            connections = self._loops.pop(get_running_loop(), None)
        if connections:
            await connections.client.aclose()
