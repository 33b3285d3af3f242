"""The subcommands that run here: `serve`, `demo` and `codegen`."""

from pathlib import Path
from typing import Annotated

import typer

from .parameters import BaseUrl, check_api_key, check_names, check_string, examples

local_app: typer.Typer = typer.Typer()


@local_app.command(
    epilog=examples(
        "wbtyped serve ./wandb-data",
        "wbtyped serve ./wandb-data --port 0 --log-requests",
        "wbtyped serve ./wandb-data --user ann --user bob:crew,band",
        "wbtyped serve ./wandb-data --load me/mnist/dataset/digits=./digits",
        "wbtyped serve --from ./backup",
    )
)
def serve(
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR",
            file_okay=False,
            help="Folder that stores the data; created if it does not exist.",
            show_default=False,
        ),
    ] = None,
    mirrors: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="MIRROR",
            file_okay=False,
            help="Serve a folder of `wbtyped mirror`, read-only, instead of DIR; repeatable.",
        ),
    ] = None,
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
            envvar="WBTYPED_SERVER_API_KEY",
            help="API key to accept; default: the key of the folder, generated with it.",
            callback=check_api_key,
        ),
    ] = None,
    user: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Create another user and print its key; NAME:TEAM,TEAM adds it to teams;"
            " repeatable.",
        ),
    ] = None,
    hide_schema: Annotated[
        bool,
        typer.Option(
            "--hide-schema",
            help="Answer introspection with null, as W&B servers do where it is switched off.",
        ),
    ] = False,
    anonymous_access: Annotated[
        bool,
        typer.Option("--anonymous-access", help="Let requests without a key read public projects."),
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
    from .serve import serve_folder

    if (data is None) != bool(mirrors):
        raise typer.BadParameter("pass either DIR or --from MIRROR")
    if mirrors and load:
        raise typer.BadParameter("--load changes data, and a mirror is read-only")
    code = serve_folder(
        data,
        host,
        port,
        storage_port,
        api_key,
        load or [],
        mirrors=mirrors or [],
        users=user or [],
        introspection=not hide_schema,
        anonymous_access=anonymous_access,
        allow_hosts=allow_host or [],
        allow_origins=allow_origin or [],
        log_requests=log_requests,
    )
    raise typer.Exit(code)


@local_app.command(
    epilog=examples("wbtyped demo", "wbtyped demo --files 50 --large 8 --keep ./tour")
)
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
    from .demo import run_demo

    if keep and keep.is_dir() and any(keep.iterdir()):
        raise typer.BadParameter(f"{keep} is not empty", param_hint="--keep")
    raise typer.Exit(run_demo(files, large, keep))


@local_app.command(
    epilog=examples(
        "wbtyped codegen --queries my_queries --out my_package",
        "wbtyped codegen --queries my_queries --out my_package --check",
        "wbtyped codegen --queries my_queries --out my_package --schema https://wandb.example.com",
        "wbtyped codegen --project me/mnist --out names.py",
        "wbtyped codegen --project me/mnist --type dataset --out names.py --check",
    )
)
def codegen(
    out: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER|FILE",
            help="The package to write, or with --project the module.",
            show_default=False,
        ),
    ],
    queries: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER|FILE", exists=True, help="Your .graphql files.", show_default=False
        ),
    ] = None,
    project: Annotated[
        str | None,
        typer.Option(
            metavar="ENTITY/PROJECT",
            help="Write the names in a project instead.",
            callback=check_string,
            show_default=False,
        ),
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="With --project: only artifacts of this type; repeatable.",
            callback=check_names,
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|URL",
            help="An SDL file, a folder of them, introspection JSON, or a server that shows its"
            " schema; default: the schema that this package was compiled from.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if it is out of date.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Compile again whenever a query changes, until Ctrl-C.")
    ] = False,
    base_url: BaseUrl = None,
) -> None:
    """Compile your own GraphQL queries to a typed Python package, or name what a project contains.

    With --queries, each operation becomes a function that returns an `Operation`, which
    `api.client.send` sends. Fragments of this package, such as `Artifact`, can be spread without
    defining them.

    With --project, the names of types, collections, aliases and registries become Literal types,
    and a class `Names` loads what they name: editors complete them, and type checkers refuse names
    that do not exist. --check prints what is gone or new.

    Exit codes: 0 done, 1 out of date (with --check), 2 an error in a query (each is printed as
    FILE:LINE:COLUMN: message), a project that cannot be read or wrong usage, 3 no schema could be
    read.
    """
    if project is not None:
        if queries or schema or watch:
            raise typer.BadParameter(
                "works with --out, --check and --base-url only", param_hint="--project"
            )
        from .project_names import generate_names

        raise typer.Exit(generate_names(project, out, types or [], base_url, check=check))
    if queries is None or types or base_url:
        raise typer.BadParameter("pass --queries, or --project, which --type and --base-url need")
    from .codegen import generate

    raise typer.Exit(generate(queries, out, schema, check=check, watch=watch))
