"""Check whether a server still fits the schema and queries that this package was compiled from.

Needs the extra `drift`. `check_server` and `check_file` compare schemas, classify each change by
its effect on the queries, and return a `Report`, which the command `wbtyped schema` prints. Code
that reads schemas and queries, compares them, and formats reports belongs here. HTTP belongs to
`transport`, and command line options to `cli`.
"""

from .check import Ignored, check_file, check_server
from .documents import Documents, Place, our_documents, read_documents
from .findings import Finding, NotProbed, Report, Verdict

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
