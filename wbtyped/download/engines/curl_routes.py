"""How libcurl reaches a host: by the same rules as httpx, see `routes`."""

import pycurl

from ...config.proxies import Proxies, Proxy
from ...errors import TransportError, UsageError
from ...transport.routes import through
from ...transport.tls import Tls, certificate_refused
from ...urls import WebUrl


class CurlRoutes:
    """What the environment says of proxies and certificates, as options of libcurl."""

    def __init__(self) -> None:
        self._proxies = Proxies.of_environment()
        self._tls = Tls.of_environment()

    def prepare(self, curl: pycurl.Curl) -> None:
        """Set what is the same for every URL."""
        tls = self._tls
        certificates = (
            (pycurl.CAINFO, pycurl.PROXY_CAINFO, tls.file),
            (pycurl.CAPATH, pycurl.PROXY_CAPATH, tls.folder),
        )
        for option, of_proxy, value in certificates:
            # libcurl has defaults of its own, which must not be trusted in addition.
            if value is None:
                curl.unsetopt(option)
                curl.unsetopt(of_proxy)
            else:
                curl.setopt(option, value)
                curl.setopt(of_proxy, value)
        verify = int(tls.verify)
        for peer in (pycurl.SSL_VERIFYPEER, pycurl.PROXY_SSL_VERIFYPEER):
            curl.setopt(peer, verify)
        for host in (pycurl.SSL_VERIFYHOST, pycurl.PROXY_SSL_VERIFYHOST):
            curl.setopt(host, 2 * verify)
        # An empty value, unlike none, keeps libcurl from reading the environment in its own way.
        curl.setopt(pycurl.PROXY, "")
        curl.setopt(pycurl.NOPROXY, "")

    def aim(self, curl: pycurl.Curl, url: WebUrl) -> Proxy | None:
        """Set what a URL needs; returns its proxy, raises UsageError for what cannot be used."""
        proxy = self._proxies.for_url(url)
        if self._proxies.settings:
            curl.setopt(pycurl.PROXY, proxy.url if proxy else "")
        if url.scheme == "https" or (proxy and proxy.scheme == "https"):
            self._tls.context()
        return proxy

    def permanent_error(self, code: int, message: str, proxy: Proxy | None) -> Exception | None:
        """Return the error for a failure that no further try would change, or None."""
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
    """Return what comes behind the method: all of the URL where a proxy has to read it."""
    is_read = url.scheme == "http" and proxy is not None and proxy.scheme != "socks5h"
    return str(url) if is_read else url.target
