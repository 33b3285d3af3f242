# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

"""Read the schema and the queries that this package was compiled from.

A wheel holds copies of them beside this module. A checkout, which an editable install imports from,
has only the originals in `schema/` and `queries/`.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path


def schema_text() -> str:
    """Return the pinned schema as SDL."""
    return _schema_file().read_text(encoding="utf-8")


def query_files() -> list[Traversable]:
    """Return the files in `queries/`, sorted by name."""
    packaged = _packaged_schema().is_file()
    folder = files("wbtyped_graphql") / "queries" if packaged else _checkout() / "queries"
    found = (file for file in folder.iterdir() if file.name.endswith(".graphql"))
    return sorted(found, key=lambda file: file.name)


def _schema_file() -> Traversable:
    packaged = _packaged_schema()
    return packaged if packaged.is_file() else _checkout() / "schema" / "schema.graphql"


def _packaged_schema() -> Traversable:
    return files("wbtyped_graphql") / "schema.graphql"


def _checkout() -> Path:
    return Path(__file__).parents[2]
