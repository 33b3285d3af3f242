"""Arguments and options that subcommands share, and checks that run before a key is looked for."""

from typing import Annotated

import typer

from ..config.api_key import check_key
from ..errors import AuthenticationError
from ..paths import read_path


def check_string(value: str | None) -> str | None:
    """Refuse an empty string, which a server reads as no restriction, and invalid Unicode."""
    if value is not None and not value.strip():
        raise typer.BadParameter("must not be empty")
    if value is not None and any("\ud800" <= c <= "\udfff" for c in value):
        raise typer.BadParameter("not valid Unicode")
    return value


def check_path(path: str | None) -> str | None:
    """Refuse what no object can be at, before a key is looked for."""
    check_string(path)
    if path is None:
        return None
    read_path(path)
    return path


def check_names(values: list[str] | None) -> list[str]:
    """Refuse names as `check_string` does, and drop duplicates."""
    for value in values or []:
        check_string(value)
    return list(dict.fromkeys(values or []))


def check_api_key(value: str | None) -> str | None:
    """Refuse a key that clients would refuse to send."""
    try:
        if value is not None:
            check_key(value, "--api-key")
    except AuthenticationError:
        raise typer.BadParameter(
            "a key has at least 40 letters, digits, - or _; omit the option to generate one"
        ) from None
    return value


def examples(*commands: str) -> str:
    """Return the section of a help text that shows commands, each on a line of its own."""
    # \b keeps the lines as they are.
    return "\n".join(["\b", "Examples:", *(f"  {command}" for command in commands)])


RunOrVersion = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="A run, entity/project/run, or a version, entity/project/collection:alias.",
        callback=check_path,
        show_default=False,
    ),
]
VersionPath = Annotated[
    str,
    typer.Argument(
        metavar="VERSION",
        help="entity/project/collection:alias.",
        callback=check_path,
        show_default=False,
    ),
]
AnyPath = Annotated[
    str,
    typer.Argument(
        metavar="PATH",
        help="A project, a run, an artifact type, a collection, or collection:alias.",
        callback=check_path,
        show_default=False,
    ),
]
OptionalPath = Annotated[
    str | None,
    typer.Argument(
        metavar="PATH",
        help="A project, a run, an artifact type, a collection, or collection:alias.",
        callback=check_path,
        show_default=False,
    ),
]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", callback=check_names, show_default=False),
]
TypeName = Annotated[
    str | None,
    typer.Option(
        "--type",
        metavar="TYPE",
        help="Type of the artifact: tells a collection from a run or a type of the same name.",
        callback=check_string,
    ),
]
Pattern = Annotated[
    str | None,
    typer.Option(
        metavar="LIKE",
        help="Only names that match an SQL LIKE pattern: % is any string, _ one character.",
        callback=check_string,
    ),
]
Glob = Annotated[
    str | None,
    typer.Option(
        metavar="GLOB",
        help="Only names that match a shell pattern, such as '*.png'.",
        callback=check_string,
    ),
]
BaseUrl = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="URL of the W&B server; default: WANDB_BASE_URL, or the settings files.",
        callback=check_string,
    ),
]
JsonObject = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
JsonArray = Annotated[bool, typer.Option("--json", help="Print one JSON array.")]
ExactSizes = Annotated[
    bool, typer.Option("--bytes", help="Print exact sizes, as pipes and --json do anyway.")
]
