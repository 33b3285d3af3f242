"""Execute GraphQL requests against the pinned schema."""

import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any, cast

from ariadne import make_executable_schema
from graphql import (
    DocumentNode,
    ExecutionContext,
    FieldNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLFieldResolver,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    execute_sync,  # pyright: ignore[reportUnknownVariableType] - its middleware is untyped
    parse,
    validate,
)
from graphql.pyutils import AwaitableOrValue, Path
from pydantic_core import PydanticSerializationError, to_json
from wbtyped_graphql.sources import schema_text

from .context import Context
from .documents import check_selections, check_size
from .graphql_request import GraphQLRequest
from .hidden_schema import HiddenSchema
from .http_errors import NOT_LOGGED_IN, READ_ONLY, HttpError
from .plain_fields import NotPlain, PlainFields, mark_plain_fields, read_steps
from .resolvers import BINDABLES
from .resolvers.pagination import page_backward
from .resolvers.visibility import GUARDED_TYPES, guard_sources, is_visible
from .time_limit import TimeLimitExceeded, check_time_limit, start_time_limit

# What older servers lack, by feature: type, field and, if only that is missing, argument.
FEATURE_GATES = {
    "MARK_RUN_FILES_UPLOADED": [("Mutation", "markRunFilesUploaded", "")],
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILES": [("ArtifactCollectionMembership", "files", "")],
    "ARTIFACT_COLLECTIONS_FILTERING_SORTING": [("Project", "artifactCollections", "filters")],
    "ARTIFACT_DIGEST_ALGORITHM": [("Artifact", "digestAlgorithm", "")],
    "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE": [
        ("LinkArtifactPayload", "artifactMembership", "")
    ],
    "ARTIFACT_REGISTRY_SEARCH": [
        ("Entity", "artifactMemberships", ""),
        ("Entity", "artifactCollections", "projectFilters"),
        ("Entity", "projects", "filters"),
    ],
    "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION": [
        ("Project", "allowAllArtifactTypesInRegistry", "")
    ],
    "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP": [("Project", "artifactCollectionMembership", "")],
    "TOTAL_COUNT_IN_FILE_CONNECTION": [("FileConnection", "totalCount", "")],
}
CACHED_DOCUMENT_CHARACTERS = 16 * 1024
_logger = logging.getLogger(__name__)
# The executor's message for a null in a non-null field, such as one that this server has no data
# for. A retry would not help, so it must not become a 500.
NULL_ERROR_PREFIX = "Cannot return null for non-nullable field"


@cache
def build_schema(features: frozenset[str]) -> GraphQLSchema:
    """Return the pinned schema with resolvers, without the fields of features that are off."""
    schema = make_executable_schema(schema_text(), *BINDABLES)
    restore_enum_parsing(schema)
    mark_plain_fields(schema)
    guard_sources(schema)
    return_mutation_ids(schema)
    page_backward_too(schema)
    for feature in FEATURE_GATES.keys() - features:
        for type_name, field_name, argument in FEATURE_GATES[feature]:
            remove_from_schema(schema, type_name, field_name, argument)
    return schema


def restore_enum_parsing(schema: GraphQLSchema) -> None:
    """Undo ariadne's patch of enums, which newer releases of graphql-core cannot call.

    It is for enums with Python values, of which there are none here.
    """
    for object_type in schema.type_map.values():
        if isinstance(object_type, GraphQLEnumType):
            vars(object_type).pop("parse_value", None)


def return_mutation_ids(schema: GraphQLSchema) -> None:
    """Let each payload have the string by which a client matches it to its request."""
    assert schema.mutation_type is not None  # noqa: S101 - it is in the schema
    for field in schema.mutation_type.fields.values():
        assert field.resolve is not None  # noqa: S101 - a test executes each
        field.resolve = with_mutation_id(field.resolve)


