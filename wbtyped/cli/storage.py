"""The subcommands about storage: `usage`, `prune`, `ttl`, `diff`, `mirror` and `restore`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .parameters import (
    BaseUrl,
    ExactSizes,
    Glob,
    JsonObject,
    Pattern,
    TypeName,
    VersionPath,
    check_path,
    check_string,
    examples,
)

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
        "wbtyped usage me/mnist --html usage.html",
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
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", dir_okay=False, help="Write a page with pictures that needs no network."
        ),
    ] = None,
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
    look = UsageLook(sort, top, json, as_csv, html, exact)
    show_report(path, type_name, look, run_files=run_files, jobs=jobs, base_url=base_url)


@storage_app.command(
    epilog=examples(
        "wbtyped prune me/mnist/digits --keep-last 3 --keep-aliased --plan plan.jsonl",
        "wbtyped prune me/mnist --older-than 30d --keep-used --where 'metadata.accuracy < 0.9'",
        "wbtyped prune me/mnist --run-files --glob '*.ckpt' --older-than 30d --plan plan.jsonl",
        "wbtyped prune me/mnist --apply plan.jsonl",
        "wbtyped prune --policy retention.toml --plan plan.jsonl",
        "wbtyped prune --apply plan.jsonl --yes",
    )
)
def prune(
    path: Annotated[
        str | None,
        typer.Argument(
            metavar="PATH",
            help="An entity, a project, a collection or a type; with --run-files also a run.",
            callback=check_path,
            show_default=False,
        ),
    ] = None,
    keep_last: Annotated[
        int | None,
        typer.Option(
            "--keep-last", metavar="N", min=1, help="Keep the newest N of each collection."
        ),
    ] = None,
    keep_aliased: Annotated[
        bool, typer.Option("--keep-aliased", help="Keep versions with an alias, such as latest.")
    ] = False,
    keep_used: Annotated[
        bool, typer.Option("--keep-used", help="Keep versions that a run used.")
    ] = False,
    keep_tagged: Annotated[
        bool, typer.Option("--keep-tagged", help="Keep versions with a tag.")
    ] = False,
    older_than: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Keep versions that are younger, such as 12h, 30d, 8w."),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="Keep versions that do not meet this, such as 'metadata.accuracy < 0.9'.",
        ),
    ] = None,
    run_files: Annotated[
        bool, typer.Option("--run-files", help="Delete files of runs, not versions.")
    ] = False,
    glob: Glob = None,
    pattern: Pattern = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", dir_okay=False, help="TOML file with rules by project and collection."
        ),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(metavar="VERSION", help="Do not protect this version; repeatable."),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Write the plan to this file."),
    ] = None,
    apply: Annotated[
        Path | None,
        typer.Option(metavar="FILE", dir_okay=False, help="Delete what this plan says."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before deleting.")] = False,
    type_name: TypeName = None,
    jobs: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=128, help="Number of parallel requests.")
    ] = None,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Plan which versions to delete, and apply a plan. Without --apply nothing is deleted.

    A version is deleted unless a rule keeps it. It is protected if it is linked into a portfolio or
    a registry, has an alias in another collection, or is used by a running run. The plan has a line
    for every version, with the reason why it stays or the bytes that deleting it frees.

    With --run-files it is about files of runs instead: those that match --glob, --pattern and
    --older-than are deleted, unless their run is running.

    --apply looks up every version once more, and refuses those that have changed. What was deleted
    is logged beside the plan: after an interruption, run the same command again.
    """
    from .prune import FileOptions, PlanOptions, apply_file, show_file_plan, show_plan

    rules: dict[str, object] = {
        "keep_last": keep_last, "keep_aliased": keep_aliased, "keep_used": keep_used,
        "keep_tagged": keep_tagged, "older_than": older_than, "where": where, "policy": policy,
        "glob": glob, "pattern": pattern,
    }  # fmt: skip
    given = [name for name, value in rules.items() if value not in (None, False)]
    if apply is not None:
        if given or plan is not None or include or type_name or run_files:
            raise typer.BadParameter("--apply takes its versions from the plan; omit the rules")
        raise typer.Exit(apply_file(path, apply, base_url, yes=yes, jobs=jobs, as_json=json))
    if run_files:
        if wrong := [*{*given} - {"glob", "pattern", "older_than"}, *(include or [])]:
            raise typer.BadParameter(f"--run-files does not go with {wrong[0]}")
        file_rules = FileOptions(glob, pattern, older_than, jobs)
        show_file_plan(path, file_rules, plan, base_url, as_json=json)
        return
    if glob or pattern:
        raise typer.BadParameter("--glob and --pattern select files: add --run-files")
    if path is None and policy is None:
        raise typer.BadParameter("pass PATH, or --policy with a path in its file")
    options = PlanOptions(
        keep_last, keep_aliased, keep_used, keep_tagged, older_than, where, policy,
        tuple(include or ()), type_name, jobs,
    )  # fmt: skip
    show_plan(path, options, plan, base_url, as_json=json)


