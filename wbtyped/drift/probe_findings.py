"""What the complaints of a probed server mean: the same findings as those of a comparison."""

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

from .changes import Change
from .complaints import Complaint, read_complaint
from .documents import Definition, Documents
from .findings import Finding, Verdict
from .uses import Use, Uses
from .weighing import describe, owner_of


@dataclass
class _Merged:
    """One complaint, and everything that it was heard about."""

    operations: set[str] = field(default_factory=set[str])
    definitions: set[Definition] = field(default_factory=set[Definition])
    nodes: list[Node] = field(default_factory=list[Node])


def findings_of(
    complaints: list[tuple[Definition, list[str]]], documents: Documents, pinned: GraphQLSchema
) -> list[Finding]:
    """Return one breaking finding for each thing that servers complained of, whoever uses it."""
    uses = Uses(documents, pinned)
    merged: dict[Change, _Merged] = {}
    for operation, messages in complaints:
        within = documents.sent_with(operation)
        for complaint in map(read_complaint, dict.fromkeys(messages)):
            concerned = _concerned(complaint, within, uses)
            place = merged.setdefault(_change(complaint, concerned), _Merged())
            # Where nothing tells the place, it is the operation itself.
            place.operations.add(operation.name)
            place.definitions |= {use.definition for use in concerned} or {operation}
            place.nodes += [use.node for use in concerned] or [operation.node]
    return [
        describe(change, Verdict.BREAKING, documents, m.definitions, m.operations, m.nodes)
        for change, m in merged.items()
    ]


def _change(complaint: Complaint, concerned: list[Use]) -> Change:
    coordinate = complaint.coordinate
    if concerned and (coordinate.startswith(".") or not coordinate):
        argument = coordinate.partition("(")
        known = concerned[0].coordinate
        coordinate = known if "(" in known or not argument[1] else f"{known}({argument[2]}"
    return Change(complaint.rule, coordinate.removeprefix("."), complaint.message)


def _concerned(complaint: Complaint, within: list[Definition], uses: Uses) -> list[Use]:
    """Return the uses in an operation and its fragments that a complaint is about."""
    if complaint.variable:
        return [u for u in _in(within, uses) if _holds(u.node, complaint.variable)]
    wanted = complaint.coordinate
    if not wanted:
        return []
    for coordinate in (wanted, owner_of(wanted)):
        fits = str.endswith if coordinate.startswith(".") else str.__eq__
        found = [use for use in _in(within, uses) if fits(use.coordinate, coordinate)]
        if found:
            return found
    return []


def _in(within: list[Definition], uses: Uses) -> list[Use]:
    return [use for use in uses if use.definition in within]


def _holds(node: Node, variable: str) -> bool:
    """Tell whether an argument or input field has a variable for its value."""
    if isinstance(node, VariableDefinitionNode | DirectiveNode):
        return False
    value = node.value if isinstance(node, ArgumentNode | ObjectFieldNode) else None
    return isinstance(value, VariableNode) and value.name.value == variable
