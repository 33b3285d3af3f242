"""The subcommands that read: `ls`, `get`, `cat`, `du`, `verify` and `open`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..download.options import EngineName
from .output import print_err
from .parameters import (
    AnyPath,
    BaseUrl,
    ExactSizes,
    Glob,
    JsonArray,
    JsonObject,
    Names,
    OptionalPath,
    Pattern,
    RunOrVersion,
    TypeName,
    VersionPath,
    check_names,
    examples,
)

reading_app: typer.Typer = typer.Typer()


class SortKey(StrEnum):
    """What a list can be sorted by."""

    NAME = "name"
    SIZE = "size"
    TYPE = "type"
    CREATED = "created"
    UPDATED = "updated"


@reading_app.command(
    epilog=examples(
        "wbtyped ls",
        "wbtyped ls me/mnist --runs --limit 10",
        "wbtyped ls me/mnist/run-1 --glob '*.png' --json",
        "wbtyped ls me/mnist/run-1 --sort size",
        "wbtyped ls me/mnist/digits -l",
        "wbtyped ls me/mnist/digits:latest",
    )
)
def ls(
    path: OptionalPath = None,
    long: Annotated[
        bool, typer.Option("--long", "-l", help="Show more of each item, such as digests.")
    ] = False,
    sort: Annotated[
        SortKey | None,
        typer.Option(
            help="Sort by this: largest and newest first, names from A to Z.", show_default=False
        ),
    ] = None,
    reverse: Annotated[bool, typer.Option("--reverse", "-r", help="Reverse the order.")] = False,
    limit: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="List at most N items.")
    ] = None,
    runs: Annotated[bool, typer.Option("--runs", help="Only the runs of a project.")] = False,
    artifacts: Annotated[
        bool, typer.Option("--artifacts", help="Only the artifact collections of a project.")
    ] = False,
    type_name: TypeName = None,
    pattern: Pattern = None,
    glob: Glob = None,
    json: JsonArray = False,
    exact: ExactSizes = False,
    base_url: BaseUrl = None,
) -> None:
    """List what a path contains.

    Of a project, its artifact collections and its runs, newest first; of a run, its files; of an
    artifact type, its collections; of a collection, its versions, newest first; of a version, its
    files. Without a path, the projects of your default entity; of `entity/`, its projects.

    On a terminal it prints a table with readable sizes and local times. Elsewhere it prints one
    line per item, without a header, with tabs between the same fields, exact sizes in bytes and
    times in UTC. --json prints everything that is known. Nothing is cut, and control characters in
    names are escaped.
    """
    from .listing import Look
    from .ls import ListOptions, list_path
    from .names import NameFilter

    if runs and artifacts:
        raise typer.BadParameter("pass either --runs or --artifacts; both are listed by default")
    options = ListOptions(
        type_name,
        NameFilter(pattern, glob),
        "runs" if runs else "artifacts" if artifacts else None,
        sort.value if sort else None,
        reverse,
        limit,
    )
    list_path(path, options, Look(as_json=json, long=long, exact=exact), base_url)


def warn_at_once(value: int | None) -> int | None:
    """Announce that `--at-once` is now called `--jobs`."""
    if value is not None:
        print_err("wbtyped: --at-once is deprecated; use --jobs")
    return value


@reading_app.command(
    epilog=examples(
        "wbtyped get me/mnist/run-1",
        "wbtyped get me/mnist/run-1 --glob '*.png' --root ./images",
        "wbtyped get me/mnist/run-1 model.pt -o best.pt",
        "wbtyped get me/mnist/digits:latest --root ./digits",
        "wbtyped get me/mnist/digits:latest train.csv -o - | head",
        "wbtyped get me/mnist/digits:latest --to memory://digits",
    )
)
def get(
    path: RunOrVersion,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME",
            help="Files to download, or folders, with a slash at the end; default: all.",
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
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to save a single file, which replaces any other; - is stdout.",
            allow_dash=True,
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Copy to an object store instead, such as s3://bucket/prefix; needs the extra"
            " fsspec, and the package for the store.",
            show_default=False,
        ),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Have the workers of this Dask scheduler copy, such as tcp://scheduler:8786; a"
            " folder must be one that they share.",
            show_default=False,
        ),
    ] = None,
    type_name: TypeName = None,
    pattern: Pattern = None,
    glob: Glob = None,
    json: JsonObject = False,
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
    """Download files of a run, or of an artifact version, in parallel.

    A file is renamed into place only after its size and checksum have been verified; interrupted
    downloads resume where they stopped. Existing files with the right content are kept. Others are
    replaced if they belong to an artifact version; for a run they are reported as failures, unless
    --replace is given.

    With --to or --dask, files are copied in chunks: of a project, too, those of all its runs and
    versions. A file appears in the object store when it is complete and verified; existing ones
    with other content are replaced. Each worker finds the API key as this command does.
    """
    from .get import GetOptions, get_path
    from .names import NameFilter

    if output is not None and (root is not None or json or pattern or glob):
        raise typer.BadParameter("--output saves one file; omit --root, --json and patterns")
    options = GetOptions(
        root, base_url, cache, offline, engine, at_once if jobs is None else jobs, json, output,
        replace,
    )  # fmt: skip
    name_filter = NameFilter(pattern, glob)
    if to is None and dask is None:
        raise typer.Exit(get_path(path, names or [], name_filter, options, type_name))
    if output is not None or offline or (to and root):
        raise typer.BadParameter("--to and --dask exclude -o and --offline, --to also --root")
    from .copy_files import CopyOptions, copy_path

    copied = copy_path(path, names or [], name_filter, options, CopyOptions(to, dask), type_name)
    raise typer.Exit(copied)


@reading_app.command(
    epilog=examples(
        "wbtyped cat me/mnist/run-1 config.yaml",
        "wbtyped cat me/mnist/run-1/config.yaml",
        "wbtyped cat me/mnist/digits:latest train.csv",
    )
)
def cat(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="A run or a version, and the file after it or after a slash.",
            show_default=False,
        ),
    ],
    names: Names = None,
    type_name: TypeName = None,
    base_url: BaseUrl = None,
) -> None:
    """Write files to stdout, as they are.

    A file is first fetched to a temporary folder (TMPDIR) and verified, so that not one wrong byte
    is written, also of a large file.
    """
    from .cat import write_files

    raise typer.Exit(write_files(path, names or [], type_name, base_url))


@reading_app.command(
    epilog=examples(
        "wbtyped du me/mnist",
        "wbtyped du me/mnist/run-1 --depth 2",
        "wbtyped du me/mnist/digits --json",
    )
)
def du(
    path: AnyPath,
    depth: Annotated[
        int, typer.Option(metavar="N", min=0, help="How many levels of folders to tell apart.")
    ] = 1,
    type_name: TypeName = None,
    json: JsonObject = False,
    exact: ExactSizes = False,
    base_url: BaseUrl = None,
) -> None:
    """Show how much storage is used, and by what.

    Of a run or a version, the size of each folder; of a collection, of each version; of a project
    or an artifact type, of each collection with all its versions. The largest comes first, and the
    total last. A file that several versions contain counts once for each.
    """
    from .du import show_usage
    from .listing import Look

    show_usage(path, depth, type_name, Look(as_json=json, exact=exact), base_url)


@reading_app.command(epilog=examples("wbtyped verify me/mnist/digits:latest ./digits"))
def verify(
    path: VersionPath,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", file_okay=False, help="Folder to compare.")
    ],
    type_name: TypeName = None,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Compare a folder with an artifact version.

    Exit code 1, with every missing, modified and unexpected file, if they differ.
    """
    from .verify import verify_artifact

    raise typer.Exit(verify_artifact(path, folder, base_url, type_name, as_json=json))


@reading_app.command(
    "open",
    epilog=examples(
        "wbtyped open me/mnist/run-1",
        "wbtyped open me/mnist/digits:latest --print",
    ),
)
def open_command(
    path: OptionalPath = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the URL and start no browser.")
    ] = False,
    type_name: TypeName = None,
    base_url: BaseUrl = None,
) -> None:
    """Open the page of an object in a browser, and print its URL."""
    from .open_page import open_page

    raise typer.Exit(open_page(path, type_name, base_url, only_print=only_print))
