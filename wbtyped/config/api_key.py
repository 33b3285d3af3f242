"""Find the API key, and reject keys that no server can have issued."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import AuthenticationError, UsageError
from .setting_files import SettingFiles

KEY_CHARACTERS = re.compile(r"[A-Za-z0-9_-]*")
MIN_KEY_CHARACTERS = 40
"""The minimum length of a key, not counting its prefix."""
JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
ARGUMENT = "the argument api_key"
"""The source of a key that the caller passed, which no other process can find by itself."""


VARIABLE = "WANDB_API_KEY"


class FoundKey(NamedTuple):
    """A key and its source."""

    key: str
    source: str


def check_key(key: str, source: str) -> None:
    """Raise AuthenticationError for a key that no server can have issued; the key is not shown."""
    if key != key.strip():
        raise AuthenticationError(f"the API key from {source} has spaces around it; remove them")
    if JWT.fullmatch(key):
        return
    secret = key.partition("-")[2] or key
    if not KEY_CHARACTERS.fullmatch(secret):
        raise AuthenticationError(
            f"the API key from {source} contains characters other than letters, digits, - and _; "
            "copy it again from the settings page of your server"
        )
    if len(secret) < MIN_KEY_CHARACTERS:
        raise AuthenticationError(
            f"the API key from {source} has {len(secret)} characters, but at least"
            f" {MIN_KEY_CHARACTERS} are needed; copy it again from the settings page of your server"
        )


def may_be_key(key: str | None) -> bool:
    """Return True if a server can have issued the key."""
    try:
        check_key(key or "", "")
    except AuthenticationError:
        return False
    return True


def another_key(source: str) -> str:
    """Return what to do about a key that the server rejects."""
    if source == ARGUMENT:
        return "pass a key of this server as api_key"
    if source == VARIABLE:
        return "set WANDB_API_KEY to a key of this server"
    return "replace it there, or set WANDB_API_KEY, which takes precedence"


def check_argument(key: object) -> None:
    """Raise UsageError unless the argument `api_key` is a non-empty string."""
    if not isinstance(key, str):
        # The value is not shown: it may contain the key.
        raise UsageError(f"api_key must be a string or None, got {type(key).__name__}")
    if not key:
        raise UsageError(
            "api_key is an empty string; pass a key, or None to use the one in WANDB_API_KEY,"
            " netrc or the settings files"
        )


def find_key(
    argument: str | None,
    base_url: str,
    machine: SettingFiles,
    files: Mapping[Path, Mapping[str, str]],
) -> FoundKey:
    """Return the key for a server: the argument if given, else the first one found."""
    environ = machine.environ
    identity = environ.get("WANDB_IDENTITY_TOKEN_FILE")
    if not argument and identity and environ.get("WANDB_API_KEY"):
        raise AuthenticationError(
            "both WANDB_API_KEY and WANDB_IDENTITY_TOKEN_FILE are set; unset one of them"
        )

    def candidates() -> Iterator[tuple[str, str | None]]:
        yield ARGUMENT, argument
        yield VARIABLE, environ.get(VARIABLE)
        netrc = machine.netrc_keys(base_url)
        yield str(machine.netrc_file()), netrc.own
        # The default entry is for every host: if it is not a key, it is meant for another host.
        yield str(machine.netrc_file()), netrc.default if may_be_key(netrc.default) else None
        for file, found in files.items():
            yield str(file), found.get("api_key")

    for source, key in candidates():
        if key:
            check_key(key, source)
            return FoundKey(key, source)
    host = urlsplit(base_url).netloc
    searched = " and ".join(map(str, machine.files()))
    hint = (
        "; WANDB_IDENTITY_TOKEN_FILE is set, but tokens are not supported yet" if identity else ""
    )
    raise AuthenticationError(
        f"no API key for {host} in the argument api_key, WANDB_API_KEY, {machine.netrc_file()}, or"
        f" the settings files {searched}{hint}. Copy a key from the settings page of your server"
        " and set WANDB_API_KEY"
    )
