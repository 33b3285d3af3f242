"""Resolvers, one module per area. Fields without one are read from the node's own mapping."""

from ariadne import SchemaBindable

from . import accounts, files, runs, scalars, server_info

# A further area, such as artifacts, is a module of its own that joins here.
BINDABLES: list[SchemaBindable] = [
    *scalars.BINDABLES,
    *server_info.BINDABLES,
    *accounts.BINDABLES,
    *runs.BINDABLES,
    *files.BINDABLES,
]
