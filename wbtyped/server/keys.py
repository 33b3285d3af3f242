"""Secrets of a data folder: the API key of clients, and the secret that signs URLs.

Both are derived from one random value in a file of its own, so that no database, log or copy of
either contains them.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import string
from collections.abc import Iterable
from pathlib import Path

from ..errors import DiskError
from .private_files import FILE_MODE, create_private, restrict

ROOT_SECRET_FILE = "server.secret"  # noqa: S105 - a file name
ROOT_SECRET_BYTES = 32
ROOT_SECRET_PATTERN = re.compile(rb"[0-9a-f]{64}")
KEY_CHARACTERS = string.ascii_lowercase + string.digits
KEY_LENGTH = 40


def load_root_secret(folder: Path, *, lasting: bool = True) -> bytes:
    """Return the random value of a data folder, created if it is missing."""
    path = folder / ROOT_SECRET_FILE
    try:
        stored = path.read_bytes().strip()
    except FileNotFoundError:
        return create_root_secret(path, lasting=lasting)
    if not ROOT_SECRET_PATTERN.fullmatch(stored):
        raise DiskError(f"{path} is damaged; delete it, and the server generates a new API key")
    restrict(path, FILE_MODE)
    return bytes.fromhex(stored.decode())


def create_root_secret(path: Path, *, lasting: bool) -> bytes:
    """Write a new random value atomically."""
    root_secret = secrets.token_bytes(ROOT_SECRET_BYTES)
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with create_private(temporary) as stream:
        stream.write(root_secret.hex().encode())
        if lasting:
            os.fsync(stream.fileno())
    temporary.replace(path)
    return root_secret


def signing_secret(root_secret: bytes) -> str:
    """Return the secret that signs URLs."""
    return hmac.digest(root_secret, b"signed URLs", "sha256").hex()


def api_key(root_secret: bytes, user: str = "") -> str:
    """Return the API key of a folder, or of another user, in the format of on-premises servers."""
    purpose = f"API key of {user}" if user else "API key"
    number = int.from_bytes(hmac.digest(root_secret, purpose.encode(), "sha512"))
    characters: list[str] = []
    for _ in range(KEY_LENGTH):
        number, index = divmod(number, len(KEY_CHARACTERS))
        characters.append(KEY_CHARACTERS[index])
    return "local-" + "".join(characters)


def new_api_key() -> str:
    """Return a random API key, in the same format."""
    return "local-" + "".join(secrets.choice(KEY_CHARACTERS) for _ in range(KEY_LENGTH))


def key_hash(key: str) -> str:
    """Return the hash of a key that only has to be compared.

    A plain hash is enough for a random key: there is nothing to guess.
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class AcceptedKeys:
    """The API keys that a server accepts, stored as hashes, and the row ids of their users."""

    def __init__(self, hashes: Iterable[str], user_id: int) -> None:
        self._owners = dict.fromkeys(hashes, user_id)
        self.optional = False
        """Whether a request without any key is accepted; it reads public projects only."""

    def add(self, hashed: str, user_id: int) -> None:
        """Accept another key."""
        self._owners[hashed] = user_id

    def remove(self, hashed: str) -> None:
        """Accept a key no longer."""
        self._owners.pop(hashed, None)

    def owner(self, key: str) -> int | None:
        """Return the row id of the user that a key belongs to; None for an unknown key."""
        # Comparing hashes of random keys takes time that says nothing about the keys.
        return self._owners.get(key_hash(key))

    def owner_by_header(self, header: str) -> int | None:
        """Return the user of an Authorization header: Basic with any user name, or Bearer."""
        scheme, _, value = header.partition(" ")
        given = value.strip()
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode().partition(":")[2]
            except ValueError:  # not base64, not ASCII or not UTF-8
                return None
        elif scheme.lower() != "bearer":
            return None
        return self.owner(given)
