"""The subcommands about storage: `usage`, `prune`, `ttl` and `diff`."""

from enum import StrEnum
from typing import Annotated

import typer

from .parameters import BaseUrl, ExactSizes, JsonObject, TypeName, check_path, examples

storage_app: typer.Typer = typer.Typer()


class UsageSort(StrEnum):
    """What the tables of `usage` can be sorted by."""

    SIZE = "size"
    DISTINCT = "distinct"
    FREED = "freed"
    VERSIONS = "versions"
    NAME = "name"


StoredPath = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="An entity, entity/project, entity/project/collection, or entity/project/type.",
        callback=check_path,
        show_default=False,
    ),
]
Jobs = Annotated[
    int, typer.Option(metavar="N", min=1, max=128, help="Number of parallel requests.")
]


@storage_app.command(
    epilog=examples(
        "wbtyped usage me",
        "wbtyped usage me/mnist --sort freed --top 20",
        "wbtyped usage me/mnist/digits --json",
        "wbtyped usage me/mnist --csv > usage.csv",
    )
)
def usage(
    path: StoredPath,
    sort: Annotated[
        UsageSort, typer.Option(help="Sort by this, the largest first.", show_default=True)
    ] = UsageSort.SIZE,
    top: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many lines each table shows.")
    ] = 10,
    json: JsonObject = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one table as CSV.")] = False,
    run_files: Annotated[
        bool, typer.Option("--run-files/--no-run-files", help="Read the files of runs, too.")
    ] = True,
    type_name: TypeName = None,
    jobs: Jobs = 16,
    exact: ExactSizes = False,
    base_url: BaseUrl = None,
) -> None:
    """Show what takes the storage, and what deleting it would free.

    By project, type, collection, run and version: the size by the books (size), the same with each
    content counted once that versions share (distinct), and what deleting it would free (freed).
    All manifests are read once and kept in the download cache, so that the next time is faster, and
    an interrupted command goes on where it was.
    """
    from .usage import UsageLook, show_report

    if json and as_csv:
        raise typer.BadParameter("pass either --json or --csv, not both")
    look = UsageLook(sort, top, json, as_csv, exact)
    show_report(path, type_name, look, run_files=run_files, jobs=jobs, base_url=base_url)
