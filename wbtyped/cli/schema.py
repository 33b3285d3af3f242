"""`wbtyped schema`: its subcommands and their options."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..extras import require
from .parameters import examples

# Each subcommand imports its implementation: graphql-core is slow to import, and an extra.

schema_app: typer.Typer = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check that a server fits the queries of this package, or your own.",
    epilog=examples(
        "wbtyped schema check",
        "wbtyped schema pull https://wandb.example.com --output schema.graphql",
        "wbtyped schema coverage",
    ),
)


class ReportFormat(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class TableFormat(StrEnum):
    """How a table is printed."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """The least severe change that makes a check fail."""

    BREAKING = "breaking"
    RISKY = "risky"
    ANY = "any"


Queries = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FOLDER|FILE",
        help="Your own .graphql files, instead of the queries of this package; repeatable.",
    ),
]


@schema_app.command(
    epilog=examples(
        "wbtyped schema check",
        "wbtyped schema check --against https://wandb.example.com --fail-on risky",
        "wbtyped schema check --queries ./queries --format github",
    )
)
def check(
    against: Annotated[
        str | None,
        typer.Option(
            metavar="SOURCE",
            help="A server's URL, an SDL file or a folder of them, or an introspection JSON file;"
            " default: the configured server.",
        ),
    ] = None,
    queries: Queries = None,
    report_format: Annotated[
        ReportFormat, typer.Option("--format", help="Format of the report.")
    ] = ReportFormat.TEXT,
    fail_on: Annotated[
        FailOn, typer.Option(help="Least severe change that makes the exit code 1.")
    ] = FailOn.BREAKING,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE[:COORDINATE]",
            help="Ignore the findings of a rule, everywhere or at a schema coordinate, in which *"
            " matches any string; repeatable.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="List safe changes too.")
    ] = False,
) -> None:
    """Classify what changed in a server's schema by its effect on the queries.

    Breaking: a query fails, or its response cannot be parsed. Risky: results may differ. Safe:
    everything else. A server that hides its schema is probed: it validates each operation but
    cannot execute it, because a required variable is missing.

    The API key goes to that server, as with --base-url elsewhere. Exit codes: 0 it fits, 1 it does
    not (see --fail-on), 2 wrong usage, 3 no schema could be read.
    """
    require("drift")
    from .schema_check import check_schema

    code = check_schema(
        against, queries or [], report_format.value, fail_on.value, ignore or [], verbose=verbose
    )
    raise typer.Exit(code)


@schema_app.command(
    epilog=examples("wbtyped schema pull https://wandb.example.com --output schema.graphql")
)
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
        typer.Option(metavar="FILE", dir_okay=False, help="The schema file to update."),
    ] = Path("schema/schema.graphql"),
) -> None:
    """Update the pinned schema and print what changed.

    Types that the pinned schema does not contain are left out; the others keep their order and
    their descriptions. A file that does not exist starts as the schema that this package was
    compiled from.

    Exit codes: 0 done, 2 wrong usage, 3 no schema could be read.
    """
    require("drift")
    from .schema_pull import pull_schema

    raise typer.Exit(pull_schema(source, output))


@schema_app.command(
    epilog=examples("wbtyped schema coverage", "wbtyped schema coverage --format json")
)
def coverage(
    queries: Queries = None,
    table_format: Annotated[
        TableFormat, typer.Option("--format", help="Format of the output.")
    ] = TableFormat.TEXT,
) -> None:
    """Show which parts of the pinned schema the queries use, and which they do not."""
    require("drift")
    from .schema_coverage import show_coverage

    show_coverage(queries or [], as_json=table_format is TableFormat.JSON)
