"""From a URL to a verified file on disk; README.md shows how.

What belongs here: queueing, retries, ranges, progress and results of downloads, and the three rooms
`disk/` (safe paths, temporary files, checksums), `engines/` (what moves the bytes) and `cache/`
(files kept by digest). What does not: which files there are and where their signed URLs come from;
`runs/download.py` and `artifacts/contents/` say that, and hand over `Transfer` objects. Nothing
here sends GraphQL.
"""
