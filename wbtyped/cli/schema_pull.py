"""`wbtyped schema pull`: update the pinned schema."""

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
from .schema_source import open_source, report_no_schema

DEFAULT_OUTPUT = Path("schema/schema.graphql")


def pull_schema(source: str, output: Path) -> int:
    """Rewrite a schema file and print what changed; return the exit code."""
    before = load_pinned(output)
    try:
        with open_source(source) as opened:
            after = update_schema(before, load_schema(opened))
    except SchemaSourceError as error:
        return report_no_schema(error)
    changes = find_changes(build_schema(before), build_schema(after))
    for change in changes:
        print_out(f"{change.rule}: {change.text}")
    if after == before and output.exists():
        print_out(f"{output} is up to date")
        return 0
    write_atomically(output, after)
    print_out(f"{output} written; now run: python queries/codegen")
    return 0


def load_pinned(output: Path) -> str:
    """Return the existing schema file, or the packaged schema if the file is new."""
    if output.exists():
        text = output.read_text(encoding="utf-8")
        try:
            schema_from_sdl(str(output), text)
        except SchemaSourceError as error:
            raise UsageError(f"{error}; fix the file, or pass another one as --output") from error
        return text
    if output == DEFAULT_OUTPUT and not output.parent.is_dir():
        raise UsageError(
            f"{output} does not exist here; run this in a checkout, or pass a file as --output"
        )
    return pinned_sdl()


def load_schema(source: Api | Path) -> GraphQLSchema:
    """Return the schema of a server or a file; raise SchemaSourceError if it is hidden."""
    if isinstance(source, Path):
        return read_schema(source)
    found = introspect(source.client)
    if isinstance(found, Hidden):
        server = source.client.settings.base_url
        raise SchemaSourceError(
            f"{server} hides its schema ({found.reason}), and probing only shows whether queries"
            " fit; ask those who run it for a schema file",
            reason="not a schema",
        )
    return found


def write_atomically(file: Path, text: str) -> None:
    """Write a file and rename it into place, so that nobody reads half of it."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        # Temporary files are created with mode 0600, which does not suit a file of a project.
        scratch.chmod(file.stat().st_mode if file.exists() else 0o644)
        scratch.replace(file)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
