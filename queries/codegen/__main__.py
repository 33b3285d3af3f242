"""`python queries/codegen [--check]`: compile the queries, or list what is out of date."""

import argparse
import shutil
import sys
from pathlib import Path

from graphql import FragmentDefinitionNode, OperationDefinitionNode, build_schema

from wbtyped.codegen.fragment_modules import split_fragments
from wbtyped.codegen.package import compile_queries, format_sources, read_files
from wbtyped.codegen.rows import row_modules
from wbtyped.codegen.selections import Selections
from wbtyped.drift.query_text import graphql_files, parse_queries
from wbtyped.errors import QueryError

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path("generated") / "wbtyped_graphql"
RUNTIME = ROOT / "queries" / "codegen" / "runtime"
HEADER = "# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.\n\n"


def compiled_files() -> dict[str, str]:
    """Compile the queries, and return the files of the package by name."""
    schema = build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))
    definitions = [
        definition
        for file in graphql_files(ROOT / "queries")
        for definition in parse_queries(
            file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
        )
    ]
    copied = (RUNTIME / f"{name}.py" for name in ("scalars", "sources", "unions"))
    package = compile_queries(schema, definitions, RUNTIME / "operation.py", *copied)
    for warning in package.warnings:
        print(warning, file=sys.stderr)
    fragments = [d.name.value for d in definitions if isinstance(d, FragmentDefinitionNode)]
    operations = (d for d in definitions if isinstance(d, OperationDefinitionNode))
    files = dict(package.files)
    split = split_fragments(files.pop("fragments.py"), fragments)
    rows = row_modules(Selections(schema, definitions), operations)
    files |= format_sources(split | rows)
    return {
        name: HEADER + text if name.endswith(".py") and name != "__init__.py" else text
        for name, text in files.items()
    }


def out_of_date(new: dict[str, str], old: dict[str, str]) -> dict[str, str]:
    """Return the files that differ, by name, with what writing the package does to each."""
    names = sorted(name for name in new.keys() | old.keys() if new.get(name) != old.get(name))
    return {name: "written" if name in new else "removed" for name in names}


def write(files: dict[str, str]) -> None:
    """Replace the package."""
    shutil.rmtree(ROOT / PACKAGE, ignore_errors=True)
    (ROOT / PACKAGE).mkdir(parents=True)
    for name, text in files.items():
        (ROOT / PACKAGE / name).parent.mkdir(exist_ok=True)
        (ROOT / PACKAGE / name).write_text(text, encoding="utf-8", newline="\n")


def main() -> int:
    """Write the package, or only compare it with `--check`."""
    parser = argparse.ArgumentParser(prog="python queries/codegen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if out of date")
    check: bool = parser.parse_args().check
    try:
        files = compiled_files()
    except QueryError as error:
        print(error, file=sys.stderr)
        return 2
    changes = out_of_date(files, read_files(ROOT / PACKAGE))
    if changes and not check:
        write(files)
    for name, change in changes.items():
        print(f"{PACKAGE / name} {'is out of date' if check else change}")
    if changes and check:
        print("run: python queries/codegen")
    return int(bool(changes) and check)


if __name__ == "__main__":
    sys.exit(main())
