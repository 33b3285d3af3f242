"""Whether downloads are cached, and in which folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from .. import arguments
from .switches import SWITCHES, switch

CACHE = "WBTYPED_CACHE"
CACHE_LINKS = "WBTYPED_CACHE_LINKS"
OFFLINE = "WBTYPED_OFFLINE"
CacheOption = str | os.PathLike[str] | bool | None
"""A folder, True for the default folder, False for no cache, or None to use the environment."""


def find_cache(
    option: CacheOption, environ: Mapping[str, str], home: Path, *, default: bool = False
) -> Path | None:
    """Return the folder of the cache, or None if caching is off.

    Without an option, the variable WBTYPED_CACHE decides: a folder, 1 or 0; without that,
    `default`. The default folder is `wbtyped` in WANDB_CACHE_DIR or ~/.cache/wandb.
    """
    if option is not None and not isinstance(option, bool):
        return arguments.location("cache", option)
    value = environ.get(CACHE, "").strip()
    if value and value.lower() not in SWITCHES:
        return None if option is False else Path(value)
    on = switch(environ, CACHE) if option is None else option
    if not (default if on is None else on):
        return None
    parent = environ.get("WANDB_CACHE_DIR")
    return (Path(parent) if parent else home / ".cache" / "wandb") / "wbtyped"


def cache_links(environ: Mapping[str, str]) -> bool:
    """Return True if WBTYPED_CACHE_LINKS lets downloaded files be hard links into the cache."""
    return switch(environ, CACHE_LINKS) or False


def cache_folder(option: CacheOption, default: Path | None) -> Path | None:
    """Return the cache folder of one download, or None for no cache.

    `default` is the folder from the settings.
    """
    if option is None or (option is True and default is not None):
        return default
    return find_cache(option, os.environ, Path.home())
