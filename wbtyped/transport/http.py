"""HTTP for everything above: time limits, retries, and the key for one origin alone."""

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
from typing import TYPE_CHECKING, TypeVar

import httpx

from ..config.hosts import HostPolicy
from ..config.settings import Settings
from ..errors import OfflineError, TransportError
from ..urls import WebUrl, web_url
from ..version import VERSION
from .content_decoding import BoundedBody, BrokenBody
from .redirects import LOCATION, REDIRECT_BODY_BYTES, Trail
from .retries import Retries, TransientError, is_retryable
from .routes import AsyncRoutedTransport, ProxyRefusedError, RoutedTransport
from .time_limits import response_limit
from .tls import certificate_refused

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
Headers = Mapping[str, str]
# Called anew for every try, because a stream can be read only once.
Content = Callable[[], bytes | Iterable[bytes]]

USER_AGENT = f"wbtyped/{VERSION} Python/{platform.python_version()} httpx/{httpx.__version__}"
# Failures before a connection stands: the server has seen nothing of the request.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
FINAL = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, ProxyRefusedError)
ENCODINGS = "gzip, deflate"
# A header that a server gives for an upload, in the form that one can be sent in.
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
HEADER_VALUE = re.compile(r"[\t -~]{0,8192}")

SIGNATURE = re.compile(r"(?i)((?:signature|sig)=)[^&'\"\s]+")


def hide_signature(record: logging.LogRecord) -> bool:
    """Take signatures out of what httpx logs: whoever reads one could use the address."""
    record.msg, record.args = SIGNATURE.sub(r"\1(hidden)", record.getMessage()), ()
    return True


for _name in ("httpx", "httpcore.http11", "httpcore.http2"):
    logging.getLogger(_name).addFilter(hide_signature)


@contextmanager
def transport_errors(what: str) -> Generator[None]:
    """Turn errors of httpx into ours, with `what` naming the request for a reader."""
    try:
        yield
    except (httpx.InvalidURL, UnicodeError) as error:
        raise TransportError(f"{what}: the server gave a URL that cannot be used") from error
    except BrokenBody as error:
        raise TransientError(f"{what}: the compressed response is broken: {error}") from error
    except httpx.RequestError as error:
        reason = f"{what}: {type(error).__name__}: {error or 'no answer in time'}"
        if is_certificate_fault(error):
            raise TransportError(certificate_refused(reason)) from error
        if isinstance(error, FINAL):
            raise TransportError(reason) from error
        raise TransientError(reason, unsent=isinstance(error, UNSENT)) from error


