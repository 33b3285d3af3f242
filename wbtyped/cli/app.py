"""The subcommands and their options. What they do stands in the modules of their names."""

from pathlib import Path
from typing import Annotated

import typer

from ..download.options import EngineName
from ..errors import AuthenticationError, NotFoundError
from ..version import VERSION
from .cache import cache_app
from .extras import require
from .schema import app as schema_app

# Plain help: rich would read `[cli]` and the like as markup.
app: typer.Typer = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(schema_app, name="schema")


app.add_typer(cache_app, name="cache")


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


def checked_place(path: str) -> str:
    """Refuse a path that is none: of a project, a run, or something in the tree of artifacts."""
    from ..errors import UsageError
    from ..paths import parse_artifact_path

    checked_text(path)
    parts = path.strip("/ ").split("/")
    if len(parts) >= 3 and ":" in parts[2]:
        parse_artifact_path(path)
    elif len(parts) == 3 or (len(parts) < 3 and ":" in path) or "/runs/" in path:
        return checked_run(path)
    elif len(parts) not in {2, 4} or not all(parts):
        reason = "too many parts" if len(parts) > 4 else "a part is missing"
        raise UsageError(
            f"invalid path {path!r}: {reason}; write entity/project, entity/project/run,"
            " entity/project/collection:alias or entity/project/type/collection"
        )
    return path


def checked_source(path: str) -> str:
    """Refuse a path that is neither of a run nor of a version."""
    from ..paths import parse_artifact_path

    checked_text(path)
    parts = path.strip("/ ").split("/", 2)
    if len(parts) == 3 and ":" in parts[2]:
        parse_artifact_path(path)
        return path
    return checked_run(path)


def checked_names(values: list[str] | None) -> list[str]:
    """Refuse names as `checked_text` does, and drop repeated ones."""
    for value in values or []:
        checked_text(value)
    return list(dict.fromkeys(values or []))


def checked_key(value: str | None) -> str | None:
    """Refuse a key that clients would refuse to send."""
    from ..config.api_key import check_key

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


Place = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="entity/project, a run, an artifact type, a collection, or collection:alias.",
        callback=checked_place,
        show_default=False,
    ),
]
Source = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="A run, entity/project/run, or a version, entity/project/collection:alias.",
        callback=checked_source,
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
    path: Place,
    pattern: Pattern = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
    base_url: BaseUrl = None,
) -> None:
    """List the files of a run, or walk the tree of artifacts.

    A project shows its types and collections, a type its collections, a collection its versions,
    and a version its files. Where a run and a type or collection have the same name, the run is
    shown; entity/project/type/collection is never a run.

    A table on a terminal; elsewhere one line per file, with tabs between name, size in bytes, type
    and time of the last change. --json adds the MD5 digest. Control characters in names are shown
    as escapes.
    """
    from .artifacts import is_artifact, list_tree
    from .ls import list_files

    places = path.strip("/ ").split("/")
    if is_artifact(path) or (len(places) in {2, 4} and ":" not in path and "/runs/" not in path):
        list_tree(path, as_json=json, base_url=base_url)
        return
    try:
        list_files(path, pattern=pattern, as_json=json, base_url=base_url)
    except NotFoundError as error:
        if error.missing != "run":
            raise
        list_tree(path, as_json=json, base_url=base_url)


@app.command()
def get(
    path: Source,
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
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Folder to download to; else the working folder, and artifacts/ for a version.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    pattern: Pattern = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Fetch files anew that exist with other content.")
    ] = False,
    cache: Annotated[
        bool | None,
        typer.Option(
            "--cache/--no-cache",
            help="Keep contents on this machine for further downloads; else WBTYPED_CACHE.",
            show_default=False,
        ),
    ] = None,
    offline: Annotated[
        bool | None,
        typer.Option(
            "--offline",
            help="Send nothing: take a version from the cache alone; else WBTYPED_OFFLINE.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        EngineName | None,
        typer.Option(help="What moves the bytes; else WBTYPED_ENGINE.", show_default=False),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=128, help="Files under way together."),
    ] = None,
    base_url: BaseUrl = None,
) -> None:
    """Download files of a run, or an artifact version, several at a time.

    Each file is checked by size and digest before it takes its name. A file that is already there
    is kept when its content is right. When it is not, a version replaces it; for a run that is a
    failure, unless --replace is given.
    """
    from .artifacts import is_artifact
    from .get import GetOptions, get_artifact, get_files

    how = GetOptions(root, base_url, cache, offline, engine, jobs, json)
    if is_artifact(path):
        if names or pattern is not None:
            raise typer.BadParameter("a version is downloaded whole: no names, no --pattern")
        raise typer.Exit(get_artifact(path, how))
    if names and pattern is not None:
        raise typer.BadParameter("give names or --pattern, not both")
    raise typer.Exit(get_files(path, names or [], pattern, how, replace=replace))


@app.command()
def verify(
    path: Source,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help="Folder to compare.")
    ],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    base_url: BaseUrl = None,
) -> None:
    """Compare a folder with an artifact version; names missing, altered and foreign files."""
    from .artifacts import is_artifact, verify_artifact

    if not is_artifact(path):
        raise typer.BadParameter("only a version, entity/project/collection:alias, can be verified")
    raise typer.Exit(verify_artifact(path, folder, base_url, as_json=json))


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
    load: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=FOLDER",
            help="Commit a folder as entity/project/type/collection; may be given several times.",
        ),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="The key to accept; else the folder's own, made up when the folder is new.",
            callback=checked_key,
        ),
    ] = None,
    hide_schema: Annotated[
        bool,
        typer.Option(
            "--hide-schema",
            help="Answer introspection with null, as W&B servers do that have it switched off.",
        ),
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="A further name of this server, or * for any; may be given several times.",
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="Origin of web pages that may use this server, or * for any; may be given several"
            " times.",
        ),
    ] = None,
    log_requests: Annotated[
        bool, typer.Option("--log-requests", help="Print each request, without bodies, to stderr.")
    ] = False,
) -> None:
    """Run the embedded W&B server.

    It runs until Ctrl-C and prints what to export so that W&B clients talk to it.
    """
    require("server")
    from .serve import serve_folder

    code = serve_folder(
        data,
        host,
        port,
        storage_port,
        api_key,
        load or [],
        introspection=not hide_schema,
        allow_hosts=allow_host or [],
        allow_origins=allow_origin or [],
        log_requests=log_requests,
    )
    raise typer.Exit(code)


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
