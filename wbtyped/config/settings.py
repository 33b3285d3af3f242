"""Which server, which key, which defaults: from arguments, environment, netrc and settings files.

Reading settings sends nothing.
"""

import os
from collections import ChainMap
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from .. import arguments
from ..errors import AuthenticationError, UsageError, WbtypedError
from ..user_warnings import warn_user
from .api_key import ARGUMENT, FoundKey, check_argument, find_key
from .base_url import DEFAULT_BASE_URL, app_url, checked_base_url
from .cache import OFFLINE, CacheOption, find_cache, switch
from .hosts import find_hosts
from .response_limits import ResponseLimits, find_limits
from .setting_files import SettingFiles, own_folder

DEFAULT_TIMEOUT = 19.0
"""Seconds that one request may take."""
# `run` has no effect, here as in the official client, which documents it.
OVERRIDES = ("base_url", "entity", "organization", "project", "run")
LONGEST_TIMEOUT = 1e6
"""Seconds; more than this does not fit what sockets take on every platform."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a client needs to know. Two equal settings reach the same server with the same key.

    Pickled, they say where the key was found instead of the key, and find it again where they are
    unpickled; only a key that was given as an argument travels.
    """

    base_url: str
    """Address of the API, without a slash at the end."""
    api_key: str = field(repr=False)
    """The key; never shown."""
    entity: str | None = None
    """The entity of paths that name none; None for the account's own."""
    project: str | None = None
    """The project of paths that name none."""
    organization: str | None = None
    """The organisation of registry paths that name none."""
    timeout: float = DEFAULT_TIMEOUT
    """Seconds that one request may take."""
    app_url: str = ""
    """Address of the web pages, without a slash at the end."""
    cache: Path | None = None
    """The folder that keeps downloaded contents; None for none."""
    offline: bool = False
    """Whether nothing may be sent: what the cache holds is all there is."""
    limits: ResponseLimits = field(default_factory=ResponseLimits)
    """How large a response may be, and how long it may take in all."""
    allow_hosts: tuple[str, ...] = ()
    """Local hosts that references and redirects may lead to from public ones."""
    key_source: str = field(default=ARGUMENT, compare=False)
    """Where the key was found, in words."""

    # Immutable, so a copy within the process need not look for the key again.

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __getstate__(self) -> dict[str, object]:
        kept = self.key_source == ARGUMENT
        return self.__dict__ if kept else {**self.__dict__, "api_key": ""}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        self.__dict__.update(state)
        # Schedulers unpickle what they never use; `with_key` raises where a key is needed.
        with suppress(WbtypedError):
            self.__dict__["api_key"] = self.with_key().api_key

    def with_key(self) -> Self:
        """Return settings that have a key, or raise AuthenticationError.

        Unpickled settings have none where their process cannot find it.
        """
        if self.api_key or self.offline:
            return self
        try:
            key, source = key_of(self.base_url, own_files())
        except AuthenticationError as error:
            raise AuthenticationError(
                f"{error}. This object was pickled without its key, which came from"
                f" {self.key_source}; set it in this process too, or pass api_key= before pickling"
            ) from None
        return replace(self, api_key=key, key_source=source)


def find_settings(
    overrides: Mapping[str, str] | None = None,
    *,
    base_url: str | None = None,
    entity: str | None = None,
    project: str | None = None,
    organization: str | None = None,
    timeout: float | None = None,
    api_key: str | None = None,
    cache: CacheOption = None,
    offline: bool | None = None,
    limits: ResponseLimits | None = None,
    allow_hosts: Iterable[str] | None = None,
    environ: Mapping[str, str] | None = None,
    home: Path | None = None,
    cwd: Path | None = None,
) -> Settings:
    """Find every setting: arguments, environment, workspace file, global file, in that order.

    The key comes from the argument, else `WANDB_API_KEY`, else netrc, else a settings file. Raises
    AuthenticationError for a missing or malformed key and UsageError for anything else that is
    wrong. Offline, no key is looked for.
    """
    given = _checked_overrides(overrides)
    named = {
        "base_url": base_url, "entity": entity, "project": project, "organization": organization
    }  # fmt: skip
    for name, value in named.items():
        if value is not None:
            given[name] = _filled(name, value)
    if api_key is not None:
        check_argument(api_key)
    if offline is not None:
        arguments.flag("offline", offline)
    if limits is not None:
        arguments.instance("limits", limits, ResponseLimits)
    places = own_files(environ, home, cwd)
    files = places.settings_files()
    filed = ChainMap(*files.values())

    def find(name: str) -> str | None:
        return given.get(name) or places.environ.get(f"WANDB_{name.upper()}") or filed.get(name)

    if offline is None:
        offline = switch(places.environ, OFFLINE) or False
    server = checked_base_url(find("base_url") or DEFAULT_BASE_URL)
    key, source = ("", ARGUMENT) if offline else find_key(api_key, server, places, files)
    return Settings(
        base_url=server,
        api_key=key,
        key_source=source,
        entity=find("entity") or None,
        project=find("project") or None,
        organization=find("organization") or None,
        timeout=_find_timeout(timeout, places.environ),
        app_url=app_url(server, places.environ.get("WANDB_APP_URL")),
        cache=find_cache(cache, places.environ, places.home, otherwise=offline),
        offline=offline,
        limits=limits or find_limits(places.environ),
        allow_hosts=find_hosts(allow_hosts, places.environ),
    )


def own_files(
    environ: Mapping[str, str] | None = None, home: Path | None = None, cwd: Path | None = None
) -> SettingFiles:
    """Return where settings are kept: of this process, unless told otherwise."""
    return SettingFiles(
        os.environ if environ is None else environ,
        home or own_folder(Path.home),
        cwd or own_folder(Path.cwd),
    )


def key_of(base_url: str, places: SettingFiles) -> FoundKey:
    """Return the key for a server that is found without an argument."""
    return find_key(None, base_url, places, places.settings_files())


def _checked_overrides(overrides: object) -> dict[str, str]:
    if isinstance(overrides, str):
        raise UsageError(
            f"overrides must be a mapping, got a string; for a server write base_url={overrides!r}"
            if overrides.startswith(("http://", "https://"))
            else "overrides must be a mapping, got a string"
        )
    found = arguments.mapping("overrides", {} if overrides is None else overrides)
    given = {name: _filled(f"override {name!r}", found[name]) for name in found}
    if "username" in given:
        warn_user("override 'username' is now 'entity'", DeprecationWarning)
        given.setdefault("entity", given.pop("username"))
    unknown = sorted(given.keys() - set(OVERRIDES))
    if unknown:
        raise UsageError(f"unknown overrides {unknown}; known are {list(OVERRIDES)}")
    return given


def _filled(name: str, value: object) -> str:
    text = arguments.string(name, value)
    if not text:
        raise UsageError(f"{name} is an empty string; leave it out to take it from the environment")
    return text


def _find_timeout(argument: float | None, environ: Mapping[str, str]) -> float:
    if argument is not None:
        source, value = "timeout", str(argument)
    elif environ.get("WANDB_HTTP_TIMEOUT"):
        source, value = "WANDB_HTTP_TIMEOUT", environ["WANDB_HTTP_TIMEOUT"]
    else:
        return DEFAULT_TIMEOUT
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise UsageError(
            f"{source} must be a number of seconds above 0, at most {LONGEST_TIMEOUT:,.0f},"
            f" got {value!r}"
        )
    return seconds
