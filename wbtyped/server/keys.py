"""The secrets of a data folder: the API key that clients send, and what signs URLs.

Both are derived from one random value in a file of its own, so that no database, log or copy of
either holds them.
"""

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

ROOT_FILE = "server.secret"
ROOT_BYTES = 32
ROOT = re.compile(rb"[0-9a-f]{64}")
KEY_CHARACTERS = string.ascii_lowercase + string.digits
KEY_LENGTH = 40


def read_root(folder: Path, *, lasting: bool = True) -> bytes:
    """Return the random value of a data folder, made when the folder is new."""
    path = folder / ROOT_FILE
    try:
        text = path.read_bytes().strip()
    except FileNotFoundError:
        return make_root(path, lasting=lasting)
    if not ROOT.fullmatch(text):
        raise DiskError(f"{path} is damaged; delete it, and the server makes up a new API key")
    restrict(path, FILE_MODE)
    return bytes.fromhex(text.decode())


def make_root(path: Path, *, lasting: bool) -> bytes:
    """Write a new random value, all of it or nothing."""
    root = secrets.token_bytes(ROOT_BYTES)
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with create_private(new) as stream:
        stream.write(root.hex().encode())
        if lasting:
            os.fsync(stream.fileno())
    new.replace(path)
    return root


def signing_secret(root: bytes) -> str:
    """Return what URLs are signed with."""
    return hmac.digest(root, b"signed URLs", "sha256").hex()


def api_key(root: bytes) -> str:
    """Return the API key of a folder, in the form that on-premises W&B servers use."""
    number = int.from_bytes(hmac.digest(root, b"API key", "sha512"))
    characters: list[str] = []
    for _ in range(KEY_LENGTH):
        number, index = divmod(number, len(KEY_CHARACTERS))
        characters.append(KEY_CHARACTERS[index])
    return "local-" + "".join(characters)


def key_hash(key: str) -> str:
    """Return what is kept of a key that only has to be compared.

    A plain hash is enough for a random key: there is nothing to guess.
    """
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class AcceptedKeys:
    """The API keys that a server accepts, kept as hashes."""

    def __init__(self, hashes: Iterable[str]) -> None:
        self._hashes = list(hashes)

    def accepts(self, key: str) -> bool:
        """Return True if a client that sends this key is let in."""
        given = key_hash(key)
        return any(hmac.compare_digest(given, known) for known in self._hashes)
