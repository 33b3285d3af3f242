"""The command and its subcommands; each is implemented in the module that it imports."""

import os
from typing import Annotated

import typer

from ..version import VERSION
from .account import account_app
from .cache import cache_app
from .completion import COMPLETION_VARIABLE, register_shells
from .local import local_app
from .parameters import examples
from .reading import reading_app
from .schema import schema_app
from .storage import storage_app
from .writing import writing_app


def first_paragraph(documented: object) -> str:
    """Return the first paragraph of a docstring in one line."""
    return " ".join((documented.__doc__ or "").partition("\n\n")[0].split())


# No rich markup in help texts: it would swallow `[cli]` and the like.
app: typer.Typer = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def add_subcommands() -> None:
    """Add the subcommands, each with a short help of its own, since typer would cut it."""
    merged = (reading_app, writing_app, storage_app, account_app, local_app)
    for group in (*merged, cache_app, schema_app):
        for command in group.registered_commands:
            command.short_help = first_paragraph(command.callback)
    for group in merged:
        app.add_typer(group)
    app.add_typer(cache_app, name="cache", short_help="Manage the download cache.")
    app.add_typer(schema_app, name="schema", short_help="Check that a server fits the queries.")


add_subcommands()
if COMPLETION_VARIABLE in os.environ:
    register_shells()


def show_version(requested: bool) -> None:
    """Print the version and exit."""
    if requested:
        print(f"wbtyped {VERSION}")
        raise typer.Exit


@app.callback(
    epilog=examples(
        "wbtyped ls",
        "wbtyped ls me/mnist",
        "wbtyped get me/mnist/run-1 --root ./downloads",
        "wbtyped get me/mnist/digits:latest",
    )
)
def wbtyped(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """List, download, upload and manage the files of Weights & Biases runs and artifacts.

    The server and the API key come from WANDB_BASE_URL and WANDB_API_KEY, from netrc, or from the
    settings files of the official client; `wbtyped login` stores a key.

    Exit codes: 0 done, 1 something failed (each failure is reported, the rest is done), 2 wrong
    usage, 130 interrupted.
    """
