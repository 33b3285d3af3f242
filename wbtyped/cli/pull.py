"""`wbtyped schema pull`: bring the pinned schema up to date."""

import os
import tempfile
from pathlib import Path

from graphql import GraphQLSchema, build_schema

from ..api import Api
from ..drift.introspection import Hidden, introspect
from ..drift.schema_diff import find_changes
from ..drift.schema_files import pinned_sdl, read_schema, schema_from_sdl
from ..drift.schema_update import update_schema
from ..errors import SchemaSourceError, UsageError
from .output import print_out
from .schema_source import opened, unreadable

DEFAULT = Path("schema/schema.graphql")


def pull_schema(source: str, output: Path) -> int:
    """Rewrite a schema file, say what changed, and return the exit code."""
    before = text_to_update(output)
    try:
        with opened(source) as place:
            after = update_schema(before, schema_at(place))
    except SchemaSourceError as error:
        return unreadable(error)
    changes = find_changes(build_schema(before), build_schema(after))
    for change in changes:
        print_out(f"{change.rule}: {change.text}")
    if after == before and output.exists():
        print_out(f"{output} is up to date")
        return 0
    replace(output, after)
    print_out(f"{output} written; now run: python queries/codegen")
    return 0


def text_to_update(output: Path) -> str:
    """Return the schema that is there, or the packaged one where a new file was asked for."""
    if output.exists():
        text = output.read_text(encoding="utf-8")
        try:
            schema_from_sdl(str(output), text)
        except SchemaSourceError as error:
            raise UsageError(f"{error}; mend it, or name another file by --output") from error
        return text
    if output == DEFAULT and not output.parent.is_dir():
        raise UsageError(f"there is no {output} here; go to a checkout, or name a file by --output")
    return pinned_sdl()


def schema_at(place: Api | Path) -> GraphQLSchema:
    """Return the schema of a server or a file."""
    if isinstance(place, Path):
        return read_schema(place)
    found = introspect(place.client)
    if isinstance(found, Hidden):
        server = place.client.settings.base_url
        raise SchemaSourceError(
            f"{server} hides its schema ({found.reason}), and probing shows no more than whether"
            " queries fit; take a file from those who run it",
            reason="not a schema",
        )
    return found


def replace(file: Path, text: str) -> None:
    """Write a file in one step, so that nobody reads half of it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        # A temporary file is for its owner alone; a file of a project is not.
        scratch.chmod(file.stat().st_mode if file.exists() else 0o644)
        scratch.replace(file)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