def with_mutation_id(resolve: GraphQLFieldResolver) -> GraphQLFieldResolver:
    """Return a resolver whose payload has the string of the input."""

    def resolve_with_id(root: object, info: GraphQLResolveInfo, **given: Any) -> object:
        payload = resolve(root, info, **given)
        # W&B spells it in two ways.
        names = ("clientMutationId", "clientMutationID")
        return {name: given["input"].get(name) for name in names} | payload

    return resolve_with_id


def page_backward_too(schema: GraphQLSchema) -> None:
    """Let every list be read from its end, too; that of console lines does so itself."""
    for object_type in schema.type_map.values():
        if isinstance(object_type, GraphQLObjectType):
            for name, field in object_type.fields.items():
                is_paged = {"after", "before", "first", "last"} <= field.args.keys()
                if is_paged and field.resolve is not None and name != "logLines":
                    field.resolve = page_backward(field.resolve)


def remove_from_schema(
    schema: GraphQLSchema, type_name: str, field_name: str, argument: str
) -> None:
    """Remove a field, or one argument of it, as in the schema of an older server."""
    object_type = schema.type_map[type_name]
    assert isinstance(object_type, GraphQLObjectType)  # noqa: S101 - gates name object types
    if argument:
        del object_type.fields[field_name].args[argument]
    else:
        del object_type.fields[field_name]


class TimeLimitedExecution(ExecutionContext):
    """Ends an execution that exceeds the time limit of a request, and reads plain fields itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        context: object = self.context_value
        self._limited = isinstance(context, Context) and context.access.limited
        self._plain = PlainFields(self, GUARDED_TYPES if self._limited else frozenset())

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: object,
        path: Path | None,
        fields: dict[str, list[FieldNode]],
    ) -> dict[str, object]:
        """Resolve the fields of a node; no resolver of this server has to be awaited."""
        is_node = type(source_value) is dict
        node = cast("dict[str, object]", source_value)
        results: dict[str, object] = {}
        for key, field_nodes, step in self._plain.selection(parent_type, fields):
            if step is not None and is_node:
                try:
                    results |= read_steps([step], node)
                    continue
                except NotPlain:
                    pass
            field_path = Path(path, key, parent_type.name)
            value = self.execute_field(parent_type, node, field_nodes, field_path)
            if value is not Undefined:
                results[key] = value
        return results

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_nodes: list[FieldNode],
        info: GraphQLResolveInfo,
        path: Path,
        result: object,
    ) -> AwaitableOrValue[dict[str, object]]:
        """Resolve a node; null for one that the user may not see."""
        if self._limited and return_type.name in GUARDED_TYPES and type(result) is dict:
            node = cast("dict[str, object]", result)
            if not is_visible(self.context_value, return_type.name, node):
                # The executor takes None; its annotation does not say so.
                return cast("dict[str, object]", None)
        return super().complete_object_value(return_type, field_nodes, info, path, result)

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: object,
        field_nodes: list[FieldNode],
        path: Path,
    ) -> object:
        """Resolve a field, unless the time limit is exceeded."""
        check_time_limit()
        return super().execute_field(parent_type, source, field_nodes, path)


@dataclass(frozen=True)
class PreparedDocument:
    """A parsed and validated document, or the errors in it."""

    document: DocumentNode
    errors: Sequence[GraphQLError] = ()

    @cached_property
    def has_mutation(self) -> bool:
        """Whether an operation of the document changes something."""
        operations = (
            d for d in self.document.definitions if isinstance(d, OperationDefinitionNode)
        )
        return any(operation.operation == OperationType.MUTATION for operation in operations)

    @cached_property
    def hidden(self) -> HiddenSchema:
        """The document for a server that hides its schema."""
        return HiddenSchema.from_document(self.document)


class PreparedDocuments:
    """Documents for one schema; a document that is cached is not parsed or validated again."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._cached = lru_cache(maxsize=128)(self._prepare)

    def prepare(self, text: str) -> PreparedDocument:
        """Parse and validate a document; raises HttpError for one above the limits."""
        # A parsed document takes about 100 times the memory of its text: large ones are not cached.
        is_small = len(text) <= CACHED_DOCUMENT_CHARACTERS
        return self._cached(text) if is_small else self._prepare(text)

    def _prepare(self, text: str) -> PreparedDocument:
        try:
            check_size(text)
            document = parse(text)
        except GraphQLError as error:
            return PreparedDocument(DocumentNode(), [error])
        check_selections(document)
        return PreparedDocument(document, validate(self.schema, document))


