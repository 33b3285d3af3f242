"""Resolvers, one module per area of the schema; a new one joins the list below.

A field without resolver is read from the node's own mapping.
"""

from ariadne import SchemaBindable

from . import (
    account_mutations,
    accounts,
    alerts,
    artifact_mutations,
    artifact_upload,
    artifacts,
    collections,
    files,
    history,
    lineage,
    members,
    project_mutations,
    project_statistics,
    registries,
    run_details,
    run_mutations,
    runs,
    scalars,
    server_info,
)

BINDABLES: list[SchemaBindable] = [
    *scalars.BINDABLES,
    *server_info.BINDABLES,
    *accounts.BINDABLES,
    *account_mutations.BINDABLES,
    *members.BINDABLES,
    *alerts.BINDABLES,
    *runs.BINDABLES,
    *run_details.BINDABLES,
    *run_mutations.BINDABLES,
    *project_mutations.BINDABLES,
    *registries.BINDABLES,
    *history.BINDABLES,
    *lineage.BINDABLES,
    *project_statistics.BINDABLES,
    *files.BINDABLES,
    *collections.BINDABLES,
    *artifacts.BINDABLES,
    *artifact_mutations.BINDABLES,
    *artifact_upload.BINDABLES,
]
