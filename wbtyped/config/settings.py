"""Find the server, the API key and the defaults of a client.

They come from arguments, environment variables, netrc and settings files. No request is sent.
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
from .api_key import ARGUMENT, check_argument, find_key
from .base_url import DEFAULT_BASE_URL, app_url, checked_base_url
from .cache import OFFLINE, CacheOption, find_cache
from .hosts import find_hosts
from .page_hosts import PageHosts
from .response_limits import ResponseLimits, find_limits
from .setting_files import SettingFiles, folder_or_null
from .switches import switch

DEFAULT_TIMEOUT = 19.0
"""Seconds."""
# `run` has no effect, here as in the official client, which documents it.
OVERRIDES = ("base_url", "entity", "organization", "project", "run")
MAX_TIMEOUT_SECONDS = 1e6
"""The largest timeout that sockets accept on every platform is a little more."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The configuration of a client. Equal settings mean the same server and the same key.

    Pickled settings contain the source of the key instead of the key, which is looked up again
    where they are unpickled; only a key that was passed as an argument is pickled itself.
    """

    base_url: str
    """URL of the API, without a slash at the end."""
    api_key: str = field(repr=False)
    """The API key; never shown."""
    entity: str | None = None
    """The entity of paths that name none; None for the account's default entity."""
    project: str | None = None
    """The project of paths that name none."""
    organization: str | None = None
    """The organization of registry paths that name none."""
    timeout: float = DEFAULT_TIMEOUT
    """Timeout in seconds of each network operation of a request."""
    app_url: str = ""
    """URL of the web pages, without a slash at the end."""
    cache: Path | None = None
    """The folder of the download cache; None for no cache."""
    offline: bool = False
    """Whether to send nothing and use only what is in the cache."""
    limits: ResponseLimits = field(default_factory=ResponseLimits)
    """Limits on the size and the total time of a response."""
    allow_hosts: tuple[str, ...] = ()
    """Local hosts that references and redirects may lead to from public ones."""
    key_source: str = field(default=ARGUMENT, compare=False)
    """Where the key was found, for messages."""

    @property
    def pages(self) -> PageHosts:
        """The URLs of the server's pages, which paths may contain."""
        return PageHosts(self.base_url, self.app_url)

    def __getitem__(self, name: str) -> str | None:
        """Return `base_url`, `entity`, `project` or `organization`, as scripts read settings."""
        if name not in {"base_url", "entity", "project", "organization"}:
            raise KeyError(name)
        value: str | None = getattr(self, name)
        return value

    # Immutable, so a copy within the process can share the key instead of finding it again.

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __getstate__(self) -> dict[str, object]:
        from_argument = self.key_source == ARGUMENT
        return self.__dict__ if from_argument else {**self.__dict__, "api_key": ""}

    def __setstate__(self, state: Mapping[str, object]) -> None:
        self.__dict__.update(state)
        # Schedulers unpickle objects that they never use; `with_key` raises where a key is needed.
        with suppress(WbtypedError):
            self.__dict__["api_key"] = self.with_key().api_key

    def with_key(self) -> Self:
        """Return settings with a key, or raise AuthenticationError.

        Unpickled settings have no key if their process cannot find it.
        """
        if self.api_key or self.offline:
            return self
        machine = setting_files()
        try:
            key, source = find_key(None, self.base_url, machine, machine.settings_files())
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
    """Find every setting: in arguments, environment, workspace file, global file, in that order.

    The key comes from the argument, else `WANDB_API_KEY`, else netrc, else a settings file; offline
    none is needed. Raises AuthenticationError for a missing or malformed key, and UsageError for
    any other invalid value.
    """
    given = _check_overrides(overrides)
    named = {
        "base_url": base_url, "entity": entity, "project": project, "organization": organization
    }  # fmt: skip
    for name, value in named.items():
        if value is not None:
            given[name] = _not_empty(name, value)
    if api_key is not None:
        check_argument(api_key)
    if offline is not None:
        arguments.flag("offline", offline)
    if limits is not None:
        arguments.instance("limits", limits, ResponseLimits)
    machine = setting_files(environ, home, cwd)
    variables = machine.environ
    files = machine.settings_files()
    stored = ChainMap(*files.values())

    def find(name: str) -> str | None:
        return given.get(name) or variables.get(f"WANDB_{name.upper()}") or stored.get(name)

    if offline is None:
        offline = switch(variables, OFFLINE) or False
    server = checked_base_url(find("base_url") or DEFAULT_BASE_URL)
    key, source = ("", ARGUMENT) if offline else find_key(api_key, server, machine, files)
    return Settings(
        base_url=server,
        api_key=key,
        key_source=source,
        entity=find("entity") or None,
        project=find("project") or None,
        organization=find("organization") or None,
        timeout=_find_timeout(timeout, variables),
        app_url=app_url(server, variables.get("WANDB_APP_URL")),
        cache=find_cache(cache, variables, machine.home, default=offline),
        offline=offline,
        limits=limits or find_limits(variables),
        allow_hosts=find_hosts(allow_hosts, variables),
    )


def setting_files(
    environ: Mapping[str, str] | None = None, home: Path | None = None, cwd: Path | None = None
) -> SettingFiles:
    """Return the setting files of this process, or of the given environment and folders."""
    return SettingFiles(
        os.environ if environ is None else environ,
        home or folder_or_null(Path.home),
        cwd or folder_or_null(Path.cwd),
    )


def _check_overrides(overrides: object) -> dict[str, str]:
    if isinstance(overrides, str):
        raise UsageError(
            f"overrides must be a mapping, got a string; to set the server write"
            f" base_url={overrides!r}"
            if overrides.startswith(("http://", "https://"))
            else "overrides must be a mapping, got a string"
        )
    found = arguments.mapping("overrides", {} if overrides is None else overrides)
    given = {name: _not_empty(f"override {name!r}", found[name]) for name in found}
    if "username" in given:
        warn_user("override 'username' is deprecated: use 'entity'", DeprecationWarning)
        given.setdefault("entity", given.pop("username"))
    unknown = sorted(given.keys() - set(OVERRIDES))
    if unknown:
        raise UsageError(f"unknown overrides {unknown}; allowed are {list(OVERRIDES)}")
    return given


def _not_empty(name: str, value: object) -> str:
    text = arguments.string(name, value)
    if not text:
        raise UsageError(f"{name} is an empty string; leave it out to read it from the environment")
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
    if not 0 < seconds <= MAX_TIMEOUT_SECONDS:
        raise UsageError(
            f"{source} must be a number of seconds above 0, at most {MAX_TIMEOUT_SECONDS:,.0f},"
            f" got {value!r}"
        )
    return seconds