@cache
def shared_documents(features: frozenset[str]) -> PreparedDocuments:
    """Return the documents of all servers of this process that have these features.

    Validating a query takes about 10 ms, which every test with its own server would pay.
    """
    return PreparedDocuments(build_schema(features))


def encode(body: Mapping[str, object]) -> bytes:
    """Return a response as JSON."""
    try:
        return to_json(body)
    except PydanticSerializationError:
        # Half of a character, which clients can log and only an escape can express.
        return json.dumps(body).encode()


class Execution:
    """Executes requests; parsed and validated documents are cached."""

    def __init__(self, features: frozenset[str]) -> None:
        self._documents = shared_documents(features)
        self.introspection = True
        """False hides the schema: introspection returns null, as on W&B servers."""

    def execute(
        self, request: GraphQLRequest, context: Context, *, hide_schema: bool = False
    ) -> tuple[int, bytes]:
        """Return the HTTP status and the body of the response."""
        status, body = self._run(request, context, hide_schema or not self.introspection)
        return status, encode(body)

    def _run(
        self, request: GraphQLRequest, context: Context, hide_schema: bool
    ) -> tuple[int, dict[str, object]]:
        try:
            prepared = self._documents.prepare(request.query)
        except HttpError as error:
            return error.status, {"errors": [{"message": str(error)}]}
        if prepared.errors:
            return 400, {"errors": [error_json(error) for error in prepared.errors]}
        if context.access.is_anonymous and prepared.has_mutation:
            return 401, {"errors": [{"message": NOT_LOGGED_IN}]}
        if context.is_read_only and prepared.has_mutation:
            return 400, {"errors": [{"message": READ_ONLY}]}
        hidden = prepared.hidden if hide_schema else None
        reading = nullcontext() if prepared.has_mutation else context.database.reading_once()
        start_time_limit()
        try:
            with reading:
                result = execute_sync(
                    self._documents.schema,
                    hidden.document if hidden else prepared.document,
                    context_value=context,
                    # Clients send variables that their document does not declare; ignore them.
                    variable_values=dict(request.variables or {}),
                    operation_name=request.requested_name or None,
                    execution_context_class=TimeLimitedExecution,
                )
        except TimeLimitExceeded as error:
            return 400, {"errors": [{"message": str(error)}]}
        if hidden:
            hidden.mask(result.data)
        if not result.errors:
            return 200, {"data": result.data}
        errors = [error_json(error) for error in result.errors]
        return response_status(result.errors), {"data": result.data, "errors": errors}


def error_json(error: GraphQLError) -> dict[str, object]:
    """Return an error as W&B servers send it: no locations, a code only for permissions."""
    if is_internal_error(error):
        _logger.error("resolver failed", exc_info=error.original_error)
        shown: dict[str, object] = {"message": "An internal error occurred."}
    else:
        shown = {"message": error.message}
    if error.path:
        shown["path"] = error.path
    cause = error.original_error
    if isinstance(cause, HttpError) and cause.code:
        shown["extensions"] = {"code": cause.code}
    return shown


def is_internal_error(error: GraphQLError) -> bool:
    """Return True if an error is a bug of this server."""
    cause = error.original_error
    if cause is None or isinstance(cause, HttpError | GraphQLError):
        return False
    return not error.message.startswith(NULL_ERROR_PREFIX)


def response_status(errors: list[GraphQLError]) -> int:
    """Return the HTTP status for errors: that of the first resolver that rejected the request."""
    for error in errors:
        if isinstance(error.original_error, HttpError):
            return error.original_error.status
    if any(is_internal_error(error) for error in errors):
        return 500
    # Without a path the request itself was invalid: nothing was executed.
    return 200 if any(error.path for error in errors) else 400
