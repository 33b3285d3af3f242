"""Turn the validation errors of a probed server into the findings that a comparison would give."""

from dataclasses import dataclass, field

from graphql import (
    ArgumentNode,
    DirectiveNode,
    GraphQLSchema,
    Node,
    ObjectFieldNode,
    VariableDefinitionNode,
    VariableNode,
)

from .classify import make_finding, owner_of
from .documents import Definition, Documents
from .findings import Finding, Verdict
from .schema_diff import Change
from .usage import Usage, UsageIndex
from .validation_messages import ValidationMessage, parse_message


@dataclass
class _Merged:
    """Everything in the queries that one error is about."""

    operations: set[str] = field(default_factory=set[str])
    definitions: set[Definition] = field(default_factory=set[Definition])
    nodes: list[Node] = field(default_factory=list[Node])


def findings_from_errors(
    rejected: list[tuple[Definition, list[str]]], documents: Documents, pinned: GraphQLSchema
) -> list[Finding]:
    """Return one breaking finding per cause; `rejected` has the error messages per operation."""
    usages = UsageIndex(documents, pinned)
    merged: dict[Change, _Merged] = {}
    for operation, messages in rejected:
        sent = documents.with_fragments(operation)
        for message in map(parse_message, dict.fromkeys(messages)):
            affected = _affected(message, sent, usages)
            entry = merged.setdefault(_change(message, affected), _Merged())
            # If nothing gives the location, it is the operation itself.
            entry.operations.add(operation.name)
            entry.definitions |= {usage.definition for usage in affected} or {operation}
            entry.nodes += [usage.node for usage in affected] or [operation.node]
    return [
        make_finding(change, Verdict.BREAKING, documents, m.definitions, m.operations, m.nodes)
        for change, m in merged.items()
    ]


def _change(message: ValidationMessage, affected: list[Usage]) -> Change:
    coordinate = message.coordinate
    if affected and (coordinate.startswith(".") or not coordinate):
        _, parenthesis, argument = coordinate.partition("(")
        known = affected[0].coordinate
        coordinate = known if "(" in known or not parenthesis else f"{known}({argument}"
    return Change(message.rule, coordinate.removeprefix("."), message.message)


def _affected(
    message: ValidationMessage, sent: list[Definition], usages: UsageIndex
) -> list[Usage]:
    """Return the uses in an operation and its fragments that a message is about."""
    candidates = [usage for usage in usages if usage.definition in sent]
    if message.variable:
        return [usage for usage in candidates if _is_set_by(usage.node, message.variable)]
    if not message.coordinate:
        return []
    for coordinate in (message.coordinate, owner_of(message.coordinate)):
        matches = str.endswith if coordinate.startswith(".") else str.__eq__
        found = [usage for usage in candidates if matches(usage.coordinate, coordinate)]
        if found:
            return found
    return []


def _is_set_by(node: Node, variable: str) -> bool:
    """Return True if the value of an argument or an input field is a variable."""
    if isinstance(node, VariableDefinitionNode | DirectiveNode):
        return False
    value = node.value if isinstance(node, ArgumentNode | ObjectFieldNode) else None
    return isinstance(value, VariableNode) and value.name.value == variable
