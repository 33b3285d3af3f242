"""Base URLs of W&B servers: check them, and find the web pages that belong to them."""

import re
from urllib.parse import urlsplit

from ..errors import UsageError

DEFAULT_BASE_URL = "https://api.forge.coreweave.com"
# Each tuple lists the names of one server; a key stored for one name works for the others.
SAME_SERVER = (
    ("api.forge.coreweave.com", "forge.coreweave.com", "api.wandb.ai"),
    ("api.qa.forge.coreweave.com", "qa.forge.coreweave.com", "api.qa.wandb.ai"),
)
FORGE_HOSTS = ("forge.coreweave.com", "qa.forge.coreweave.com")
FORBIDDEN_IN_URL = re.compile(r"[\s?#\x00-\x1f\x7f-\x9f]")


def checked_base_url(text: str) -> str:
    """Return the URL of the API without trailing slashes, or raise UsageError."""
    url = text.strip().rstrip("/")
    if "@" in url:
        # The URL is not shown: it may contain a secret.
        raise UsageError("base_url contains a user name or password; pass the key as api_key")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _not_a_url(text) from None
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host or FORBIDDEN_IN_URL.search(url):
        raise _not_a_url(text)
    if host in FORGE_HOSTS:
        if (parts.scheme, port, parts.path) != ("https", None, "/api/wandb"):
            raise _web_page(text, f"api.{host}")
        return f"https://api.{host}"
    public = host == "wandb.ai" or host.endswith(".wandb.ai")
    if public and not host.startswith("api."):
        raise _web_page(text, "api.wandb.ai")
    if parts.scheme == "http" and (public or host.removeprefix("api.") in FORGE_HOSTS):
        raise UsageError(f"base_url {text!r} would send the key unencrypted; use https")
    return url


def _not_a_url(text: str) -> UsageError:
    return UsageError(f"base_url {text!r} is not a URL like {DEFAULT_BASE_URL}")


def _web_page(text: str, api: str) -> UsageError:
    return UsageError(f"base_url {text!r} is a web page; the API is at https://{api}")


def app_url(base_url: str, explicit: str | None) -> str:
    """Return the URL of the web pages that belong to an API."""
    if explicit:
        return explicit.rstrip("/")
    for host in FORGE_HOSTS:
        if base_url == f"https://api.{host}":
            return f"https://{host}/wandb"
    for api, app in (("://api.wandb.test", "://app.wandb.test"), ("://api.wandb.", "://wandb.")):
        if api in base_url:
            return base_url.replace(api, app)
    return base_url.replace("://api.", "://app.")
