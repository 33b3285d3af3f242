"""Check without introspection whether a server accepts our operations, without running any.

Servers validate a document before they check the variables, and run nothing if a required variable
is missing. So each operation is sent with one more required variable, `GUARD`, and no variable gets
a value. An error about the guard means that the document is valid; any other error is about the
document. Whether the server works this way is tested first, with documents that select only
`__typename`. If it does not, nothing else is sent.
"""

from collections.abc import Iterable

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FieldNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    print_ast,
)

from ..errors import SchemaSourceError
from ..transport.client import Client
from .documents import Definition, Documents
from .findings import NotProbed
from .raw_query import RawResponse, send_query
from .validation_messages import is_missing_root_message, missing_root_message

GUARD = "wbtyped_probe"
UNKNOWN_FIELD = "wbtyped_no_such_field"
CONTROL = "WbtypedControl"
BLIND_SPOTS = (
    "whether a field may be null, and its scalar or enum type",
    "values added to or removed from enums, and new types in unions and interfaces",
    "fields of input objects that are sent as variables",
    "defaults, deprecations and descriptions",
    "further errors in an operation, if the server stops at the first",
)


class Prober:
    """Sends operations to a server so that it validates them but cannot run them."""

    def __init__(self, client: Client, documents: Documents) -> None:
        self.client = client
        self.documents = documents
        self.not_probed: list[NotProbed] = []
        """Operations that were not sent."""

    def rejected(self) -> list[tuple[Definition, list[str]]]:
        """Return the operations that the server rejects, with its error messages.

        Raises SchemaSourceError if it does not validate first, or denies permission.
        """
        rejected: list[tuple[Definition, list[str]]] = []
        probeable = list(self._probeable())
        kinds = {node.operation for _, node in probeable}
        if not kinds:
            return []
        # Queries first, even if there are none to probe: only they exist on every server.
        self._check_control(OperationType.QUERY)
        missing = {k for k in kinds - {OperationType.QUERY} if not self._check_control(k)}
        for operation, node in probeable:
            if node.operation in missing:
                rejected.append((operation, [missing_root_message(node.operation)]))
                continue
            name = node.name.value if node.name else None
            response = send_query(self.client, self._document(operation, node), name)
            if messages := self._errors(operation.name, response):
                rejected.append((operation, messages))
        return rejected

    def _probeable(self) -> Iterable[tuple[Definition, OperationDefinitionNode]]:
        for operation in self.documents.operations:
            node = operation.node
            if not isinstance(node, OperationDefinitionNode):
                continue
            if node.operation is OperationType.SUBSCRIPTION:
                reason = "subscriptions are not sent as requests"
                self.not_probed.append(NotProbed(operation=operation.name, reason=reason))
            elif GUARD in {v.variable.name.value for v in node.variable_definitions or ()}:
                reason = f"it declares ${GUARD} itself"
                self.not_probed.append(NotProbed(operation=operation.name, reason=reason))
            else:
                yield operation, node

    def _check_control(self, kind: OperationType) -> bool:
        """Check that the server reports the guard, and reports an unknown field before the guard.

        Returns False if it has no operations of the kind.
        """
        typename = f"{GUARD}: __typename @include(if: ${GUARD})"
        head = f"{kind.value} {CONTROL}(${GUARD}: Boolean!)"
        valid = send_query(self.client, f"{head} {{ {typename} }}", CONTROL)
        if messages := self._errors(CONTROL, valid):
            if kind is not OperationType.QUERY and is_missing_root_message(messages[0], kind):
                return False
            raise _cannot_probe(f"rejects a {kind.value} for `__typename` ({messages[0]})")
        invalid = send_query(self.client, f"{head} {{ {UNKNOWN_FIELD} {typename} }}", CONTROL)
        if self._errors(CONTROL, invalid):
            return True
        if kind is OperationType.QUERY:
            raise _cannot_probe("checks variables before it validates, so all would seem valid")
        # It validates queries first, yet accepts any field: validation skips a missing root type.
        return False

    def _errors(self, name: str, response: RawResponse) -> list[str]:
        """Return the error messages about a document; none if it is valid."""
        if response.data or not response.errors:
            raise _cannot_probe(
                f"ran {name} although a required variable was missing; nothing more was sent"
            )
        if response.mentions(GUARD):
            return []
        messages = "; ".join(response.messages)
        if response.is_permission_denied:
            message = f"{name}: permission denied ({messages})"
            raise SchemaSourceError(message, reason="no permission")
        if response.is_server_failure:
            message = f"{name}: the server failed ({messages})"
            raise SchemaSourceError(message, reason="not reachable")
        return response.messages

    def _document(self, operation: Definition, node: OperationDefinitionNode) -> str:
        fragments = (d.node for d in self.documents.with_fragments(operation)[1:])
        return "\n".join(map(print_ast, (add_guard(node), *fragments)))


def add_guard(node: OperationDefinitionNode) -> OperationDefinitionNode:
    """Return an operation that a server cannot run, because the guard has no value."""
    guard = VariableNode(name=NameNode(value=GUARD))
    boolean = NonNullTypeNode(type=NamedTypeNode(name=NameNode(value="Boolean")))
    include = DirectiveNode(
        name=NameNode(value="include"),
        arguments=(ArgumentNode(name=NameNode(value="if"), value=guard),),
    )
    typename = FieldNode(
        alias=NameNode(value=GUARD),
        name=NameNode(value="__typename"),
        arguments=(),
        directives=(include,),
    )
    declared = VariableDefinitionNode(variable=guard, type=boolean, directives=())
    return OperationDefinitionNode(
        operation=node.operation,
        name=node.name,
        directives=node.directives,
        # First, because some servers stop at the first missing variable.
        variable_definitions=(declared, *(node.variable_definitions or ())),
        selection_set=SelectionSetNode(selections=(*node.selection_set.selections, typename)),
    )


def _cannot_probe(reason: str) -> SchemaSourceError:
    return SchemaSourceError(
        f"the server hides its schema and cannot be probed: it {reason}", reason="not probed"
    )
