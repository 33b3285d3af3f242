"""Connect httpx to a host directly or through a proxy, as the environment says for that host.

httpx has rules of its own for this. They fail on proxies that the host does not need and on some
entries of NO_PROXY, and differ from those of libcurl.
"""

import importlib.util
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property
from typing import NamedTuple, cast

import httpcore

from ..config.proxies import Proxies, Proxy
from ..errors import UsageError
from .httpx_import import httpx
from .surplus import with_surplus
from .time_limits import obey_response_limit
from .tls import Tls

PROXY_REFUSES = "407 Proxy Authentication Required"


class Route(NamedTuple):
    """How to connect to a host; requests with the same route can share connections."""

    proxy: Proxy | None
    over_tls: bool


class ProxyRefusedError(httpx.ProxyError):
    """The proxy requires authentication, so retrying is of no use."""


class Routes:
    """Choose routes by the environment variables at the time of creation."""

    def __init__(self) -> None:
        self._proxies = Proxies.of_environment()

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return Tls.of_environment().context()

    def choose(self, url: httpx.URL) -> Route:
        """Return the route to a URL; raises UsageError for a proxy that cannot be used."""
        over_tls = url.scheme == "https"
        if not self._proxies.settings:
            return Route(None, over_tls)
        port = url.port or (443 if over_tls else 80)
        proxy = self._proxies.find(url.scheme, url.raw_host.decode("ascii"), port)
        if proxy is not None and proxy.scheme == "socks5h" and not has_socks():
            raise UsageError(
                f"the proxy {proxy} needs the extra: pip install 'wbtyped[socks]'; or set"
                f" NO_PROXY={url.host} to connect directly"
            )
        return Route(proxy, over_tls or (proxy is not None and proxy.scheme == "https"))

    def options(self, route: Route) -> "tuple[ssl.SSLContext, httpx.Proxy | None]":
        """Return the TLS context and the proxy of a route, as httpx needs them."""
        # Without TLS no certificate file is read, so none can be missing.
        context = self._context if route.over_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if route.proxy is None:
            return context, None
        # httpx supports only this name, and lets the proxy resolve host names too.
        url = route.proxy.url.replace("socks5h://", "socks5://")
        is_tls = route.proxy.scheme == "https"
        return context, httpx.Proxy(url, ssl_context=context if is_tls else None)


class RoutedTransport(httpx.BaseTransport):
    """Send each request by its route; connections are pooled per route and obey time limits."""

    def __init__(self) -> None:
        self._routes = Routes()
        self._opened: dict[Route, httpx.HTTPTransport] = {}
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the response as soon as its headers have arrived."""
        route = self._routes.choose(request.url)
        with proxy_errors(route.proxy, request):
            transport = self._transport(route)
            for connection in with_surplus(transport):
                cast("httpcore.ConnectionInterface", connection).close()
            response = transport.handle_request(request)
            check_proxy(route.proxy, response.status_code)
        return response

    def _transport(self, route: Route) -> httpx.HTTPTransport:
        with self._lock:
            if route not in self._opened:
                context, proxy = self._routes.options(route)
                opened = httpx.HTTPTransport(verify=context, proxy=proxy, trust_env=False)
                obey_response_limit(opened)
                self._opened[route] = opened
            return self._opened[route]

    def close(self) -> None:
        """Close all connections."""
        for transport in self._opened.values():
            transport.close()


class AsyncRoutedTransport(httpx.AsyncBaseTransport):
    """Asynchronous form of `RoutedTransport`, for one event loop."""

    def __init__(self) -> None:
        self._routes = Routes()
        self._opened: dict[Route, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and return the response as soon as its headers have arrived."""
        route = self._routes.choose(request.url)
        with proxy_errors(route.proxy, request):
            transport = self._transport(route)
            for connection in with_surplus(transport):
                await cast("httpcore.AsyncConnectionInterface", connection).aclose()
            response = await transport.handle_async_request(request)
            check_proxy(route.proxy, response.status_code)
        return response

    def _transport(self, route: Route) -> httpx.AsyncHTTPTransport:
        if route not in self._opened:
            context, proxy = self._routes.options(route)
            self._opened[route] = httpx.AsyncHTTPTransport(
                verify=context, proxy=proxy, trust_env=False
            )
        return self._opened[route]

    async def aclose(self) -> None:
        """Close all connections."""
        for transport in self._opened.values():
            await transport.aclose()


@contextmanager
def proxy_errors(proxy: Proxy | None, request: httpx.Request) -> Generator[None]:
    """Name the proxy in connection errors, so that nobody looks for the cause at the server."""
    try:
        yield
    except httpx.TransportError as error:
        if proxy is None:
            error.request = request
            raise
        kind = ProxyRefusedError if " 407 " in f" {error} " else type(error)
        raise kind(through(error or "no response in time", proxy), request=request) from error


def check_proxy(proxy: Proxy | None, status: int) -> None:
    """Raise ProxyRefusedError if the response is the proxy's own request for credentials."""
    if proxy is not None and status == 407:
        raise ProxyRefusedError(PROXY_REFUSES)


def through(reason: object, proxy: Proxy | None) -> str:
    """Append the proxy, if there is one, to the reason of a failure."""
    return f"{reason}" if proxy is None else f"{reason} (through the proxy {proxy})"


def has_socks() -> bool:
    """Return True if httpx can use SOCKS proxies."""
    return importlib.util.find_spec("socksio") is not None
