"""Run GraphQL requests against the schema itself."""

from functools import lru_cache
from importlib.resources import files

from ariadne import graphql_sync, make_executable_schema
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    parse,
    validate,
)

from .context import Context
from .intake import GraphQLRequest
from .refusals import Refusal
from .resolvers import BINDABLES

INTROSPECTION = {"__schema", "__type"}


def build_schema() -> GraphQLSchema:
    """Return the pinned schema with its resolvers."""
    text = files("wbtyped_graphql").joinpath("schema.graphql").read_text(encoding="utf-8")
    return make_executable_schema(text, *BINDABLES)


class Execution:
    """Executes requests; documents that were seen before are neither parsed nor validated again."""

    def __init__(self, context: Context) -> None:
        self._schema = build_schema()
        self._context = context
        self.introspection = True
        """Whether the schema may be asked for. Off, the answer is null, as W&B servers do it."""
        self._parsed = lru_cache(maxsize=512)(parse)
        self._errors = lru_cache(maxsize=512)(self._validated)

    def _validated(self, text: str) -> list[GraphQLError]:
        return validate(self._schema, self._parsed(text))

    def run(self, request: GraphQLRequest) -> tuple[int, dict[str, object]]:
        """Return the HTTP status and the body of the answer."""
        document = {
            "query": request.query,
            "variables": dict(request.variables or {}),
            "operationName": request.operation_name or None,
        }
        _, answer = graphql_sync(
            self._schema,
            document,
            context_value=self._context,
            query_parser=lambda _context, _data: self._parsed(request.query),
            query_validator=lambda *_, **__: self._errors(request.query),
            error_formatter=shown,
            logger="wbtyped.server",
        )
        errors = answer.get("errors")
        status = status_of(errors) if errors else 200
        if answer.get("data") and not self.introspection:
            self._hide(request, answer["data"])
        return status, answer

    def _hide(self, request: GraphQLRequest, data: dict[str, object]) -> None:
        for node in self._parsed(request.query).definitions:
            if isinstance(node, OperationDefinitionNode):
                for field in node.selection_set.selections:
                    if isinstance(field, FieldNode) and field.name.value in INTROSPECTION:
                        data[(field.alias or field.name).value] = None


def shown(error: GraphQLError, debug: bool = False) -> dict[str, object]:  # noqa: ARG001
    """Return an error in the shape of a W&B server: no locations, a code only for permissions."""
    refused = error.original_error
    expected = refused is None or isinstance(refused, Refusal)
    said: dict[str, object] = {
        "message": error.message if expected else "An internal error occurred.",
    }
    if error.path:
        said["path"] = list(error.path)
    if isinstance(refused, Refusal):
        said["extensions"] = {"status": refused.status}
        if refused.code:
            said["extensions"] = {"status": refused.status, "code": refused.code}
    elif refused is not None:
        said["extensions"] = {"status": 500}
    return said


def status_of(errors: list[dict[str, object]]) -> int:
    """Return the HTTP status of an answer with errors: that of the first resolver which failed."""
    found = 400
    for error in reversed(errors):
        extensions = error.get("extensions")
        if isinstance(extensions, dict) and "status" in extensions:
            found = int(extensions.pop("status"))
            if not extensions:
                del error["extensions"]
    return found
