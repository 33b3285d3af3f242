"""New versions of artifacts, from local files to the server.

`Draft` collects files; `version` sends them: create, upload, commit. Nothing here downloads, and
files of runs are in `wbtyped.runs`.
"""

from ..transport.httpx_import import without_command_line

with without_command_line():
    from .draft import Draft

__all__ = ["Draft"]
