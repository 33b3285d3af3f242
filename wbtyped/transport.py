"""HTTP for everything above: time limits, retries, and the key for one origin alone."""

import base64
import logging
import platform
import re
import ssl
import threading
import weakref
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import httpx

from .errors import OfflineError, TransportError
from .retries import Passing, Retries, is_passing
from .routes import AsyncRoutedTransport, ProxyRefusedError, RoutedTransport
from .settings import Settings
from .tls import certificate_refused
from .version import VERSION

if TYPE_CHECKING:
    import asyncio

Headers = Mapping[str, str]
# Called anew for every try, because a stream can be read only once.
Content = Callable[[], bytes | Iterable[bytes]]

USER_AGENT = f"wbtyped/{VERSION} Python/{platform.python_version()} httpx/{httpx.__version__}"
# Failures before a connection stands: the server has seen nothing of the request.
UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
FINAL = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, ProxyRefusedError)


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
    except httpx.InvalidURL as error:
        raise TransportError(f"{what}: the server gave an address that is no URL") from error
    except httpx.TooManyRedirects as error:
        raise TransportError(f"{what}: the server redirects in circles") from error
    except httpx.RequestError as error:
        reason = f"{what}: {type(error).__name__}: {error or 'no answer in time'}"
        if is_certificate_fault(error):
            raise TransportError(certificate_refused(reason)) from error
        if isinstance(error, FINAL):
            raise TransportError(reason) from error
        raise Passing(reason, unsent=isinstance(error, UNSENT)) from error


def is_certificate_fault(error: BaseException | None) -> bool:
    """Tell whether an error comes from a certificate, which no further try would change."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def check_passing(what: str, response: httpx.Response) -> None:
    """Raise `Passing` for an HTTP status that may pass."""
    if is_passing(response.status_code):
        message = f"{what}: HTTP {response.status_code} {response.reason_phrase}"
        raise Passing(message, response=response)


def new_client(timeout: float | httpx.Timeout) -> httpx.Client:
    """Return a client that takes proxies and certificates from the environment in our way."""
    return httpx.Client(
        timeout=timeout,
        headers={"User-Agent": USER_AGENT},
        transport=RoutedTransport(),
        trust_env=False,
    )


class Transport:
    """Connections to one server. Safe to use from several threads and several event loops."""

    def __init__(self, settings: Settings, retry_budget: float) -> None:
        self.settings = settings
        self.retries: Retries = Retries(retry_budget)
        self._base = httpx.URL(settings.base_url)
        self._lock = threading.Lock()
        # The same for every page, so worked out once.
        self._endpoint = httpx.URL(f"{settings.base_url}/graphql")
        self._json_headers = {
            "Content-Type": "application/json",
            **self.authorization(str(self._endpoint)),
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
        target = httpx.URL(url)
        same_origin = (target.scheme, target.host, target.port) == (
            self._base.scheme,
            self._base.host,
            self._base.port,
        )
        if not same_origin or not f"{target.path}/".startswith(f"{self._base.path.rstrip('/')}/"):
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
            with transport_errors(what):
                response = self.http.post(self._endpoint, content=body, headers=self._json_headers)
            check_passing(what, response)
            return response

        try:
            return self.retries.call(once, repeatable=repeatable)
        except Passing as error:
            return self._last_answer(error)

    async def apost(self, what: str, body: bytes, *, repeatable: bool) -> httpx.Response:
        """Do the same from a coroutine."""
        self.check_online(what)

        async def once() -> httpx.Response:
            with transport_errors(what):
                response = await self.ahttp.post(
                    self._endpoint, content=body, headers=self._json_headers
                )
            check_passing(what, response)
            return response

        try:
            return await self.retries.acall(once, repeatable=repeatable)
        except Passing as error:
            return self._last_answer(error)

    @staticmethod
    def _last_answer(error: Passing) -> httpx.Response:
        # A failed resolver answers with HTTP 500 and says why in the body, so the body is kept.
        if error.response is None:
            raise error.final() from error
        return error.response

    def put(self, what: str, url: str, content: Content, headers: Headers) -> None:
        """Upload to an address that the server gave. Storage gets no key."""
        self.check_online(what)

        def once() -> None:
            with transport_errors(what):
                sent = {**headers, **self.authorization(url)}
                response = self.http.put(url, content=content(), headers=sent)
            check_passing(what, response)
            if not response.is_success:
                reason = f"{what}: storage refused it with HTTP {response.status_code}"
                raise TransportError(reason, status=response.status_code)

        try:
            self.retries.call(once)
        except Passing as error:
            raise error.final() from error

    @contextmanager
    def get(self, what: str, url: str) -> Generator[httpx.Response]:
        """Open a download, once. Redirects are followed; the key never leaves the API's origin."""
        self.check_online(what)
        headers = {"Accept-Encoding": "identity", **self.authorization(url)}
        with (
            transport_errors(what),
            self.http.stream("GET", url, headers=headers, follow_redirects=True) as response,
        ):
            yield response

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
