"""Send requests to a W&B server: HTTP, retries, redirects, GraphQL, flows and pagination.

Nothing here knows runs, artifacts or files on disk; moving the bytes of files is in `download`.
"""
