"""`wbtyped codegen`: compile a user's queries."""

import time
from collections.abc import Mapping
from keyword import iskeyword
from pathlib import Path
from typing import NoReturn

from graphql import GraphQLSchema

from ..codegen.package import CompiledPackage, write_files
from ..codegen.syntax import is_same_code
from ..codegen.user_package import compile_user_package
from ..drift.query_text import graphql_files
from ..drift.schema_files import pinned_schema
from ..errors import QueryError, SchemaSourceError, UsageError
from .output import print_err, print_out
from .schema_pull import load_schema
from .schema_source import open_source, report_no_schema

STALE = 1
INVALID = 2
POLL_SECONDS = 0.5


def generate(queries: Path, out: Path, schema: str | None, *, check: bool, watch: bool) -> int:
    """Compile queries, or compare them with what was compiled; return the exit code."""
    check_output(out)
    try:
        chosen = choose_schema(schema)
    except SchemaSourceError as error:
        return report_no_schema(error)
    if watch:
        keep_compiled(chosen, queries, out, check=check)
    return generate_once(chosen, queries, out, check=check)


def keep_compiled(schema: GraphQLSchema, queries: Path, out: Path, *, check: bool) -> NoReturn:
    """Compile whenever a query changes, until the process is interrupted."""
    while True:
        before = modified(queries)
        try:
            generate_once(schema, queries, out, check=check)
        except (UsageError, OSError) as error:
            # Such as a file that an editor is about to write.
            print_err(f"wbtyped: {error}")
        while modified(queries) == before:
            time.sleep(POLL_SECONDS)


def choose_schema(source: str | None) -> GraphQLSchema:
    """Return the pinned schema, or that of a file or server."""
    if source is None:
        return pinned_schema()
    with open_source(source) as opened:
        return load_schema(opened)


def check_output(out: Path) -> None:
    """Refuse a folder whose name cannot be imported, or that holds files not written by us."""
    if not out.name.isidentifier() or iskeyword(out.name):
        raise UsageError(f"--out {out}: {out.name} cannot be the name of a Python package")
    if out.is_dir() and any(out.iterdir()) and not is_compiled(out / "__init__.py"):
        raise UsageError(f"--out {out} has files that were not compiled; choose an empty folder")


def is_compiled(file: Path) -> bool:
    """Return True if a file was written by this command."""
    mark = "Compiled by `wbtyped codegen`"
    return file.is_file() and mark in file.read_text(encoding="utf-8", errors="replace")


def compiled_files(out: Path) -> dict[str, str]:
    """Return the files of a package by name, without those that others put into its folder."""
    files = out.glob("*") if out.is_dir() else ()
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in files
        if file.name == "py.typed" or (file.suffix == ".py" and is_compiled(file))
    }


def generate_once(schema: GraphQLSchema, queries: Path, out: Path, *, check: bool) -> int:
    """Compile, or compare; print what happened, and return the exit code."""
    try:
        package = compile_user_package(schema, queries)
    except QueryError as error:
        for problem in error.problems:
            print_err(problem)
        return INVALID
    for warning in package.warnings:
        print_err(warning)
    return compare(package, out) if check else write(package, out)


def write(package: CompiledPackage, out: Path) -> int:
    """Write what changed, and remove what is not compiled any more."""
    stale = changes(package.files, compiled_files(out))
    out.mkdir(parents=True, exist_ok=True)
    write_files(out, {name: package.files[name] for name in stale if name in package.files})
    for name in stale:
        if name not in package.files:
            (out / name).unlink()
    print_out(f"{out}: {len(stale)} files written or removed" if stale else f"{out} is up to date")
    return 0


def compare(package: CompiledPackage, out: Path) -> int:
    """Print the files that differ."""
    stale = changes(package.files, compiled_files(out))
    for name in stale:
        print_out(f"{out / name} is out of date")
    if stale:
        print_out("run the same command without --check")
    return STALE if stale else 0


def changes(new: Mapping[str, str], old: Mapping[str, str]) -> list[str]:
    """Return the names of the files that differ in more than format."""
    return sorted(n for n in new.keys() | old.keys() if not is_same(n, new.get(n), old.get(n)))


def is_same(name: str, new: str | None, old: str | None) -> bool:
    """Return True if two files do the same."""
    if new is None or old is None or not name.endswith(".py"):
        return new == old
    return is_same_code(new, old)


def modified(queries: Path) -> dict[Path, int]:
    """Return when each file of queries was last changed; 0 for one that is gone meanwhile."""
    found: dict[Path, int] = {}
    for file in graphql_files(queries):
        try:
            found[file] = file.stat().st_mtime_ns
        except OSError:
            found[file] = 0
    return found
