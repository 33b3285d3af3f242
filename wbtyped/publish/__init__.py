"""New versions of artifacts, from local files to the server.

`Draft` says what a version will contain: files, references, and what an earlier version has;
`version` sends it: create, upload, commit. Nothing here downloads, and files of runs are in
`wbtyped.runs`.
"""

from .draft import Draft

__all__ = ["Draft"]
