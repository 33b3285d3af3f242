"""How libcurl connects: proxies and certificates by the same rules as for httpx, see `routes`."""

import pycurl

from ...config.proxies import Proxies, Proxy
from ...errors import TransportError, UsageError
from ...transport.http import USER_AGENT
from ...transport.retries import TransientError
from ...transport.routes import through
from ...transport.tls import Tls, certificate_refused
from ...urls import WebUrl

PROTOCOLS = pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
UNSENT_CODES = {
    pycurl.E_COULDNT_CONNECT,
    pycurl.E_COULDNT_RESOLVE_HOST,
    pycurl.E_COULDNT_RESOLVE_PROXY,
}
FINAL_CODES = {
    pycurl.E_URL_MALFORMAT, pycurl.E_UNSUPPORTED_PROTOCOL,
    pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CACERT_BADFILE,
}  # fmt: skip

TOO_LARGE = 100
"""An error code for which neither libcurl has a message nor pycurl a name."""


def error_text(code: int, message: str) -> str:
    """Return the message of an error of libcurl, which may have none."""
    if message:
        return message
    return "the response headers are too large" if code == TOO_LARGE else f"libcurl error {code}"


class CurlRoutes:
    """Sets the proxies and certificates of the environment as options of libcurl."""

    def __init__(self) -> None:
        self._proxies = Proxies.of_environment()
        self._tls = Tls.of_environment()

    def prepare(self, curl: pycurl.Curl, timeout: float) -> None:
        """Set the options that do not depend on the URL; `timeout` is that of a connection."""
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.PROTOCOLS, PROTOCOLS)
        curl.setopt(pycurl.USERAGENT, USER_AGENT)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(timeout * 1000))
        tls = self._tls
        certificates = (
            (pycurl.CAINFO, pycurl.PROXY_CAINFO, tls.file),
            (pycurl.CAPATH, pycurl.PROXY_CAPATH, tls.folder),
        )
        for option, proxy_option, value in certificates:
            # libcurl has its own defaults, which must not be trusted in addition.
            if value is None:
                curl.unsetopt(option)
                curl.unsetopt(proxy_option)
            else:
                curl.setopt(option, value)
                curl.setopt(proxy_option, value)
        verify = int(tls.verify)
        for peer in (pycurl.SSL_VERIFYPEER, pycurl.PROXY_SSL_VERIFYPEER):
            curl.setopt(peer, verify)
        for host in (pycurl.SSL_VERIFYHOST, pycurl.PROXY_SSL_VERIFYHOST):
            curl.setopt(host, 2 * verify)
        # An empty value, unlike none, keeps libcurl from reading the environment itself.
        curl.setopt(pycurl.PROXY, "")
        curl.setopt(pycurl.NOPROXY, "")

    def check_tls(self) -> None:
        """Raise UsageError if the certificates of the environment cannot be used."""
        self._tls.context()

    def set_proxy(self, curl: pycurl.Curl, url: WebUrl) -> Proxy | None:
        """Set and return the proxy of a URL; raises UsageError for one that cannot be used."""
        proxy = self._proxies.for_url(url)
        if self._proxies.settings:
            curl.setopt(pycurl.PROXY, proxy.url if proxy else "")
        if url.scheme == "https" or (proxy and proxy.scheme == "https"):
            self.check_tls()
        return proxy

    def error(self, code: int, message: str, proxy: Proxy | None) -> Exception:
        """Return the error for an error code of libcurl."""
        found = self._permanent_error(code, message, proxy)
        if found is None and code in FINAL_CODES:
            return TransportError(through(message, proxy))
        return found or TransientError(through(message, proxy), unsent=code in UNSENT_CODES)

    def _permanent_error(self, code: int, message: str, proxy: Proxy | None) -> Exception | None:
        """Return the error for a failure that a retry cannot change, if its reason is known."""
        if code == pycurl.E_PEER_FAILED_VERIFICATION:
            return TransportError(certificate_refused(message))
        if code == pycurl.E_SSL_CACERT_BADFILE:
            try:
                self._tls.context()
            except UsageError as error:
                return error
        if proxy is not None and message.endswith("response 407"):
            return TransportError(through(message, proxy))
        return None


def request_target(url: WebUrl, proxy: Proxy | None) -> str:
    """Return the request target: the whole URL if a proxy has to read it."""
    absolute = url.scheme == "http" and proxy is not None and proxy.scheme != "socks5h"
    return str(url) if absolute else url.target
