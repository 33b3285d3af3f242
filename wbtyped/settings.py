"""Which server, which key, which defaults: from arguments, environment, netrc and settings files.

Reading settings sends nothing.
"""

import os
import re
import warnings
from collections import ChainMap
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from .addresses import DEFAULT_BASE_URL, SAME_SERVER, app_url, checked_base_url
from .cache_settings import OFFLINE, CacheWish, find_cache, switch
from .errors import AuthenticationError, UsageError
from .hosts import find_hosts
from .response_limits import ResponseLimits, find_limits

DEFAULT_TIMEOUT = 19.0
"""Seconds that one request may take."""
# `run` has no effect, here as in the official client, which documents it.
OVERRIDES = ("base_url", "entity", "organization", "project", "run")
KEY_CHARACTERS = re.compile(r"[A-Za-z0-9_-]*")
KEY_LENGTH = 40
"""The fewest characters of a key, behind its prefix."""
JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a client needs to know. Two equal settings reach the same server with the same key."""

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


def find_settings(
    overrides: Mapping[str, str] | None = None,
    *,
    timeout: float | None = None,
    api_key: str | None = None,
    cache: CacheWish = None,
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
    given = _checked_overrides(overrides or {})
    places = _Places(
        os.environ if environ is None else environ,
        home or _own_folder(Path.home),
        cwd or _own_folder(Path.cwd),
    )
    files = places.settings_files()
    filed = ChainMap(*files.values())

    def find(name: str) -> str | None:
        return given.get(name) or places.environ.get(f"WANDB_{name.upper()}") or filed.get(name)

    if offline is None:
        offline = switch(places.environ, OFFLINE) or False
    base_url = checked_base_url(find("base_url") or DEFAULT_BASE_URL)
    return Settings(
        base_url=base_url,
        api_key="" if offline else _find_key(api_key, base_url, places, files),
        entity=find("entity") or None,
        project=find("project") or None,
        organization=find("organization") or None,
        timeout=_find_timeout(timeout, places.environ),
        app_url=app_url(base_url, places.environ.get("WANDB_APP_URL")),
        cache=find_cache(cache, places.environ, places.home, otherwise=offline),
        offline=offline,
        limits=limits or find_limits(places.environ),
        allow_hosts=find_hosts(allow_hosts, places.environ),
    )


def _checked_overrides(overrides: Mapping[str, str]) -> dict[str, str]:
    given = dict(overrides)
    if "username" in given:
        warnings.warn("override 'username' is now 'entity'", DeprecationWarning, stacklevel=4)
        given.setdefault("entity", given.pop("username"))
    unknown = sorted(given.keys() - set(OVERRIDES))
    if unknown:
        raise UsageError(f"unknown overrides {unknown}; known are {list(OVERRIDES)}")
    return given


def _own_folder(find: Callable[[], Path]) -> Path:
    """Return the home or the working folder, or where there is none, a path that holds nothing."""
    try:
        return find()
    except (RuntimeError, OSError):
        return Path(os.devnull)


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
    if not 0 < seconds < float("inf"):
        raise UsageError(f"{source} must be a number of seconds above 0, got {value!r}")
    return seconds


# The key.


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


def _find_key(
    argument: str | None,
    base_url: str,
    places: "_Places",
    files: Mapping[Path, Mapping[str, str]],
) -> str:
    environ = places.environ
    identity = environ.get("WANDB_IDENTITY_TOKEN_FILE")
    if not argument and identity and environ.get("WANDB_API_KEY"):
        raise AuthenticationError(
            "both WANDB_API_KEY and WANDB_IDENTITY_TOKEN_FILE are set; unset one of them"
        )

    def candidates() -> Iterator[tuple[str, str | None]]:
        yield "the argument api_key", argument
        yield "WANDB_API_KEY", environ.get("WANDB_API_KEY")
        yield str(places.netrc_file()), places.netrc_key(base_url)
        for file, found in files.items():
            yield str(file), found.get("api_key")

    for source, key in candidates():
        if key:
            check_key(key, source)
            return key
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


@dataclass(frozen=True)
class _Places:
    """Where settings are kept on this machine."""

    environ: Mapping[str, str]
    home: Path
    cwd: Path

    def files(self) -> list[Path]:
        """Return the settings files, the one that wins first."""
        config = self.environ.get("WANDB_CONFIG_DIR")
        common = Path(config) if config else self.home / ".config" / "wandb"
        work = Path(self.environ.get("WANDB_DIR") or self.cwd)
        hidden = work / ".wandb"
        folder = hidden if os.access(hidden, os.F_OK) else work / "wandb"
        return [folder / "settings", common / "settings"]

    def settings_files(self) -> dict[Path, dict[str, str]]:
        """Return what each settings file says in its section `default`, the winner first."""
        import configparser

        found: dict[Path, dict[str, str]] = {}
        for file in self.files():
            parser = configparser.ConfigParser(interpolation=None)
            try:
                with _reading(file):
                    parser.read_string(file.read_text(encoding="utf-8"))
            except configparser.Error as error:
                # Its own message quotes the line, which may hold the key.
                several = getattr(error, "errors", None)
                line = several[0][0] if several else getattr(error, "lineno", None)
                where = f" (line {line})" if line else ""
                raise UsageError(f"{file}{where} is not in INI form; mend it") from None
            if parser.has_section("default"):
                found[file] = dict(parser.items("default"))
        return found

    def netrc_file(self) -> Path:
        """Return the netrc file that is there, or the usual one."""
        if explicit := self.environ.get("NETRC"):
            return self.home / explicit[2:] if explicit.startswith("~/") else Path(explicit)
        usual = self.home / ".netrc"
        other = self.home / "_netrc"
        return other if os.access(other, os.F_OK) and not os.access(usual, os.F_OK) else usual

    def netrc_key(self, base_url: str) -> str | None:
        """Return the password kept for the server, under any of its names."""
        import netrc

        file = self.netrc_file()
        hosts: Mapping[str, tuple[str, str | None, str | None]] = {}
        try:
            with _reading(file):
                hosts = netrc.netrc(str(file)).hosts
        except netrc.NetrcParseError as error:
            raise UsageError(
                f"{file} (line {error.lineno}) is not in netrc form; mend it"
            ) from None
        parts = urlsplit(base_url)
        host = parts.hostname or ""
        others = [name for names in SAME_SERVER if host in names for name in names]
        for name in (parts.netloc, host, *others):
            if name in hosts and (password := hosts[name][2]):
                return password
        return None


@contextmanager
def _reading(file: Path) -> Generator[None]:
    """Pass over a file that is not there, and name one that cannot be read, never its content."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(f"{file} cannot be read: {reason}; mend or remove it") from error
    except UnicodeDecodeError:
        # This error carries the whole content.
        raise UsageError(f"{file} cannot be read: it is not UTF-8; mend it") from None
