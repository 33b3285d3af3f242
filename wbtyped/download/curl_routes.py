"""How libcurl reaches a host: by the same rules as httpx, see `routes`."""

from urllib.parse import urlsplit

import pycurl

from ..errors import TransportError, UsageError
from ..proxies import Proxies, Proxy, parse_proxy
from ..routes import through
from ..tls import Tls, certificate_refused


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

    def aim(self, curl: pycurl.Curl, url: str) -> Proxy | None:
        """Set what a URL needs; returns its proxy, raises UsageError for what cannot be used."""
        try:
            parts = urlsplit(url)
            over_tls, host = parts.scheme == "https", parts.hostname or ""
            port = parts.port or (443 if over_tls else 80)
        except ValueError:
            # No URL: libcurl says so in its own words.
            return None
        proxy = None
        if self._proxies.settings:
            proxy = self._proxies.find(parts.scheme, host, port)
            self._set_proxy(curl, proxy or self._elsewhere(parts.scheme), host if not proxy else "")
        if over_tls or (proxy and proxy.scheme == "https"):
            self._tls.context()
        return proxy

    def _elsewhere(self, scheme: str) -> Proxy | None:
        """Return the proxy for hosts that an exempt one redirects to."""
        setting = self._proxies.settings.get(scheme)
        try:
            return parse_proxy(setting) if setting else None
        except UsageError:
            return None

    def _set_proxy(self, curl: pycurl.Curl, proxy: Proxy | None, exempt_host: str) -> None:
        """Set the proxy and which hosts to reach without it: libcurl follows redirects itself."""
        exempt = [str(each) for each in self._proxies.exemptions() if each.port is None]
        whole = "*" in self._proxies.entries()
        curl.setopt(pycurl.PROXY, proxy.url if proxy else "")
        curl.setopt(pycurl.NOPROXY, "*" if whole else ",".join([*exempt, exempt_host]).strip(","))

    def final(self, code: int, message: str, proxy: Proxy | None) -> Exception | None:
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
