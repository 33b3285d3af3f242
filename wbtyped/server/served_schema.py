"""What the pinned schema has and this server does not: people's doings, plans and regions.

A field that could only say "not supported" is not in the schema that is served, so that a query
for it is refused before it runs, and a client that reads the schema knows.
"""

from collections.abc import Iterable, Mapping

from graphql import (
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_specified_directive,
    is_specified_scalar_type,
)

ACTIONS = ("aliasActionHistory", "artifactActions", "artifactCollectionActions")
NOT_SERVED: Mapping[str, Iterable[str]] = {
    # Who did what is not recorded.
    "Artifact": ("artifactActions",),
    "ArtifactType": ("artifactActions",),
    "ArtifactCollection": ACTIONS,
    "ArtifactPortfolio": ACTIONS,
    "ArtifactSequence": ACTIONS,
    # Aliases that only some people may move, and tags in categories.
    "Entity": ("protectedAliases", "tagCategories"),
    "Tag": ("tagCategory",),
    # Plans, regions and limits of the hosted service.
    "Organization": ("coreWeaveOrganizationId", "featureFlags", "flags"),
    "Project": ("dockerImage", "repo", "views"),
    "ServerInfo": (
        "actionHistoryLimit", "availableCloudRegions", "defaultCloudRegion", "messageOfTheDay",
        "registeredModelLimitReached",
    ),
    # What old clients told about code and frameworks.
    "Run": ("debug", "framework", "github", "patch"),
    "Mutation": (
        "addFiles",  # older form of createRunFiles
        "addProtectedAliases", "removeProtectedAliases",
        "createClientIDMapping",  # createArtifact takes the client's id itself
        "undeleteRuns",  # deleted runs are gone
    ),
}  # fmt: skip


def remove_unserved(schema: GraphQLSchema) -> None:
    """Remove what is not served from a schema, and the types that nothing leads to any more."""
    for type_name, field_names in NOT_SERVED.items():
        fields = fields_of(schema.type_map[type_name])
        for field_name in field_names:
            del fields[field_name]
    reached = reachable_types(schema)
    for name in schema.type_map.keys() - reached:
        if not name.startswith("__") and not is_specified_scalar_type(schema.type_map[name]):
            del schema.type_map[name]


def reachable_types(schema: GraphQLSchema) -> set[str]:
    """Return the names of the types that queries, mutations or directives lead to."""
    roots = [schema.query_type, schema.mutation_type, schema.subscription_type]
    waiting: list[GraphQLNamedType] = [root for root in roots if root is not None]
    for directive in schema.directives:
        if not is_specified_directive(directive):
            waiting += [get_named_type(argument.type) for argument in directive.args.values()]
    found: set[str] = set()
    while waiting:
        current = waiting.pop()
        if current.name not in found:
            found.add(current.name)
            waiting += neighbours(schema, current)
    return found


def neighbours(schema: GraphQLSchema, current: GraphQLNamedType) -> list[GraphQLNamedType]:
    """Return the types that a type names or is made of."""
    near: list[GraphQLNamedType] = []
    for field in fields_of(current).values():
        near.append(get_named_type(field.type))
        near += [get_named_type(argument.type) for argument in getattr(field, "args", {}).values()]
    if isinstance(current, GraphQLInterfaceType | GraphQLUnionType):
        near += schema.get_possible_types(current)
    if isinstance(current, GraphQLInterfaceType | GraphQLObjectType):
        near += current.interfaces
    return near


def fields_of(
    named_type: GraphQLNamedType,
) -> dict[str, GraphQLField] | dict[str, GraphQLInputField]:
    """Return the fields of a type; none if it cannot have any."""
    if isinstance(named_type, GraphQLInputObjectType):
        inputs: dict[str, GraphQLInputField] = named_type.fields
        return inputs
    if isinstance(named_type, GraphQLInterfaceType | GraphQLObjectType):
        fields: dict[str, GraphQLField] = named_type.fields
        return fields
    return {}
