"""Check whether a server still fits the schema and queries that this package was compiled from.

Needs the extra `drift`. `check_server` and `check_file` compare schemas, classify each change by
its effect on the queries, and return a `Report`, which the command `wbtyped schema` prints. Code
that reads schemas and queries, compares them, and formats reports belongs here. HTTP belongs to
`transport`, and command line options to `cli`.
"""

from typing import TYPE_CHECKING

from ..extras import import_from

if TYPE_CHECKING:
    from .check import Ignored, check_file, check_server
    from .documents import Documents, our_documents, read_documents
    from .findings import Finding, NotProbed, Report, Verdict
    from .query_text import Place

__all__ = [
    "Documents",
    "Finding",
    "Ignored",
    "NotProbed",
    "Place",
    "Report",
    "Verdict",
    "check_file",
    "check_server",
    "our_documents",
    "read_documents",
]

# Imported on first use, so that a missing extra is reported as such.
_MODULES = {
    "Documents": "documents",
    "Finding": "findings",
    "Ignored": "check",
    "NotProbed": "findings",
    "Place": "query_text",
    "Report": "findings",
    "Verdict": "findings",
    "check_file": "check",
    "check_server": "check",
    "our_documents": "documents",
    "read_documents": "documents",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from its module; ImportError says what to install."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_from(__name__, _MODULES[name], name, "drift")

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted(__all__)
