"""Is a server still what this package was compiled against? Needs the extra `drift`.

`check_server` and `check_file` weigh what has changed by what the queries use, and return a
`Report`. `wbtyped schema` is the command.
"""

from .checking import Ignored, check_file, check_server
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
