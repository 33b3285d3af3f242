"""From local files to URLs that a server assigned.

What belongs here: reading and digesting local files, queueing, retries, parts of large files,
progress and results of uploads, and what moves the bytes. What does not: which files belong to a
run or a version, and where their upload URLs come from; `runs/upload.py` and
`artifacts/publishing/upload.py` say that, and hand over `Upload` objects. Nothing here sends
GraphQL.
"""
