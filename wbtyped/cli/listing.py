"""Print lists of any kind: a table on a terminal, lines in a pipe, or JSON.

A record is what JSON shows of an item. A table shows some of its fields, in an order of its own;
how a field looks depends on its name and value alone, so that every list looks the same.
"""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from .output import human_size, on_terminal, printable

Value = str | int | Sequence[str] | None
Record = Mapping[str, Value]
FIGURES = frozenset({"size", "distinct", "freed", "files", "versions"})
"""Fields that are aligned to the right."""
HEADINGS = {"mimetype": "type"}
COLUMN_GAP = "  "


@dataclass(frozen=True, slots=True)
class Listing:
    """Records, page by page, and the fields that a table shows of them."""

    pages: Iterable[Sequence[Record]]
    fields: tuple[str, ...]
    more_fields: tuple[str, ...] = ()
    """What a long table shows besides."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a list is printed."""

    as_json: bool = False
    long: bool = False
    exact: bool = False
    """Whether sizes on a terminal are exact."""


def print_listing(listing: Listing, look: Look) -> None:
    """Print a list, each page as soon as it arrives."""
    fields = (*listing.fields, *listing.more_fields) if look.long else listing.fields
    if look.as_json:
        print_json(listing.pages)
    elif on_terminal():
        print_table(listing.pages, fields, exact=look.exact)
    else:
        print_lines(listing.pages, fields)


def print_json(pages: Iterable[Sequence[Record]]) -> None:
    """Print one array, left unclosed if the listing fails: no parser takes it for complete.

    URLs of files are left out of records: a signed URL gives whoever reads it access to the file.
    """
    separator = "[\n"
    for page in pages:
        for record in page:
            print(separator, json.dumps(record), sep="", end="")
            separator = ",\n"
        print(end="", flush=True)
    print("\n]" if separator == ",\n" else "[]")


def print_lines(pages: Iterable[Sequence[Record]], fields: Sequence[str]) -> None:
    """Print one line per record, with tabs between exact values."""
    for page in pages:
        for record in page:
            print("\t".join(exact_cell(record.get(field)) for field in fields))
        print(end="", flush=True)


def print_table(
    pages: Iterable[Sequence[Record]], fields: Sequence[str], *, exact: bool = False
) -> None:
    """Print a table page by page, nothing cut; the first page determines the widths."""
    widths: list[int] = []
    for page in pages:
        rows = [
            [table_cell(field, record.get(field), exact) for field in fields] for record in page
        ]
        if not widths:
            if not rows:
                continue
            headings = [heading(field) for field in fields]
            widths = [max(map(columns, cells)) for cells in zip(headings, *rows, strict=True)]
            rows.insert(0, headings)
        for row in rows:
            print(COLUMN_GAP.join(aligned(row, fields, widths)).rstrip())
        print(end="", flush=True)


def aligned(row: Sequence[str], fields: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the cells of a row, padded; a cell that is too wide moves what follows it."""
    for cell, field, width in zip(row, fields, widths, strict=True):
        padding = " " * (width - columns(cell))
        yield padding + cell if field in FIGURES else cell + padding


def heading(field: str) -> str:
    """Return the heading of a column."""
    return HEADINGS.get(field, field.removesuffix("_at").replace("_", " "))


def columns(text: str) -> int:
    """Return how many columns of a terminal a string takes; East Asian characters take two."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    combining = sum(unicodedata.combining(character) > 0 for character in text)
    return len(text) + wide - combining


def exact_cell(value: Value) -> str:
    """Return a value for a program: exact numbers, times as they are, `-` for none."""
    if value is None or value == "":
        return "-"
    if isinstance(value, (str, int)):
        return printable(str(value))
    return printable(", ".join(value)) or "-"


def table_cell(field: str, value: Value, exact: bool = False) -> str:
    """Return a value for people: readable sizes, local times to the minute, `-` for none."""
    if field == "size" and isinstance(value, int) and not exact:
        return human_size(value)
    if field.endswith("_at") and isinstance(value, str):
        return local_minute(value)
    return exact_cell(value)


def local_minute(moment: str) -> str:
    """Return an ISO 8601 time in the local time zone, to the minute."""
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M}"
