"""The subcommands and their options. What they do stands in the modules of their names."""

from pathlib import Path
from typing import Annotated

import typer

from ..errors import AuthenticationError
from ..version import VERSION
from .extras import require

# Plain help: rich would read `[cli]` and the like as markup.
app: typer.Typer = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def checked_text(value: str | None) -> str | None:
    """Refuse what a server would read as no restriction at all, or could not read."""
    if value is not None and not value.strip():
        raise typer.BadParameter("it is empty")
    if value is not None and any("\ud800" <= c <= "\udfff" for c in value):
        raise typer.BadParameter("it is not valid Unicode")
    return value


def checked_run(path: str) -> str:
    """Refuse a path that is none, before a key is looked for."""
    from ..paths import parse_run_path

    checked_text(path)
    parse_run_path(path)
    return path


def checked_names(values: list[str] | None) -> list[str]:
    """Refuse names as `checked_text` does, and drop repeated ones."""
    for value in values or []:
        checked_text(value)
    return list(dict.fromkeys(values or []))


def checked_key(value: str | None) -> str | None:
    """Refuse a key that clients would refuse to send."""
    from ..settings import check_key

    try:
        if value is not None:
            check_key(value, "--api-key")
    except AuthenticationError:
        raise typer.BadParameter(
            "a key has at least 40 letters, digits, - or _; leave it out to have one made up"
        ) from None
    return value


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        print(f"wbtyped {VERSION}")
        raise typer.Exit


RunPath = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The run: entity/project/run.",
        callback=checked_run,
        show_default=False,
    ),
]
Pattern = Annotated[
    str | None,
    typer.Option(
        metavar="LIKE",
        help="Only files whose name fits an SQL LIKE pattern: % is any text, _ one character.",
        callback=checked_text,
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Address of the W&B server; else WANDB_BASE_URL or the settings files.",
        callback=checked_text,
    ),
]


@app.callback()
def wbtyped(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """List and download the files of Weights & Biases runs.

    The server and the API key come from WANDB_BASE_URL and WANDB_API_KEY, from netrc, or from the
    settings files of the official client.

    Exit codes: 0 done, 1 something failed (each failure is named, the rest is done), 2 wrong use.
    """


@app.command()
def ls(
    run: RunPath,
    pattern: Pattern = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
    base_url: BaseUrl = None,
) -> None:
    """List the files of a run.

    A table on a terminal; elsewhere one line per file, with tabs between name, size in bytes, type
    and time of the last change. --json adds the MD5 digest. Control characters in names are shown
    as escapes.
    """
    from .ls import list_files

    list_files(run, pattern=pattern, as_json=json, base_url=base_url)


@app.command()
def get(
    run: RunPath,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="Files to download; all of the run when left out.",
            callback=checked_names,
            show_default=False,
        ),
    ] = None,
    root: Annotated[
        Path,
        typer.Option(metavar="DIR", file_okay=False, help="Folder to download to."),
    ] = Path(),
    pattern: Pattern = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Fetch files anew that exist with other content.")
    ] = False,
    base_url: BaseUrl = None,
) -> None:
    """Download files of a run, several at a time.

    Each file is checked by size and MD5 before it takes its name. A file that is already there is
    kept when its content is right; when it is not, that is a failure, unless --replace is given.
    """
    from .get import get_files

    if names and pattern is not None:
        raise typer.BadParameter("give names or --pattern, not both")
    raise typer.Exit(
        get_files(run, names or [], pattern, root=root, replace=replace, base_url=base_url)
    )


@app.command()
def serve(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            file_okay=False,
            help="Folder that keeps the data; made when it is new.",
            show_default=False,
        ),
    ],
    host: Annotated[str, typer.Option(metavar="HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(metavar="PORT", min=0, max=65535, help="Port of the API; 0 takes a free one."),
    ] = 8080,
    storage_port: Annotated[
        int,
        typer.Option(metavar="PORT", min=0, max=65535, help="Port of storage; 0 takes a free one."),
    ] = 0,
    api_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="The key to accept; else the folder's own, made up when the folder is new.",
            callback=checked_key,
        ),
    ] = None,
) -> None:
    """Run the embedded W&B server.

    It runs until Ctrl-C and prints what to export so that W&B clients talk to it.
    """
    require("server")
    from .serve import serve_folder

    raise typer.Exit(serve_folder(data, host, port, storage_port, api_key))


@app.command()
def demo(
    files: Annotated[
        int, typer.Option(metavar="N", min=2, max=100_000, help="How many files to send.")
    ] = 300,
    large: Annotated[
        int, typer.Option(metavar="MIB", min=0, max=10_000, help="Size of the largest file in MiB.")
    ] = 64,
    keep: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Keep files and server data in this new or empty folder.",
        ),
    ] = None,
) -> None:
    """Try everything on the embedded server.

    Uploads files, lists them, downloads them and compares every digest. Needs no account and no
    network, and leaves nothing behind unless --keep is given.
    """
    require("server")
    from .demo import run_demo

    if keep and keep.is_dir() and any(keep.iterdir()):
        raise typer.BadParameter(f"{keep} is not empty", param_hint="--keep")
    raise typer.Exit(run_demo(files, large, keep))
