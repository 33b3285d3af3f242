"""The page of the command: every subcommand with its help."""

from collections.abc import Iterator
from pathlib import Path

import typer
import typer.main
from typer.core import TyperGroup

from wbtyped.cli.app import app

WIDTH = 100


def command_page(introduction: Path) -> str:
    """Return the written introduction, a table of all subcommands, and the help of each."""
    context = typer.Context(
        typer.main.get_command(app), info_name="wbtyped", max_content_width=WIDTH
    )
    found = list(subcommands(context))
    rows = [
        f"| [`{sub.command_path}`](#{anchor(sub)}) | {sub.command.get_short_help_str(200)} |"
        for sub in found
    ]
    helps = [
        f"## `{sub.command_path}` {{ #{anchor(sub)} }}\n\n```text\n{sub.get_help()}\n```\n"
        for sub in found
    ]
    table = "\n".join(["| command | |", "|---|---|", *rows])
    return "\n".join([introduction.read_text(encoding="utf-8"), table, "", *helps])


def subcommands(context: typer.Context) -> Iterator[typer.Context]:
    """Yield the contexts of all subcommands that do something themselves."""
    group = context.command
    assert isinstance(group, TyperGroup)
    for name, command in group.commands.items():
        inner = typer.Context(command, parent=context, info_name=name, max_content_width=WIDTH)
        if isinstance(command, TyperGroup):
            yield from subcommands(inner)
        else:
            yield inner


def anchor(context: typer.Context) -> str:
    """Return the anchor of a subcommand on the page."""
    return context.command_path.replace(" ", "-")
