"""`wbtyped schema`: its subcommands and their options."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .extras import require

app: typer.Typer = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Tell whether a server still fits the queries of this package, or your own.",
)


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class PlainFormat(StrEnum):
    """How a table is printed."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """Which findings make a check fail."""

    BREAKING = "breaking"
    RISKY = "risky"
    ANY = "any"


Queries = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FOLDER|FILE",
        help="Your own .graphql files, in place of those of this package; may be repeated.",
    ),
]


@app.command()
def check(
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="A server's URL, an SDL file or a folder of them, or an introspection JSON file;"
            " else the configured server.",
        ),
    ] = None,
    queries: Queries = None,
    style: Annotated[
        Format, typer.Option("--format", help="How to print the report.")
    ] = Format.TEXT,
    fail_on: Annotated[
        FailOn, typer.Option(help="The least of what makes the exit code 1.")
    ] = FailOn.BREAKING,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE[:COORDINATE]",
            help="Leave out what a rule finds, everywhere or at a schema coordinate, in which * is"
            " any text; may be repeated.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List safe changes too.")
    ] = False,
) -> None:
    """Weigh what has changed in a server's schema by what the queries use.

    Breaking is what makes a query fail or its answer unreadable, risky what may come out otherwise,
    safe all else. A server that hides its schema is probed: it validates each operation and runs
    none, because a required variable is withheld.

    The key goes to the server, as with --base-url elsewhere. Exit codes: 0 it fits, 1 it does not
    (see --fail-on), 2 wrong use, 3 there was no schema to read.
    """
    require("drift")
    from .check import check_schema

    shown = "any" if fail_on is FailOn.ANY else fail_on.value
    code = check_schema(against, queries or [], style.value, shown, ignore or [], verbose=verbose)
    raise typer.Exit(code)


@app.command()
def pull(
    source: Annotated[
        str,
        typer.Argument(
            metavar="URL|FILE",
            help="A server that shows its schema, an SDL file or folder, or introspection JSON.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(metavar="FILE", dir_okay=False, help="The schema to bring up to date."),
    ] = Path("schema/schema.graphql"),
) -> None:
    """Bring the pinned schema up to date and print what changed.

    Types outside of it are left out; what is still there keeps its place and its description. A
    file that does not exist begins as the schema that this package was compiled from.

    Exit codes: 0 done, 2 wrong use, 3 there was no schema to read.
    """
    require("drift")
    from .pull import pull_schema

    raise typer.Exit(pull_schema(source, output))


@app.command()
def coverage(
    queries: Queries = None,
    style: Annotated[
        PlainFormat, typer.Option("--format", help="How to print it.")
    ] = PlainFormat.TEXT,
) -> None:
    """Show which part of the pinned schema the queries use, and which they do not."""
    require("drift")
    from .coverage import show_coverage

    show_coverage(queries or [], as_json=style is PlainFormat.JSON)