@storage_app.command(
    epilog=examples(
        "wbtyped ttl me/mnist/digits 30d",
        "wbtyped ttl me/mnist/digits:v0 none",
        "wbtyped ttl me/mnist inherit --type dataset",
    )
)
def ttl(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH",
            help="A version, a collection, a type, a project or an entity.",
            callback=check_path,
            show_default=False,
        ),
    ],
    lifetime: Annotated[
        str,
        typer.Argument(
            metavar="TTL",
            help="12h, 30d, 8w or the like, `inherit` for the project's default, or `none`.",
            show_default=False,
        ),
    ],
    include_expired: Annotated[
        bool,
        typer.Option(
            "--include-expired",
            help="Also set it for older versions, which the server then deletes.",
        ),
    ] = False,
    type_name: TypeName = None,
    jobs: Jobs = 16,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Set the time to live of versions: all those of a collection, a type, a project or an entity.

    A version that is older than its time to live is deleted by the server. Such versions are
    refused and left as they are, unless --include-expired is given. Exit code 1 if any was.
    """
    from .ttl import set_lifetime

    raise typer.Exit(
        set_lifetime(
            path, lifetime, type_name, base_url, include_expired=include_expired, jobs=jobs,
            as_json=json,
        )
    )  # fmt: skip


@storage_app.command(
    epilog=examples(
        "wbtyped diff me/mnist/digits:v0 me/mnist/digits:latest",
        "wbtyped diff me/mnist/digits:v0 me/mnist/digits:best --json",
    )
)
def diff(
    old: VersionPath,
    new: VersionPath,
    json: JsonObject = False,
    exact: ExactSizes = False,
    base_url: BaseUrl = None,
) -> None:
    """Show how two artifact versions differ: files, metadata, and bytes to transfer.

    A file with the same content under another path is renamed. The exit code is 0 whether they
    differ or not.
    """
    from .diff import show_diff

    show_diff(old, new, base_url, as_json=json, exact=exact)


@storage_app.command(
    epilog=examples(
        "wbtyped mirror me/mnist ./backup",
        "wbtyped mirror me/mnist ./backup --dry-run",
        "wbtyped mirror me/mnist https://wandb.example.com/team/mnist",
    )
)
def mirror(
    project: Annotated[
        str,
        typer.Argument(
            metavar="PROJECT", help="entity/project.", callback=check_path, show_default=False
        ),
    ],
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET",
            help="A folder, a URL that fsspec opens, such as s3://bucket/prefix, or the URL of a"
            " project on another server.",
            callback=check_string,
            show_default=False,
        ),
    ],
    runs: Annotated[bool, typer.Option("--runs/--no-runs", help="Mirror the runs.")] = True,
    artifacts: Annotated[
        bool, typer.Option("--artifacts/--no-artifacts", help="Mirror the artifacts.")
    ] = True,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Read every stored content again; replace damaged ones."),
    ] = False,
    delete: Annotated[
        bool,
        typer.Option(
            "--delete", help="Remove what the server no longer has, instead of marking it."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what is new, and transfer nothing.")
    ] = False,
    via: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            file_okay=False,
            help="Keep the contents here on the way to another server; default: in the cache.",
            show_default=False,
        ),
    ] = None,
    jobs: Jobs = 16,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Mirror a project: runs, artifacts, names, lineage, and all contents.

    Contents are stored once, by digest. The next time only what is new is transferred, and an
    interrupted command goes on where it was. `wbtyped serve --from` serves a mirror offline,
    `wbtyped restore` publishes it. The key for another server is WBTYPED_TARGET_API_KEY, or in
    netrc; what cannot be kept there is listed.
    """
    from .mirror import MirrorChoice, mirror_to
    from .target_server import is_server_url

    choice = MirrorChoice(runs, artifacts, verify, delete, dry_run, jobs)
    if not is_server_url(target):
        if via is not None:
            raise typer.BadParameter("--via is for the URL of a project on another server")
        raise typer.Exit(mirror_to(project, target, choice, base_url, as_json=json))
    if dry_run:
        raise typer.BadParameter("--dry-run is for folders and object stores")
    from .restore import move

    raise typer.Exit(move(project, target, choice, via, base_url, as_json=json))


@storage_app.command(
    epilog=examples(
        "wbtyped restore ./backup me/mnist",
        "wbtyped restore ./backup team/mnist --base-url https://wandb.example.com",
    )
)
def restore(
    source: Annotated[
        str,
        typer.Argument(
            metavar="MIRROR",
            help="A folder or URL of `wbtyped mirror`.",
            callback=check_string,
            show_default=False,
        ),
    ],
    project: Annotated[
        str,
        typer.Argument(
            metavar="PROJECT",
            help="entity/project; created if it does not exist.",
            callback=check_path,
            show_default=False,
        ),
    ],
    jobs: Jobs = 16,
    json: JsonObject = False,
    base_url: BaseUrl = None,
) -> None:
    """Publish a mirror to a project: runs, and versions in their order.

    What the project has is not sent again: an interrupted command goes on where it was. What cannot
    be kept, such as ids and times, is listed at the end.
    """
    from .restore import restore_from

    raise typer.Exit(restore_from(source, project, jobs, base_url, as_json=json))
