"""Run GraphQL requests against the schema itself."""

import logging
from functools import cache, lru_cache
from importlib.resources import files

from ariadne import make_executable_schema
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    execute_sync,  # pyright: ignore[reportUnknownVariableType] - its middleware is untyped
    parse,
    validate,
)

from .context import Context
from .intake import GraphQLRequest
from .refusals import Refusal
from .resolvers import BINDABLES

_logger = logging.getLogger(__name__)
INTROSPECTION = {"__schema", "__type"}


@cache
def executable_schema() -> GraphQLSchema:
    """Return the pinned schema with its resolvers; servers of one process share it."""
    text = files("wbtyped_graphql").joinpath("schema.graphql").read_text(encoding="utf-8")
    return make_executable_schema(text, *BINDABLES)


class Execution:
    """Executes requests; documents that were seen before are neither parsed nor validated again."""

    def __init__(self, context: Context) -> None:
        self._schema = executable_schema()
        self._context = context
        self.introspection = True
        """Whether the schema may be asked for. Off, the answer is null, as W&B servers do it."""
        self._parsed = lru_cache(maxsize=512)(parse)
        self._errors = lru_cache(maxsize=512)(self._validated)

    def _validated(self, text: str) -> list[GraphQLError]:
        return validate(self._schema, self._parsed(text))

    def run(self, request: GraphQLRequest) -> tuple[int, dict[str, object]]:
        """Return the HTTP status and the body of the answer."""
        try:
            document = self._parsed(request.query)
        except GraphQLError as error:
            return 400, {"errors": [shown(error)]}
        if refused := self._errors(request.query):
            return 400, {"errors": [shown(error) for error in refused]}
        result = execute_sync(
            self._schema,
            document,
            context_value=self._context,
            # Clients send variables that their document does not declare; those are ignored.
            variable_values=dict(request.variables or {}),
            operation_name=request.operation_name or None,
        )
        if result.data and not self.introspection:
            self._hide(request.query, result.data)
        if not result.errors:
            return 200, {"data": result.data}
        errors = [shown(error) for error in result.errors]
        return status_of(result.errors), {"data": result.data, "errors": errors}

    def _hide(self, query: str, data: dict[str, object]) -> None:
        for node in self._parsed(query).definitions:
            if isinstance(node, OperationDefinitionNode):
                for field in node.selection_set.selections:
                    if isinstance(field, FieldNode) and field.name.value in INTROSPECTION:
                        data[(field.alias or field.name).value] = None


def shown(error: GraphQLError) -> dict[str, object]:
    """Return an error in the shape of a W&B server: no locations, a code only for permissions."""
    cause = error.original_error
    if cause is not None and not isinstance(cause, Refusal | GraphQLError):
        _logger.error("resolver failed", exc_info=cause)
        said: dict[str, object] = {"message": "An internal error occurred."}
    else:
        said = {"message": error.message}
    if error.path:
        said["path"] = error.path
    if isinstance(cause, Refusal) and cause.code:
        said["extensions"] = {"code": cause.code}
    return said


def status_of(errors: list[GraphQLError]) -> int:
    """Return the HTTP status of an answer with errors: that of the first resolver that failed."""
    cause = errors[0].original_error
    if isinstance(cause, Refusal):
        return cause.status
    return 400 if cause is None or isinstance(cause, GraphQLError) else 500
