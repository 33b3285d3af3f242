"""The web pages of a server: which URLs are its own, and how to reach the server of another one."""

from typing import NamedTuple

from ..errors import TransportError, UsageError
from ..urls import WebUrl, shown_url, web_url
from .base_url import SAME_SERVER

LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
PUBLIC_PAGES = (("wandb.ai", "app.wandb.ai", "www.wandb.ai"), ("qa.wandb.ai", "app.qa.wandb.ai"))
"""Hosts of pages, for each server of `SAME_SERVER`."""


class PageHosts(NamedTuple):
    """The URLs of one server, as a path may contain them."""

    base_url: str
    app_url: str

    def has_host(self, host: str) -> bool:
        """Return True if the host, perhaps with a port, is one of this server."""
        try:
            return _place(web_url(f"https://{host}", "path")) in self._places(secure=True)
        except TransportError:
            return False

    def page_path(self, url: str) -> str:
        """Return path and query of a page; raises UsageError for a page of another server."""
        try:
            page = web_url(url, "path")
        except TransportError as error:
            raise UsageError(f"invalid path {shown_url(url)!r}: {error}") from error
        if _place(page) not in self._places(secure=page.scheme == "https"):
            other = base_url_of(page)
            raise UsageError(
                f"{shown_url(url)} is not on {self.base_url}, the server of this client; use the"
                f" other one with Api(base_url={other!r}), or --base-url {other}"
            )
        for root in (self.app_url, self.base_url):
            prefix = web_url(root, "app_url").target.rstrip("/")
            if prefix and f"{page.target.partition('?')[0]}/".startswith(f"{prefix}/"):
                return page.target[len(prefix) :]
        return page.target

    def _places(self, *, secure: bool) -> set[tuple[str, int]]:
        """Return the hosts and ports of the server.

        A URL without a port has that of its scheme, and one server may offer both schemes.
        """
        found: set[tuple[str, int]] = set()
        for root in (self.base_url, self.app_url):
            url = web_url(root, "base_url")
            found.add(_place(url))
            if url.port is None:
                found.add(_place(url._replace(scheme="https" if secure else "http")))
            for names, pages in zip(SAME_SERVER, PUBLIC_PAGES, strict=True):
                if url.host in {*names, *pages} and url.port is None:
                    found |= {(name, 443) for name in (*names, *pages)}
        return found


def base_url_of(page: WebUrl) -> str:
    """Return the URL of the API that a page belongs to, for a message."""
    for names, pages in zip(SAME_SERVER, PUBLIC_PAGES, strict=True):
        if page.host in {*names, *pages}:
            return f"https://{names[0]}"
    host = page.host
    if host.startswith("app."):
        host = f"api.{host.removeprefix('app.')}"
    return str(page._replace(host=host, target=""))


def _place(url: WebUrl) -> tuple[str, int]:
    host = "localhost" if url.host in LOOPBACK else url.host
    return host, url.port or (443 if url.scheme == "https" else 80)
