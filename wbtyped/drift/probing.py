"""Find out without introspection whether a server would take our operations, and run none.

Servers validate a document before they look at the variables, and run nothing when a required
variable is missing. So each operation is sent with one more required variable, `GUARD`, and no
variable gets a value: an answer that complains of the guard says that the document is valid, any
other says what is wrong with it. That this server works so is tried first, with documents that ask
for `__typename` alone; on one that does not, nothing else is sent.
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
from .asking import Reply, ask
from .complaints import lacks_root, says_that_root_is_lacking
from .documents import Definition, Documents
from .findings import NotProbed

GUARD = "wbtyped_probe"
UNKNOWN_FIELD = "wbtyped_no_such_field"
CONTROL = "WbtypedControl"
BLIND_TO = (
    "whether what comes back may be null, and of which scalar or enum type it is",
    "values added to enums or removed from them, and new types in unions and behind interfaces",
    "fields of input objects that are sent as variables",
    "defaults, deprecations and descriptions",
    "further errors in an operation, on a server that stops at the first",
)


class Probing:
    """Sends operations to one server so that it judges them and does not run them."""

    def __init__(self, client: Client, documents: Documents) -> None:
        self.client = client
        self.documents = documents
        self.not_probed: list[NotProbed] = []
        """Operations that were not sent."""

    def complaints(self) -> list[tuple[Definition, list[str]]]:
        """Return the operations that the server would refuse, with its words.

        Raises SchemaSourceError when it does not validate first, or refuses to judge.
        """
        found: list[tuple[Definition, list[str]]] = []
        wanted = list(self._probeable())
        kinds = {node.operation for _, node in wanted}
        if not kinds:
            return []
        # Queries first, even where none are wanted: every server has them, so they show its way.
        self._try_control(OperationType.QUERY)
        lacking = {kind for kind in kinds - {OperationType.QUERY} if not self._try_control(kind)}
        for operation, node in wanted:
            if node.operation in lacking:
                found.append((operation, [lacks_root(node.operation)]))
                continue
            name = node.name.value if node.name else None
            reply = ask(self.client, self._document(operation, node), name)
            if said := self._judgement(operation.name, reply):
                found.append((operation, said))
        return found

    def _probeable(self) -> Iterable[tuple[Definition, OperationDefinitionNode]]:
        for operation in self.documents.operations:
            node = operation.node
            if not isinstance(node, OperationDefinitionNode):
                continue
            if node.operation is OperationType.SUBSCRIPTION:
                reason = "a subscription goes another way than requests"
                self.not_probed.append(NotProbed(operation=operation.name, reason=reason))
            elif GUARD in {v.variable.name.value for v in node.variable_definitions or ()}:
                reason = f"it has a variable ${GUARD} of its own"
                self.not_probed.append(NotProbed(operation=operation.name, reason=reason))
            else:
                yield operation, node

    def _try_control(self, kind: OperationType) -> bool:
        """See that the server complains of the guard, and of a wrong field before the guard.

        Returns False when it has no operations of the kind.
        """
        typename = f"{GUARD}: __typename @include(if: ${GUARD})"
        head = f"{kind.value} {CONTROL}(${GUARD}: Boolean!)"
        right = ask(self.client, f"{head} {{ {typename} }}", CONTROL)
        if said := self._judgement(CONTROL, right):
            if kind is not OperationType.QUERY and says_that_root_is_lacking(said[0], kind):
                return False
            raise _cannot(f"refuses a {kind.value} for `__typename` ({said[0]})")
        wrong = ask(self.client, f"{head} {{ {UNKNOWN_FIELD} {typename} }}", CONTROL)
        if self._judgement(CONTROL, wrong):
            return True
        if kind is OperationType.QUERY:
            raise _cannot("looks at variables before it validates, so it would call all valid")
        # It validates queries first, and yet takes any field: validation skips what has no root.
        return False

    def _judgement(self, name: str, reply: Reply) -> list[str]:
        """Return what a server finds wrong with a document; nothing when it is valid."""
        if reply.data or not reply.errors:
            raise _cannot(
                f"ran {name} though a required variable was missing; nothing more was sent"
            )
        if reply.mentions(GUARD):
            return []
        said = "; ".join(reply.messages)
        if reply.not_allowed:
            raise SchemaSourceError(f"{name}: the server refuses ({said})", reason="no permission")
        if reply.failing:
            raise SchemaSourceError(f"{name}: the server fails ({said})", reason="not reachable")
        return reply.messages

    def _document(self, operation: Definition, node: OperationDefinitionNode) -> str:
        fragments = (each.node for each in self.documents.sent_with(operation)[1:])
        return "\n".join(map(print_ast, (guarded(node), *fragments)))


def guarded(node: OperationDefinitionNode) -> OperationDefinitionNode:
    """Return an operation that a server cannot run without a value for the guard."""
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
        # First, because some servers stop at the first variable that is missing.
        variable_definitions=(declared, *(node.variable_definitions or ())),
        selection_set=SelectionSetNode(selections=(*node.selection_set.selections, typename)),
    )


def _cannot(reason: str) -> SchemaSourceError:
    return SchemaSourceError(
        f"the server hides its schema and cannot be probed: it {reason}", reason="not probed"
    )
