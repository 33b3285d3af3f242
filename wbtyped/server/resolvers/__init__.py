"""Resolvers, one module per area. Fields without one are read from the node's own mapping."""

from ariadne import SchemaBindable

from . import (
    accounts,
    artifacts,
    collections,
    editing,
    files,
    history,
    making,
    runs,
    scalars,
    server_info,
)

# A further area is a module of its own that joins here.
BINDABLES: list[SchemaBindable] = [
    *scalars.BINDABLES,
    *server_info.BINDABLES,
    *accounts.BINDABLES,
    *runs.BINDABLES,
    *history.BINDABLES,
    *files.BINDABLES,
    *collections.BINDABLES,
    *artifacts.BINDABLES,
    *editing.BINDABLES,
    *making.BINDABLES,
]
