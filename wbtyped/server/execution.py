"""Run GraphQL requests against the schema itself."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import NoReturn

from ariadne import make_executable_schema
from graphql import (
    DocumentNode,
    ExecutionContext,
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType] - its middleware is untyped
    parse,
    validate,
)
from graphql.pyutils import Path
from pydantic_core import to_json
from wbtyped_graphql.sources import schema_text

from .context import Context
from .documents import check_selections, check_text
from .graphql_request import GraphQLRequest
from .hidden_schema import HiddenSchema
from .refusals import Refusal
from .resolvers import BINDABLES
from .time_limit import Overrun, begin, check

# What a server has only together with a feature: type, field, and argument where it is only that.
GATED = {
    "MARK_RUN_FILES_UPLOADED": [("Mutation", "markRunFilesUploaded", "")],
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILES": [("ArtifactCollectionMembership", "files", "")],
    "ARTIFACT_COLLECTIONS_FILTERING_SORTING": [("Project", "artifactCollections", "filters")],
    "ARTIFACT_DIGEST_ALGORITHM": [("Artifact", "digestAlgorithm", "")],
    "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE": [
        ("LinkArtifactPayload", "artifactMembership", "")
    ],
    "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP": [("Project", "artifactCollectionMembership", "")],
    "TOTAL_COUNT_IN_FILE_CONNECTION": [("FileConnection", "totalCount", "")],
}
KEPT_CHARACTERS = 16 * 1024
_logger = logging.getLogger(__name__)
# What the executor says of a field that is null and must not be, such as one that this server has
# no data for. Trying again would not help, so it is no failure of the server.
NULL_REFUSED = "Cannot return null for non-nullable field"


@cache
def build_schema(features: frozenset[str]) -> GraphQLSchema:
    """Return the pinned schema with its resolvers, without what needs other features."""
    schema = make_executable_schema(schema_text(), *BINDABLES)
    mend_enums(schema)
    for name, field in schema.mutation_type.fields.items() if schema.mutation_type else ():
        if field.resolve is None:
            refuse_mutation(name, field)
    for feature in GATED.keys() - features:
        for type_name, field_name, argument in GATED[feature]:
            leave_out(schema, type_name, field_name, argument)
    return schema


def mend_enums(schema: GraphQLSchema) -> None:
    """Take back what ariadne does to enums, which newer releases of graphql-core cannot call.

    It is for enums with Python values, of which we have none.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLEnumType):
            vars(kind).pop("parse_value", None)


def leave_out(schema: GraphQLSchema, type_name: str, field_name: str, argument: str) -> None:
    """Drop a field, or one argument of it, as a server has it that is too old to know it."""
    kind = schema.type_map[type_name]
    assert isinstance(kind, GraphQLObjectType)  # noqa: S101 - GATED names objects
    if argument:
        del kind.fields[field_name].args[argument]
    else:
        del kind.fields[field_name]


def refuse_mutation(name: str, field: GraphQLField) -> None:
    """Have a mutation that nothing resolves say so, since null would look like success."""

    def resolve(*_: object, **__: object) -> NoReturn:
        raise Refusal(f"the embedded server does not know {name}", status=501)

    field.resolve = resolve


class TimedExecution(ExecutionContext):
    """Ends an execution that takes longer than a request may."""

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: object,
        field_nodes: list[FieldNode],
        path: Path,
    ) -> object:
        """Resolve a field, while there is time."""
        check()
        return super().execute_field(parent_type, source, field_nodes, path)


@dataclass(frozen=True)
class Prepared:
    """A document that was parsed and validated, or the errors that were found."""

    document: DocumentNode
    errors: Sequence[GraphQLError] = ()

    @cached_property
    def hidden(self) -> HiddenSchema:
        """The same for a server that keeps its schema to itself."""
        return HiddenSchema.of(self.document)


class PreparedDocuments:
    """Documents for one schema; those seen before are neither parsed nor validated again."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._cached = lru_cache(maxsize=128)(self._prepare)

    def prepare(self, text: str) -> Prepared:
        """Parse and validate a document. Raises Refusal for one that costs more than it may."""
        # A tree takes some hundred times the memory of its text, so large ones are not kept.
        return self._cached(text) if len(text) <= KEPT_CHARACTERS else self._prepare(text)

    def _prepare(self, text: str) -> Prepared:
        try:
            check_text(text)
            document = parse(text)
        except GraphQLError as error:
            return Prepared(DocumentNode(), [error])
        check_selections(document)
        return Prepared(document, validate(self.schema, document))


@cache
def shared_documents(features: frozenset[str]) -> PreparedDocuments:
    """Return the documents of all servers of this process that have these features.

    Validating a query takes about 10 ms, which every test with a server of its own would pay.
    """
    return PreparedDocuments(build_schema(features))


class Execution:
    """Executes requests against the schema that has some features."""

    def __init__(self, features: frozenset[str]) -> None:
        self._documents = shared_documents(features)
        self.introspection = True
        """Whether the schema may be asked for. Off, the answer is null, as W&B servers do it."""

    def answer(
        self, request: GraphQLRequest, context: Context, *, hide_schema: bool = False
    ) -> tuple[int, bytes]:
        """Return the HTTP status and the body of the answer."""
        status, body = self._run(request, context, hide_schema or not self.introspection)
        return status, to_json(body)

    def _run(
        self, request: GraphQLRequest, context: Context, hide_schema: bool
    ) -> tuple[int, dict[str, object]]:
        try:
            prepared = self._documents.prepare(request.query)
        except Refusal as refusal:
            return refusal.status, {"errors": [{"message": str(refusal)}]}
        if prepared.errors:
            return 400, {"errors": [shown(error) for error in prepared.errors]}
        hidden = prepared.hidden if hide_schema else None
        begin()
        try:
            result = execute_sync(
                self._documents.schema,
                hidden.document if hidden else prepared.document,
                context_value=context,
                # Clients send variables that their document does not declare; those are ignored.
                variable_values=dict(request.variables or {}),
                operation_name=request.asked_name or None,
                execution_context_class=TimedExecution,
            )
        except Overrun as overrun:
            return 400, {"errors": [{"message": str(overrun)}]}
        if hidden:
            hidden.cover(result.data)
        if not result.errors:
            return 200, {"data": result.data}
        errors = [shown(error) for error in result.errors]
        return status_of(result.errors), {"data": result.data, "errors": errors}


def shown(error: GraphQLError) -> dict[str, object]:
    """Return an error in the shape of a W&B server: no locations, a code only for permissions."""
    if is_failure(error):
        _logger.error("resolver failed", exc_info=error.original_error)
        said: dict[str, object] = {"message": "An internal error occurred."}
    else:
        said = {"message": error.message}
    if error.path:
        said["path"] = error.path
    cause = error.original_error
    if isinstance(cause, Refusal) and cause.code:
        said["extensions"] = {"code": cause.code}
    return said


def is_failure(error: GraphQLError) -> bool:
    """Tell whether an error is a bug of the server and not an answer."""
    cause = error.original_error
    if cause is None or isinstance(cause, Refusal | GraphQLError):
        return False
    return not error.message.startswith(NULL_REFUSED)


def status_of(errors: list[GraphQLError]) -> int:
    """Return the HTTP status of an answer with errors: that of the first resolver that refused."""
    for error in errors:
        if isinstance(error.original_error, Refusal):
            return error.original_error.status
    if any(is_failure(error) for error in errors):
        return 500
    # Without a path the request itself was wrong: nothing was run.
    return 200 if any(error.path for error in errors) else 400