def is_certificate_fault(error: BaseException | None) -> bool:
    """Tell whether an error comes from a certificate, which no further try would change."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def raise_if_retryable(what: str, response: httpx.Response) -> None:
    """Raise `Passing` for an HTTP status that may pass."""
    if is_retryable(response.status_code):
        message = f"{what}: HTTP {response.status_code} {response.reason_phrase}"
        raise TransientError(message, response=response)


class ExactUrl(httpx.URL):
    """A URL that is sent just as it is written: httpx would quote a `%` that starts no escape."""

    def __init__(self, url: WebUrl) -> None:
        super().__init__(str(url))
        self._target = url.target.encode("ascii")

    @property
    def raw_path(self) -> bytes:
        """What comes behind the method in a request."""
        return self._target


def hide_location(response: httpx.Response) -> None:
    """Keep a client of httpx from looking where a redirect leads."""
    if "location" in response.headers:
        response.headers[LOCATION] = response.headers.pop("location")


def new_client(timeout: float) -> httpx.Client:
    """Return a client that goes by our own routes, and leaves redirects to `redirects`."""
    return httpx.Client(
        timeout=timeout,
        headers={"User-Agent": USER_AGENT},
        transport=RoutedTransport(),
        trust_env=False,
        event_hooks={"response": [hide_location]},
    )


def drop_redirect_body(response: httpx.Response) -> None:
    """Read what a redirect says to a person, if it is short, so that the connection stays."""
    come = 0
    for block in response.iter_raw():
        come += len(block)
        if come > REDIRECT_BODY_BYTES:
            return


def whole_response(response: httpx.Response, body: bytes) -> httpx.Response:
    """Return a response with its body, decoded."""
    dropped = {"content-encoding", "content-length", "transfer-encoding"}
    headers = [(n, v) for n, v in response.headers.multi_items() if n.lower() not in dropped]
    return httpx.Response(
        response.status_code, headers=headers, content=body, extensions=response.extensions
    )


class Transport:
    """Connections to one server. Safe to use from several threads and several event loops."""

    def __init__(self, settings: Settings, retry_budget: float) -> None:
        self.settings = settings
        self.retries: Retries = Retries(retry_budget)
        self._base = web_url(settings.base_url, "base_url")
        self.hosts: HostPolicy = HostPolicy(self._base, settings.allow_hosts)
        """Where references and redirects may lead."""
        self._lock = threading.Lock()
        self._response_seconds = settings.limits.overall(settings.timeout)
        # The same for every page, so worked out once.
        endpoint = f"{settings.base_url}/graphql"
        self._endpoint = ExactUrl(web_url(endpoint, "base_url"))
        self._json_headers = {
            "Content-Type": "application/json",
            "Accept-Encoding": ENCODINGS,
            **self.authorization(endpoint),
        }
        # Pooled connections belong to the event loop that opened them.
        self._loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            weakref.WeakKeyDictionary()
        )

    @cached_property
    def http(self) -> httpx.Client:
        """The synchronous connections."""
        http = new_client(self.settings.timeout)
        # Many scripts never close anything; no socket may outlive the last handle that uses it.
        weakref.finalize(self, http.close)
        return http

    @property
    def ahttp(self) -> httpx.AsyncClient:
        """The connections of the running event loop."""
        from asyncio import get_running_loop

        loop = get_running_loop()
        with self._lock:
            if loop not in self._loops:
                self._loops[loop] = httpx.AsyncClient(
                    timeout=self.settings.timeout,
                    headers={"User-Agent": USER_AGENT},
                    transport=AsyncRoutedTransport(),
                    trust_env=False,
                )
            return self._loops[loop]

    def authorization(self, url: str) -> dict[str, str]:
        """Return the header with the API key when `url` is the API's own, else nothing."""
        try:
            target = web_url(url, "authorization")
        except TransportError:
            return {}
        path = target.target.partition("?")[0]
        base = self._base.target.rstrip("/")
        if target.origin != self._base.origin or not f"{path}/".startswith(f"{base}/"):
            return {}
        token = base64.b64encode(f"api:{self.settings.api_key}".encode()).decode()
        return {"Authorization": f"Basic {token}"}

    def check_online(self, what: str) -> None:
        """Raise OfflineError when nothing may be sent."""
        if self.settings.offline:
            raise OfflineError(
                f"{what}: we are offline (WBTYPED_OFFLINE, or offline=True), and the cache of this"
                " machine cannot answer it"
            )

    def absolute(self, url: str) -> str:
        """Complete an address that the server gave without its own host."""
        return f"{self.settings.base_url}{url}" if url.startswith("/") else url

    def post(self, what: str, body: bytes, *, repeatable: bool) -> httpx.Response:
        """Send JSON to the GraphQL endpoint; return the last answer, whatever its status."""
        self.check_online(what)

        def once() -> httpx.Response:
            request = self.http.build_request(
                "POST", self._endpoint, content=body, headers=self._json_headers
            )
            request.url = self._endpoint
            with (
                transport_errors(what),
                response_limit(self._response_seconds),
                closing(self.http.send(request, stream=True)) as response,
            ):
                taken = BoundedBody(response.headers, self.settings.limits.graphql_bytes, what)
                for block in response.iter_raw():
                    taken.take(block)
                response = whole_response(response, taken.complete())
            raise_if_retryable(what, response)
            return response

        try:
            return self.retries.call(once, repeatable=repeatable)
        except TransientError as error:
            return self._last_answer(error)

    async def apost(self, what: str, body: bytes, *, repeatable: bool) -> httpx.Response:
        """Do the same from a coroutine."""
        self.check_online(what)

        async def once() -> httpx.Response:
            with transport_errors(what):
                response = await self._within(what, self._apost(what, body))
            raise_if_retryable(what, response)
            return response

        try:
            return await self.retries.acall(once, repeatable=repeatable)
        except TransientError as error:
            return self._last_answer(error)

    async def _apost(self, what: str, body: bytes) -> httpx.Response:
        request = self.ahttp.build_request(
            "POST", self._endpoint, content=body, headers=self._json_headers
        )
        request.url = self._endpoint
        response = await self.ahttp.send(request, stream=True)
        try:
            taken = BoundedBody(response.headers, self.settings.limits.graphql_bytes, what)
            async for block in response.aiter_raw():
                taken.take(block)
        finally:
            await response.aclose()
        return whole_response(response, taken.complete())

    async def _within(self, what: str, work: Awaitable[T]) -> T:
        """Give a response its time in all."""
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

    @staticmethod
    def _last_answer(error: TransientError) -> httpx.Response:
        # A failed resolver answers with HTTP 500 and says why in the body, so the body is kept.
        if error.response is None:
            raise error.to_public_error() from error
        return error.response

    def put(self, what: str, url: str, content: Content, headers: Headers) -> None:
        """Upload to an address that the server gave. Storage gets no key."""
        self.check_online(what)

        target = web_url(url, what)
        for name, value in headers.items():
            if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
                raise TransportError(f"{what}: the server gave a header that cannot be sent")
        sent = {**headers, **self.authorization(url)}

        def once() -> None:
            request = self.http.build_request("PUT", str(target), content=content(), headers=sent)
            request.url = ExactUrl(target)
            # What storage says is of no interest, and may be of any length.
            with (
                transport_errors(what),
                response_limit(self._response_seconds),
                closing(self.http.send(request, stream=True)) as response,
            ):
                drop_redirect_body(response)
            raise_if_retryable(what, response)
            if not response.is_success:
                reason = f"{what}: storage refused it with HTTP {response.status_code}"
                raise TransportError(reason, status=response.status_code)

        try:
            self.retries.call(once)
        except TransientError as error:
            raise error.to_public_error() from error

    def get(self, what: str, url: str, limit: int) -> httpx.Response:
        """Fetch something of at most `limit` bytes, once; redirects are followed.

        The key never leaves the API's origin.
        """
        self.check_online(what)
        trail = Trail(what, url, self.authorization(url), self.hosts)
        with transport_errors(what):
            while True:
                headers = {"Accept-Encoding": "identity", **trail.headers()}
                request = self.http.build_request("GET", str(trail.url), headers=headers)
                request.url = ExactUrl(trail.url)
                with (
                    response_limit(self._response_seconds),
                    closing(self.http.send(request, stream=True)) as response,
                ):
                    if trail.follow(response.status_code, response.headers):
                        drop_redirect_body(response)
                        continue
                    taken = BoundedBody(response.headers, limit, what)
                    for block in response.iter_raw():
                        taken.take(block)
                    return whole_response(response, taken.complete())

    async def aget(self, what: str, url: str, limit: int) -> httpx.Response:
        """Fetch something from a coroutine; otherwise as `get`."""
        self.check_online(what)
        with transport_errors(what):
            return await self._within(what, self._aget(what, url, limit))

    async def _aget(self, what: str, url: str, limit: int) -> httpx.Response:
        trail = Trail(what, url, self.authorization(url), self.hosts)
        while True:
            headers = {"Accept-Encoding": "identity", **trail.headers()}
            request = self.ahttp.build_request("GET", str(trail.url), headers=headers)
            request.url = ExactUrl(trail.url)
            response = await self.ahttp.send(request, stream=True)
            try:
                if trail.follow(response.status_code, response.headers):
                    continue
                taken = BoundedBody(response.headers, limit, what)
                async for block in response.aiter_raw():
                    taken.take(block)
                return whole_response(response, taken.complete())
            finally:
                await response.aclose()

    def close(self) -> None:
        """Close the synchronous connections; they open again when used."""
        http: httpx.Client | None = self.__dict__.pop("http", None)
        if http:
            http.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        from asyncio import get_running_loop

        with self._lock:
            client = self._loops.pop(get_running_loop(), None)
        if client:
            await client.aclose()
