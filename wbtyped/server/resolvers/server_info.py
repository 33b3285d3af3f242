"""Resolvers for information about the server itself."""

from ariadne import QueryType, SchemaBindable
from graphql import GraphQLResolveInfo

from ..context import get_context

query: QueryType = QueryType()
# Old clients compare their version with this one to decide which fields they may query.
MAX_CLI_VERSION = "1.0.0"


@query.field("serverInfo")
def server_info(_: object, info: GraphQLResolveInfo) -> dict[str, object]:
    """Resolve the features that are on, and the versions that clients compare with."""
    context = get_context(info)
    features = sorted(context.features)
    return {
        "frontendHost": context.api_url,
        "features": [{"name": name, "isEnabled": True} for name in features],
        "cliVersionInfo": {"min_cli_version": "0.10.0", "max_cli_version": MAX_CLI_VERSION},
        "latestLocalVersionInfo": {
            "outOfDate": False,
            "latestVersionString": MAX_CLI_VERSION,
            "versionOnThisInstanceString": MAX_CLI_VERSION,
        },
    }


BINDABLES: list[SchemaBindable] = [query]
