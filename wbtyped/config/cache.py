"""Whether downloaded contents are kept on this machine, and where."""

import os
from collections.abc import Mapping
from pathlib import Path

from .. import arguments
from ..errors import UsageError

CACHE = "WBTYPED_CACHE"
CACHE_LINKS = "WBTYPED_CACHE_LINKS"
OFFLINE = "WBTYPED_OFFLINE"
ON = ("1", "true", "t", "yes", "y", "on")
OFF = ("0", "false", "f", "no", "n", "off")
SWITCHES: dict[str, bool] = {word: word in ON for word in (*ON, *OFF)}
CacheOption = str | os.PathLike[str] | bool | None
"""A folder, True for the usual one, False for none, or None for what the environment says."""


def find_cache(
    spec: CacheOption, environ: Mapping[str, str], home: Path, *, otherwise: bool = False
) -> Path | None:
    """Return the folder of the cache, or None when it is off.

    `wish` is a folder, or True or False; without one the variable WBTYPED_CACHE decides, which
    takes a folder, 1 or 0. The usual folder is `wbtyped` in WANDB_CACHE_DIR or ~/.cache/wandb.
    """
    if spec is not None and not isinstance(spec, bool):
        return arguments.location("cache", spec)
    said = environ.get(CACHE, "").strip()
    if said and said.lower() not in SWITCHES:
        return None if spec is False else Path(said)
    on = switch(environ, CACHE) if spec is None else spec
    if not (otherwise if on is None else on):
        return None
    common = environ.get("WANDB_CACHE_DIR")
    return (Path(common) if common else home / ".cache" / "wandb") / "wbtyped"


def switch(environ: Mapping[str, str], name: str) -> bool | None:
    """Return what a variable says that switches something on or off; None when it says nothing."""
    said = environ.get(name, "").strip().lower()
    if said and said not in SWITCHES:
        raise UsageError(f"{name} must be 1 or 0, got {said!r}")
    return SWITCHES.get(said)


def cache_links(environ: Mapping[str, str]) -> bool:
    """Return True if files may be hard links into the cache: WBTYPED_CACHE_LINKS is 1."""
    return switch(environ, CACHE_LINKS) or False


def cache_folder(option: CacheOption, default: Path | None) -> Path | None:
    """Return the folder that one download caches its contents in, or None for none.

    `default` is the folder that the settings name.
    """
    if option is None or (option is True and default is not None):
        return default
    return find_cache(option, os.environ, Path.home())
