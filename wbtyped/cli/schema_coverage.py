"""`wbtyped schema coverage`: show which parts of the pinned schema are used."""

from collections.abc import Sequence
from pathlib import Path

from ..drift import our_documents, read_documents
from ..drift.coverage import coverage, json_coverage, text_coverage
from ..drift.schema_files import pinned_schema
from .output import print_out


def show_coverage(queries: Sequence[Path], *, as_json: bool) -> None:
    """Print the coverage by the given query files, or by the queries of this package."""
    found = coverage(read_documents(queries) if queries else our_documents(), pinned_schema())
    if as_json:
        print(json_coverage(found))
        return
    for line in text_coverage(found):
        print_out(line)
