"""Print for people: escaped names, readable sizes, and tables on a terminal or in a pipe."""

import sys
from typing import TYPE_CHECKING

from ..units import counted as counted
from ..units import human_size as human_size

if TYPE_CHECKING:
    from rich.console import Console

INTERRUPTED = 130
"""Exit code after Ctrl-C: that of a shell for SIGINT."""


def printable(text: str) -> str:
    """Escape every character that could control a terminal or hide part of a string."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def print_out(text: str) -> None:
    """Print one escaped line on stdout and flush it."""
    print(printable(text), flush=True)


def print_err(text: str) -> None:
    """Print one escaped line on stderr and flush it."""
    print(printable(text), file=sys.stderr, flush=True)


def on_terminal() -> bool:
    """Return True if stdout is a terminal."""
    return sys.stdout.isatty()


# rich is imported where it draws: a pipe does not need it.


def rich_console() -> "Console":
    """Return a console that prints strings as they are: file names may look like markup."""
    from rich.console import Console

    return Console(markup=False, emoji=False, highlight=False)
