"""The subcommands that write: `put`, `publish`, `rm`, `tag`, `alias` and `link`."""

from pathlib import Path
from typing import Annotated, Literal

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
    check_string,
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
UploadJobs = Annotated[
    int | None,
    typer.Option(
        metavar="N",
        min=1,
        max=128,
        help="Number of parallel uploads; default: 16, or 64 for small files.",
        show_default=False,
    ),
]
UploadEngine = Annotated[
    Literal["httpx", "curl"] | None,
    typer.Option(
        help="What moves the bytes; default: curl if installed. curl needs the extra `fast`."
    ),
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
    glob: Glob = None,
    jobs: UploadJobs = None,
    engine: UploadEngine = None,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Upload files to a run, in parallel.

    Files of the same name are replaced; those that the run has with the same content are skipped. A
    run that does not exist is an error, unless --create is given: a typo must not make a new run.
    Everything is checked before the first upload; a file that fails is reported, and the others are
    uploaded.
    """
    from ..upload.options import UploadOptions
    from .put import PutOptions, put_files

    upload = UploadOptions(engine=engine, jobs=jobs)
    options = PutOptions(root, create, glob, upload, json, base_url)
    raise typer.Exit(put_files(files, run, options))


@writing_app.command(
    epilog=examples(
        "wbtyped publish ./data me/mnist/points --type dataset",
        "wbtyped publish model.pt me/mnist/net --type model --alias best --metadata acc=0.93",
        "wbtyped publish ./data me/mnist/points --type dataset --ignore '*.tmp' --ttl 30d",
    )
)
def publish(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="A folder, whose files are named relative to it, or several files and folders.",
            show_default=False,
        ),
    ],
    collection: Annotated[
        str,
        typer.Argument(metavar="COLLECTION", help="entity/project/collection.", show_default=False),
    ],
    type_name: Annotated[
        str,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="Type of the artifact, such as dataset or model.",
            callback=check_string,
        ),
    ],
    aliases: Annotated[
        list[str] | None,
        typer.Option("--alias", metavar="ALIAS", help="An alias beside latest; repeatable."),
    ] = None,
    tags: Annotated[
        list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag; repeatable.")
    ] = None,
    description: Annotated[
        str | None, typer.Option(metavar="STRING", help="Description of the version.")
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="Metadata; a VALUE that is JSON, such as 0.9, is read as JSON; repeatable.",
        ),
    ] = None,
    ttl: Annotated[
        str | None,
        typer.Option(metavar="TTL", help="How long the server keeps it: 12h, 30d, 8w."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GLOB",
            help="Leave out what matches a pattern: '*.tmp', or '/build/' at the top; repeatable.",
        ),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="The run that logs it, in the same project.", callback=check_path
        ),
    ] = None,
    jobs: UploadJobs = None,
    engine: UploadEngine = None,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Publish files as a new version of an artifact, and print its path and URL.

    Project and collection are created if they are missing. If a version with this content exists,
    no new one is made: it gets the aliases and tags. Only contents that the server does not have
    are sent; the same command resumes an upload that was interrupted.
    """
    from ..upload.options import UploadOptions
    from .publish import PublishedFacts, publish_files

    facts = PublishedFacts(
        type_name, aliases or (), tags or (), description, metadata or (), ttl, ignore or (), run,
        UploadOptions(engine=engine, jobs=jobs),
    )  # fmt: skip
    publish_files(files, collection, facts, base_url, as_json=json)


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
