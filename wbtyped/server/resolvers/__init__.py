"""Resolvers, one module per area. Fields without one are read from the node's own mapping."""

from ariadne import SchemaBindable

from . import accounts, files, runs, server_info

# Issue by issue, further areas join here.
BINDABLES: list[SchemaBindable] = [
    *server_info.BINDABLES,
    *accounts.BINDABLES,
    *runs.BINDABLES,
    *files.BINDABLES,
]
