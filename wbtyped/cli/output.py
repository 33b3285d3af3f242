"""What people see: names made harmless, sizes and tables, on a terminal or without one."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def printable(text: str) -> str:
    """Return text with every character escaped that could steer a terminal or hide text."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def human_size(size: int) -> str:
    """Return a number of bytes as people read it, such as `1.5 MiB`."""
    if size < 1024:
        return f"{size} B"
    value = float(size)
    for unit in ("KiB", "MiB", "GiB"):
        value /= 1024
        if value < 1023.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1024:.1f} TiB"


def counted(number: int, noun: str = "file") -> str:
    """Return `1 file`, `2 files`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_out(text: str) -> None:
    """Print one line, at once, with nothing in it that steers a terminal."""
    print(printable(text), flush=True)


def print_err(text: str) -> None:
    """Print one line on stderr, likewise."""
    print(printable(text), file=sys.stderr, flush=True)


def on_terminal() -> bool:
    """Tell whether a person is looking at stdout."""
    return sys.stdout.isatty()


def rich_console() -> "Console":
    """Return a console that takes texts as they are: names may look like markup."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table whose first column holds names and whose others hold figures."""
    if not on_terminal():
        for row in (headings, *rows):
            print("\t".join(map(printable, row)), flush=True)
        return
    from rich.table import Table

    table = Table()
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    rich_console().print(table)
