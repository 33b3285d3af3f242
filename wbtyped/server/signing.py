"""Storage addresses that carry their own permission, for a while."""

import hmac
import time
from collections.abc import Mapping
from urllib.parse import quote


class Signer:
    """Signs a method and a path until a moment; who has the address may use it until then.

    `lifetime` is in seconds. The host is left out, since one server may be known by many names.
    """

    def __init__(self, secret: str, *, lifetime: float) -> None:
        self._secret = secret.encode()
        self.lifetime = lifetime

    def _signature(self, method: str, path: str, expires: str) -> str:
        text = f"{method}\n{path}\n{expires}".encode()
        return hmac.digest(self._secret, text, "sha256").hex()

    def sign(self, origin: str, method: str, path: str) -> str:
        """Return the address of `path`, which is not percent-encoded yet."""
        expires = str(int(time.time() + self.lifetime))
        signature = self._signature(method, path, expires)
        return f"{origin}{quote(path)}?expires={expires}&signature={signature}"

    def refusal(self, method: str, path: str, query: Mapping[str, str]) -> str | None:
        """Return why an address may not be used, or None when it may."""
        expires, signature = query.get("expires", ""), query.get("signature", "")
        # HEAD asks for no more than GET would give.
        method = "GET" if method == "HEAD" else method
        due = self._signature(method, path, expires)
        if not hmac.compare_digest(signature.encode(), due.encode()):
            return "SignatureDoesNotMatch"
        return "ExpiredToken" if int(expires) < time.time() else None
