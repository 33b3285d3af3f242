"""Resolvers for information about the server itself."""

from ariadne import QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import get_context

query: QueryType = QueryType()
# Old clients compare their version with this one to decide which fields they may query.
MAX_CLI_VERSION = "1.0.0"
LOCAL_REGION = {"id": "local", "provider": "MINIO", "region": "local"}
"""Where this server stores: on this machine."""


@query.field("serverInfo")
def server_info(_: object, info: GraphQLResolveInfo) -> dict[str, object]:
    """Resolve the features that are on, and the versions that clients compare with."""
    context = get_context(info)
    features = sorted(context.features)
    return {
        "frontendHost": context.api_url,
        "actionHistoryLimit": 0,
        "availableCloudRegions": [LOCAL_REGION],
        "defaultCloudRegion": LOCAL_REGION,
        "registeredModelLimitReached": False,
        "features": [{"name": name, "isEnabled": True} for name in features],
        "cliVersionInfo": {"min_cli_version": "0.10.0", "max_cli_version": MAX_CLI_VERSION},
        "latestLocalVersionInfo": {
            "outOfDate": False,
            "latestVersionString": MAX_CLI_VERSION,
            "versionOnThisInstanceString": MAX_CLI_VERSION,
        },
    }


BINDABLES: list[SchemaBindable] = [query]
