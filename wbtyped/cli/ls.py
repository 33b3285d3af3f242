"""`wbtyped ls`: list the files of a run, page by page."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..artifacts.lineage import File
from .connection import connect
from .output import human_size, on_terminal, printable, rich_console

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

FILES_PER_PAGE = 1000
"""Large pages: a long list needs few requests."""


def list_files(path: str, *, pattern: str | None, as_json: bool, base_url: str | None) -> None:
    """Print the files of a run, each page as soon as it arrives."""
    with connect(base_url) as api:
        pages = api.run(path).files(pattern=pattern, per_page=FILES_PER_PAGE).pages()
        if as_json:
            print_json(pages)
        elif on_terminal():
            print_tables(pages, rich_console())
        else:
            print_lines(pages)


def print_lines(pages: Iterable[list[File]]) -> None:
    """Print one line per file, with tabs between the fields."""
    for page in pages:
        for file in page:
            fields = (file.name, str(file.size), file.mimetype or "-", file.updated_at or "-")
            print("\t".join(map(printable, fields)))
        print(end="", flush=True)


def print_json(pages: Iterator[list[File]]) -> None:
    """Print one array, left unclosed if the listing fails: no parser takes it for complete.

    URLs are left out: a signed URL gives everybody who reads it access to the file.
    """
    separator = "[\n"
    for page in pages:
        for file in page:
            record = {
                "name": file.name,
                "size": file.size,
                "md5": file.md5,
                "mimetype": file.mimetype,
                "updated_at": file.updated_at,
            }
            print(separator, json.dumps(record), sep="", end="")
            separator = ",\n"
        print(end="", flush=True)
    print("\n]" if separator == ",\n" else "[]")


def print_tables(pages: Iterable[list[File]], console: "Console") -> None:
    """Print a table page by page; the first page determines the width of the names."""
    widths = None
    for page in pages:
        header = widths is None
        widths = widths or Widths.fitting(page, console.width)
        table = empty_table(widths, header=header)
        for file in page:
            moment = file.attrs.updated_at
            table.add_row(
                printable(file.name),
                human_size(file.size),
                printable(file.mimetype or "-"),
                f"{moment:%Y-%m-%d %H:%M}" if moment else "-",
            )
        console.print(table)


SIZE_WIDTH = len("1023.9 KiB")
MOMENT_WIDTH = len("2026-01-31 23:59")
WIDE_TERMINAL = 100
COLUMN_GAP = 2


class Widths(NamedTuple):
    """Widths, in characters, of the columns that depend on the terminal."""

    name: int
    mimetype: int

    @classmethod
    def fitting(cls, page: Iterable[File], terminal: int) -> "Widths":
        """Return widths for a page: the longest name fits, if there is room."""
        from rich.cells import cell_len

        mimetype = len("application/octet-stream" if terminal >= WIDE_TERMINAL else "text/markdown")
        room = terminal - SIZE_WIDTH - mimetype - MOMENT_WIDTH - 3 * COLUMN_GAP
        longest = max((cell_len(printable(file.name)) for file in page), default=0)
        return cls(max(min(longest, room), len("name")), mimetype)


def empty_table(widths: Widths, *, header: bool) -> "Table":
    """Return a table with fixed column widths, so that pages line up."""
    from rich.table import Table

    table = Table(box=None, show_header=header, padding=(0, COLUMN_GAP, 0, 0), pad_edge=False)
    table.add_column("name", width=widths.name, overflow="fold")
    table.add_column("size", width=SIZE_WIDTH, justify="right")
    table.add_column("type", width=widths.mimetype, overflow="ellipsis", no_wrap=True)
    table.add_column("updated (UTC)", width=MOMENT_WIDTH)
    return table
