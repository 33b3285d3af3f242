"""The API key: where it is looked for, and which ones no server can have issued."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from ..errors import AuthenticationError, UsageError
from .setting_files import SettingFiles

KEY_CHARACTERS = re.compile(r"[A-Za-z0-9_-]*")
KEY_LENGTH = 40
"""The fewest characters of a key, behind its prefix."""
JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
ARGUMENT = "the argument api_key"
"""The source of a key that the caller gave, which no other process can find by itself."""


class FoundKey(NamedTuple):
    """A key, and where it was found."""

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
            f"the API key from {source} holds characters other than letters, digits, - and _; "
            "copy it again from the settings page of your server"
        )
    if len(secret) < KEY_LENGTH:
        raise AuthenticationError(
            f"the API key from {source} has {len(secret)} characters, at least {KEY_LENGTH} are "
            "needed; copy it again from the settings page of your server"
        )


def may_be_key(key: str | None) -> bool:
    """Tell whether a server can have issued a key."""
    try:
        check_key(key or "", "")
    except AuthenticationError:
        return False
    return True


def check_argument(key: object) -> None:
    """Raise UsageError for an argument `api_key` that is no key at all."""
    if not isinstance(key, str):
        # The value is not shown: it may hold the key.
        raise UsageError(f"api_key must be a string or None, got {type(key).__name__}")
    if not key:
        raise UsageError(
            "api_key is an empty string; pass a key, or None to take the one in WANDB_API_KEY,"
            " netrc or the settings files"
        )


def find_key(
    argument: str | None,
    base_url: str,
    places: SettingFiles,
    files: Mapping[Path, Mapping[str, str]],
) -> FoundKey:
    """Return the key for a server: the argument's, else the first that is found."""
    environ = places.environ
    identity = environ.get("WANDB_IDENTITY_TOKEN_FILE")
    if not argument and identity and environ.get("WANDB_API_KEY"):
        raise AuthenticationError(
            "both WANDB_API_KEY and WANDB_IDENTITY_TOKEN_FILE are set; unset one of them"
        )

    def candidates() -> Iterator[tuple[str, str | None]]:
        yield ARGUMENT, argument
        yield "WANDB_API_KEY", environ.get("WANDB_API_KEY")
        netrc = places.netrc_keys(base_url)
        yield str(places.netrc_file()), netrc.own
        # The default entry is for every host; what is no key there is meant for another one.
        yield str(places.netrc_file()), netrc.default if may_be_key(netrc.default) else None
        for file, found in files.items():
            yield str(file), found.get("api_key")

    for source, key in candidates():
        if key:
            check_key(key, source)
            return FoundKey(key, source)
    host = urlsplit(base_url).netloc
    looked_at = " and ".join(map(str, places.files()))
    hint = (
        "; WANDB_IDENTITY_TOKEN_FILE is set, but tokens are not supported yet" if identity else ""
    )
    raise AuthenticationError(
        f"no API key for {host}: looked at the argument api_key, WANDB_API_KEY, "
        f"{places.netrc_file()}, and the settings files {looked_at}{hint}. "
        "Copy a key from the settings page of your server and set WANDB_API_KEY"
    )
