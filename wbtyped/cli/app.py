"""The subcommands and their options; each is implemented in the module that it imports."""

from pathlib import Path
from typing import Annotated

import typer

from ..download.options import EngineName
from ..errors import NotFoundError
from ..version import VERSION
from .cache import cache_app
from .extras import require
from .output import print_err
from .parameters import (
    BaseUrl,
    DownloadPath,
    JsonObject,
    ListPath,
    Pattern,
    check_api_key,
    check_names,
    is_artifact_path,
)
from .schema import schema_app

# No rich markup in help texts: it would swallow `[cli]` and the like.
app: typer.Typer = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(schema_app, name="schema")
app.add_typer(cache_app, name="cache")


def show_version(requested: bool) -> None:
    """Print the version and exit."""
    if requested:
        print(f"wbtyped {VERSION}")
        raise typer.Exit


def warn_at_once(value: int | None) -> int | None:
    """Announce that `--at-once` is now called `--jobs`."""
    if value is not None:
        print_err("wbtyped: --at-once is deprecated; use --jobs")
    return value


@app.callback()
def wbtyped(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Show the version and exit.", callback=show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """List and download the files of Weights & Biases runs and artifacts.

    The server and the API key come from WANDB_BASE_URL and WANDB_API_KEY, from netrc, or from the
    settings files of the official client.

    Exit codes: 0 done, 1 something failed (each failure is reported, the rest is done), 2 wrong
    usage.
    """


@app.command()
def ls(
    path: ListPath,
    pattern: Pattern = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
    base_url: BaseUrl = None,
) -> None:
    """List the files of a run, or walk the tree of artifacts.

    For a project, list its artifact types and collections; for a type, its collections; for a
    collection, its versions; for a version, its files. If a run has the same name as a type or
    collection, the run is listed; entity/project/type/collection is never a run.

    Prints a table on a terminal; elsewhere one line per file, with tabs between name, size in
    bytes, type, and time of the last update. --json adds the MD5 digest. Control characters in
    names are escaped.
    """
    from .artifacts import list_tree
    from .ls import list_files

    depth = len(path.strip("/ ").split("/"))
    in_tree = depth in {2, 4} and ":" not in path and "/runs/" not in path
    if in_tree or is_artifact_path(path):
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
    path: DownloadPath,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="Files of a run to download; default: all.",
            callback=check_names,
            show_default=False,
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Folder to download into; default: the current folder, and a folder below"
            " artifacts/ for a version.",
        ),
    ] = None,
    json: JsonObject = False,
    pattern: Pattern = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite existing files whose content differs.")
    ] = False,
    cache: Annotated[
        bool | None,
        typer.Option(
            "--cache/--no-cache",
            help="Keep downloaded files in the local cache and reuse them; default: WBTYPED_CACHE.",
            show_default=False,
        ),
    ] = None,
    offline: Annotated[
        bool | None,
        typer.Option(
            "--offline",
            help="Send no request: take the version from the cache; default: WBTYPED_OFFLINE.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        EngineName | None,
        typer.Option(help="HTTP backend; default: WBTYPED_ENGINE.", show_default=False),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=128, help="Number of parallel downloads."),
    ] = None,
    at_once: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=128, hidden=True, callback=warn_at_once),
    ] = None,
    base_url: BaseUrl = None,
) -> None:
    """Download files of a run, or an artifact version, in parallel.

    A file is renamed into place only after its size and checksum have been verified; interrupted
    downloads resume where they stopped. Existing files with the right content are kept. Others are
    replaced if they belong to an artifact version; for a run they are reported as failures, unless
    --replace is given.
    """
    from .get import GetOptions, get_artifact, get_files

    options = GetOptions(
        root, base_url, cache, offline, engine, at_once if jobs is None else jobs, json
    )
    if is_artifact_path(path):
        if names or pattern is not None:
            raise typer.BadParameter("a version is downloaded whole; omit NAME and --pattern")
        raise typer.Exit(get_artifact(path, options))
    if names and pattern is not None:
        raise typer.BadParameter("pass either NAME or --pattern, not both")
    raise typer.Exit(get_files(path, names or [], pattern, options, replace=replace))


@app.command()
def verify(
    path: DownloadPath,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help="Folder to compare.")
    ],
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Compare a folder with an artifact version; report missing, modified and unexpected files."""
    from .artifacts import verify_artifact

    if not is_artifact_path(path):
        raise typer.BadParameter(
            "only an artifact version, entity/project/collection:alias, can be verified"
        )
    raise typer.Exit(verify_artifact(path, folder, base_url, as_json=json))


@app.command()
def serve(
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DIR",
            file_okay=False,
            help="Folder that stores the data; created if it does not exist.",
            show_default=False,
        ),
    ],
    host: Annotated[
        str, typer.Option(metavar="HOST", help="Interface to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(metavar="PORT", min=0, max=65535, help="Port of the API; 0 picks a free one."),
    ] = 8080,
    storage_port: Annotated[
        int,
        typer.Option(metavar="PORT", min=0, max=65535, help="Port of storage; 0 picks a free one."),
    ] = 0,
    load: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH=FOLDER",
            help="Commit a folder as entity/project/type/collection; repeatable.",
        ),
    ] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="API key to accept; default: the key of the folder, generated with it.",
            callback=check_api_key,
        ),
    ] = None,
    hide_schema: Annotated[
        bool,
        typer.Option(
            "--hide-schema",
            help="Answer introspection with null, as W&B servers do where it is switched off.",
        ),
    ] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HOST",
            help="Accept this Host header too; * accepts any; repeatable.",
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="Accept web pages from this origin; * accepts any; repeatable.",
        ),
    ] = None,
    log_requests: Annotated[
        bool, typer.Option("--log-requests", help="Print each request, without bodies, to stderr.")
    ] = False,
) -> None:
    """Run the embedded W&B server.

    Runs until Ctrl-C, and prints the variables to export so that W&B clients use it.
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
        int, typer.Option(metavar="N", min=2, max=100_000, help="Number of files to upload.")
    ] = 100,
    large: Annotated[
        int, typer.Option(metavar="MIB", min=1, max=10_000, help="Size of the largest file in MiB.")
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
    """Watch a cut transfer resume, and a changed byte be found, on the embedded server.

    Uploads files, downloads them while the server cuts a transfer, downloads them again at no cost,
    and repairs a file on disk. Each fact is measured. Needs no account and no network, and leaves
    nothing behind unless --keep is given.
    """
    require("server")
    from .demo import run_demo

    if keep and keep.is_dir() and any(keep.iterdir()):
        raise typer.BadParameter(f"{keep} is not empty", param_hint="--keep")
    raise typer.Exit(run_demo(files, large, keep))
