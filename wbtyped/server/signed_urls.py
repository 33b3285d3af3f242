"""Signed storage URLs: they carry their own permission until they expire."""

import hmac
import re
import time
from collections.abc import Mapping
from urllib.parse import quote

PLAIN_PATH = re.compile(r"[A-Za-z0-9/._~-]*")
"""Paths that quoting would not change, which takes longer than to see that."""


def quoted(path: str) -> str:
    """Return a path as URLs have it, percent-encoded where that is needed."""
    return path if PLAIN_PATH.fullmatch(path) else quote(path)


class Signer:
    """Signs a method and a path until a point in time; whoever has the URL may use it until then.

    `lifetime` is in seconds. The host is not signed, since one server may be reached by many names.
    """

    def __init__(self, secret: str, *, lifetime: float) -> None:
        self._secret = secret.encode()
        self.lifetime = lifetime

    def _signature(self, method: str, path: str, expires: str) -> str:
        text = f"{method}\n{path}\n{expires}".encode()
        return hmac.digest(self._secret, text, "sha256").hex()

    def sign(self, origin: str, method: str, name: str, folder: str = "") -> str:
        """Return the signed URL of `folder` and `name`; the name is not percent-encoded yet."""
        expires = str(int(time.time() + self.lifetime))
        signature = self._signature(method, folder + name, expires)
        return f"{origin}{folder}{quoted(name)}?expires={expires}&signature={signature}"

    def denial_reason(self, method: str, path: str, query: Mapping[str, str]) -> str | None:
        """Return the error code for an invalid or expired URL, or None for a valid one."""
        expires, signature = query.get("expires", ""), query.get("signature", "")
        # HEAD asks for no more than GET would give.
        method = "GET" if method == "HEAD" else method
        expected = self._signature(method, path, expires)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            return "SignatureDoesNotMatch"
        return "ExpiredToken" if int(expires) < time.time() else None
