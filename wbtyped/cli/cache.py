"""`wbtyped cache`: what is kept on this machine, and care of it."""

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ..download.cache.store import Cache

cache_app: typer.Typer = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Care of the cache of downloads."
)

LARGEST = float(2**63)
"""Bytes, more than any disk has."""
UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
SPANS = {"h": 3600.0, "d": 24 * 3600.0, "w": 7 * 24 * 3600.0}


def parse_size(text: str) -> int:
    """Return the bytes that `500M`, `20GiB` or `0` mean."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", text.strip().lower())
    if found is None:
        raise typer.BadParameter("write a size such as 500M or 20G")
    return int(min(float(found[1]) * UNITS[found[2]], LARGEST))


def parse_span(text: str) -> float:
    """Return the seconds that `12h`, `30d` or `8w` mean."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([hdw])", text.strip().lower())
    if found is None:
        raise typer.BadParameter("write a time such as 12h, 30d or 8w")
    return float(found[1]) * SPANS[found[2]]


Folder = Annotated[
    Path | None,
    typer.Option(
        "--dir",
        metavar="DIR",
        file_okay=False,
        help="The cache; else WBTYPED_CACHE, else wbtyped in WANDB_CACHE_DIR or ~/.cache/wandb.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def open_cache(folder: Path | None) -> "Cache":
    """Return the cache that is meant, whether it is on or not."""
    from ..config.cache import find_cache
    from ..download.cache.store import Cache

    found = folder or find_cache(True, os.environ, Path.home())
    return Cache(found or Path())


@cache_app.command()
def info(folder: Folder = None, json_output: AsJson = False) -> None:
    """Show where the cache is and how much it holds."""
    from ..download.cache import maintenance
    from .output import counted, human_size, print_out

    found = maintenance.info(open_cache(folder))
    if json_output:
        facts = {name: getattr(found, name) for name in ("files", "size", "linked", "versions")}
        print(json.dumps({"folder": str(found.folder), **facts}))
        return
    print_out(f"cache  {found.folder}")
    print_out(f"holds  {counted(found.files)} ({human_size(found.size)})")
    print_out(f"linked {human_size(found.linked)} of it, which downloaded folders share")
    print_out(f"knows  {counted(found.versions, 'name')} of versions when offline")


@cache_app.command()
def prune(
    max_size: Annotated[
        int | None,
        typer.Option(
            metavar="SIZE",
            help="Remove the longest unused until no more than this is left, such as 20G.",
            parser=parse_size,
        ),
    ] = None,
    unused_for: Annotated[
        float | None,
        typer.Option(
            metavar="TIME",
            help="Remove what was not used for so long, as in 30d.",
            parser=parse_span,
        ),
    ] = None,
    folder: Folder = None,
    json_output: AsJson = False,
) -> None:
    """Remove contents that were not used for long. Downloaded folders keep their files."""
    from ..download.cache import maintenance
    from .output import counted, human_size, print_out

    if max_size is None and unused_for is None:
        raise typer.BadParameter("say what may go: --max-size, --unused-for, or both")
    gone = maintenance.prune(open_cache(folder), max_size=max_size, unused_for=unused_for)
    if json_output:
        print(json.dumps({"files": gone.files, "size": gone.size, "linked": gone.linked}))
        return
    print_out(f"removed {counted(gone.files)} ({human_size(gone.size)})")


@cache_app.command()
def verify(folder: Folder = None, json_output: AsJson = False) -> None:
    """Compare every content with its digest and remove those that are wrong.

    Exit code 1 when there were any. They are compared at every use as well.
    """
    from ..download.cache import maintenance
    from .output import counted, print_err, print_out

    cache = open_cache(folder)
    wrong = maintenance.verify(cache)
    if json_output:
        print(json.dumps({"removed": [str(path) for path in wrong]}))
    else:
        for path in wrong:
            print_err(f"removed {path}: it was changed")
        left = maintenance.info(cache)
        print_out(f"{counted(left.files)} compared and right, {len(wrong):,} removed")
    raise typer.Exit(1 if wrong else 0)
