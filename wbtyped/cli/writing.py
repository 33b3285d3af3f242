"""The subcommands that write: `put`, `rm`, `tag`, `alias` and `link`."""

from pathlib import Path
from typing import Annotated

import typer

from .parameters import (
    AnyPath,
    BaseUrl,
    Glob,
    JsonArray,
    JsonObject,
    Names,
    Pattern,
    TypeName,
    VersionPath,
    check_names,
    check_path,
    examples,
)

writing_app: typer.Typer = typer.Typer()

Labels = Annotated[
    list[str] | None,
    typer.Argument(metavar="LABEL", callback=check_names, show_default=False),
]
Removed = Annotated[
    list[str] | None,
    typer.Option("--remove", "-r", metavar="LABEL", help="Remove this one; repeatable."),
]


@writing_app.command(
    epilog=examples(
        "wbtyped put model.pt me/mnist/run-1",
        "wbtyped put ./plots ./notes.txt me/mnist/run-1",
        "wbtyped put ./out --root ./out me/mnist/run-1 --create",
    )
)
def put(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Files, and folders with all that is in them.",
            show_default=False,
        ),
    ],
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="entity/project/run.", callback=check_path, show_default=False
        ),
    ],
    root: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Names in the run are paths relative to this folder; default: the current one.",
            show_default=False,
        ),
    ] = Path(),
    create: Annotated[
        bool, typer.Option("--create", help="Create the run if it does not exist, and finish it.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(metavar="N", min=1, max=128, help="Number of parallel uploads.")
    ] = 8,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Upload files to a run, in parallel.

    Files of the same name are replaced. A run that does not exist is an error, unless --create is
    given: a typo must not make a new run. Everything is checked before the first upload; a file
    that fails is reported, and the others are uploaded.
    """
    from .put import PutOptions, put_files

    raise typer.Exit(put_files(files, run, PutOptions(root, create, jobs, json, base_url)))


@writing_app.command(
    epilog=examples(
        "wbtyped rm me/mnist/run-1 model.pt notes.txt",
        "wbtyped rm me/mnist/run-1 --glob '*.tmp' --yes",
        "wbtyped rm me/mnist/digits:v0 --yes",
        "wbtyped rm me/mnist/digits:best --aliases",
        "wbtyped rm me/mnist/run-1 --artifacts",
    )
)
def rm(
    path: AnyPath,
    names: Names = None,
    pattern: Pattern = None,
    glob: Glob = None,
    type_name: TypeName = None,
    artifacts: Annotated[
        bool, typer.Option("--artifacts", help="With a run, delete the versions that it logged.")
    ] = False,
    aliases: Annotated[
        bool, typer.Option("--aliases", help="Delete a version although it has aliases.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    base_url: BaseUrl = None,
) -> None:
    """Delete files of a run, a run, an artifact version, or a collection.

    Shows what would be deleted, and asks; without a terminal --yes is required. Of a link, only the
    link is deleted; a collection goes with all its versions, a portfolio with its links.
    """
    from .names import NameFilter
    from .rm import RemoveOptions, remove

    options = RemoveOptions(
        names or [], NameFilter(pattern, glob), type_name, artifacts, aliases, yes, base_url
    )
    raise typer.Exit(remove(path, options))


@writing_app.command(
    epilog=examples(
        "wbtyped tag me/mnist/digits:latest",
        "wbtyped tag me/mnist/digits:v0 reviewed clean",
        "wbtyped tag me/mnist/digits --remove old",
    )
)
def tag(
    path: AnyPath,
    labels: Labels = None,
    remove: Removed = None,
    type_name: TypeName = None,
    json: JsonArray = False,
    base_url: BaseUrl = None,
) -> None:
    """Add tags to an artifact version or a collection, remove some, and print all.

    Without LABEL and --remove nothing changes.
    """
    from .labels import edit_tags

    edit_tags(path, labels or [], remove or [], type_name, base_url, as_json=json)


@writing_app.command(
    epilog=examples(
        "wbtyped alias me/mnist/digits:latest",
        "wbtyped alias me/mnist/digits:v0 best",
        "wbtyped alias me/mnist/digits:v0 --remove best",
    )
)
def alias(
    path: VersionPath,
    labels: Labels = None,
    remove: Removed = None,
    type_name: TypeName = None,
    json: JsonArray = False,
    base_url: BaseUrl = None,
) -> None:
    """Add aliases to an artifact version, remove some, and print all.

    An alias belongs to one version of a collection: the server takes it away from any other.
    Without LABEL and --remove nothing changes.
    """
    from .labels import edit_aliases

    edit_aliases(path, labels or [], remove or [], type_name, base_url, as_json=json)


@writing_app.command(
    epilog=examples(
        "wbtyped link me/mnist/digits:latest me/shelf/best-digits",
        "wbtyped link me/mnist/digits:v0 me/shelf/best-digits --alias reviewed",
    )
)
def link(
    path: VersionPath,
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="The portfolio, entity/project/name, created if it does not exist; in a registry"
            " organization/wandb-registry-name/collection.",
            show_default=False,
        ),
    ],
    aliases: Annotated[
        list[str] | None,
        typer.Option("--alias", metavar="ALIAS", help="An alias of the link; repeatable."),
    ] = None,
    type_name: TypeName = None,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Link an artifact version into a portfolio or a registry, and print the path of the link."""
    from .link import link_version

    if ":" in target:
        raise typer.BadParameter("TARGET has no alias; pass it as --alias")
    link_version(path, target, aliases or [], type_name, base_url, as_json=json)
