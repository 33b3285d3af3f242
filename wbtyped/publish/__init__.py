"""New versions of artifacts, from local files to the server.

`Draft` says what a version will contain: files, references, and what an earlier version has;
`version` sends it: create, upload, commit. Nothing here downloads, and files of runs are in
`wbtyped.runs`.
"""

from ..transport.httpx_import import without_command_line

with without_command_line():
    from .draft import Draft

__all__ = ["Draft"]
