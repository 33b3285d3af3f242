"""`wbtyped cache`: inspect, shrink and verify the download cache."""

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..config.cache import find_cache
from .output import counted, human_size, print_err, print_out
from .parameters import JsonObject, examples

if TYPE_CHECKING:
    from ..download.cache.store import Cache

# The cache itself is imported by the subcommands: hashing and thread pools cost start-up time.

cache_app: typer.Typer = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Manage the download cache.",
    epilog=examples("wbtyped cache info", "wbtyped cache prune --max-size 20G"),
)

MAX_BYTES = float(2**63)
"""More than any disk holds."""
UNIT_BYTES = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
UNIT_SECONDS = {"h": 3600.0, "d": 24 * 3600.0, "w": 7 * 24 * 3600.0}


def parse_size(text: str) -> int:
    """Return the number of bytes in a string such as `500M`, `20GiB` or `0`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", text.strip().lower())
    if match is None:
        raise typer.BadParameter("use a size such as 500M or 20G")
    return int(min(float(match[1]) * UNIT_BYTES[match[2]], MAX_BYTES))


def parse_duration(text: str) -> float:
    """Return the number of seconds in a string such as `12h`, `30d` or `8w`."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([hdw])", text.strip().lower())
    if match is None:
        raise typer.BadParameter("use a duration such as 12h, 30d or 8w")
    return float(match[1]) * UNIT_SECONDS[match[2]]


CacheFolder = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        metavar="DIR",
        file_okay=False,
        help="Folder of the cache; default: WBTYPED_CACHE, or wbtyped in WANDB_CACHE_DIR or"
        " ~/.cache/wandb.",
        show_default=False,
    ),
]


def open_cache(folder: Path | None) -> "Cache":
    """Return the cache in a folder, or the configured one even if caching is switched off."""
    from ..download.cache.store import Cache

    found = folder or find_cache(True, os.environ, Path.home())
    return Cache(found or Path())


@cache_app.command(epilog=examples("wbtyped cache info", "wbtyped cache info --json"))
def info(folder: CacheFolder = None, json_output: JsonObject = False) -> None:
    """Show where the cache is and how much it holds."""
    from ..download.cache import maintenance

    cache_info = maintenance.info(open_cache(folder))
    if json_output:
        fields = ("files", "size", "linked", "versions")
        facts = {name: getattr(cache_info, name) for name in fields}
        print(json.dumps({"folder": str(cache_info.folder), **facts}))
        return
    aliases = counted(cache_info.versions, "artifact alias", "artifact aliases")
    print_out(f"folder   {cache_info.folder}")
    print_out(f"content  {counted(cache_info.files)} ({human_size(cache_info.size)})")
    print_out(f"shared   {human_size(cache_info.linked)} hard-linked into download folders")
    print_out(f"offline  {aliases} resolvable")


@cache_app.command(
    epilog=examples("wbtyped cache prune --max-size 20G", "wbtyped cache prune --unused-for 30d")
)
def prune(
    max_size: Annotated[
        int | None,
        typer.Option(
            metavar="SIZE",
            help="Remove the least recently used files until at most this much is left, such as"
            " 20G.",
            parser=parse_size,
        ),
    ] = None,
    unused_for: Annotated[
        float | None,
        typer.Option(
            metavar="TIME",
            help="Remove files that were not used for this long, such as 30d.",
            parser=parse_duration,
        ),
    ] = None,
    folder: CacheFolder = None,
    json_output: JsonObject = False,
) -> None:
    """Remove files that were not used recently. Downloaded folders keep their files."""
    from ..download.cache import maintenance

    if max_size is None and unused_for is None:
        raise typer.BadParameter("pass --max-size, --unused-for, or both")
    removed = maintenance.prune(open_cache(folder), max_size=max_size, unused_for=unused_for)
    if json_output:
        counts = {"files": removed.files, "size": removed.size, "linked": removed.linked}
        print(json.dumps(counts))
        return
    print_out(f"removed {counted(removed.files)} ({human_size(removed.size)})")


@cache_app.command(epilog=examples("wbtyped cache verify"))
def verify(folder: CacheFolder = None, json_output: JsonObject = False) -> None:
    """Compare every cached file with its digest and remove those that are corrupt.

    Exit code 1 if there were any. Files are verified before each use as well.
    """
    from ..download.cache import maintenance

    cache = open_cache(folder)
    corrupt = maintenance.verify(cache)
    if json_output:
        print(json.dumps({"removed": [str(path) for path in corrupt]}))
    else:
        for path in corrupt:
            print_err(f"removed {path}: its content does not match its digest")
        left = maintenance.info(cache)
        print_out(f"{counted(left.files)} OK, {len(corrupt):,} removed")
    raise typer.Exit(1 if corrupt else 0)
