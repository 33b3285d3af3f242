"""Directives in users' queries that a code generator or a client takes out before sending."""

from collections.abc import Sequence

from graphql import (
    REMOVE,
    DirectiveNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    VisitorAction,
    visit,
)

DIRECTIVES = {
    "mixin": False,  # ariadne-codegen: a base class of the generated model
    "client": True,  # Apollo Client, GraphQL Code Generator: read from the client's own cache
    "rest": True,  # apollo-link-rest: read over REST
    "connection": False,  # Apollo Client: the key under which pages are cached
    "export": False,  # Apollo Client: a local field as a variable
    "nonreactive": False,  # Apollo Client
    "unmask": False,  # Apollo Client
}
"""By name, whether what a directive stands on is not sent either."""


Definitions = list[ExecutableDefinitionNode]


def as_sent(written: Sequence[ExecutableDefinitionNode]) -> tuple[Definitions, list[DirectiveNode]]:
    """Return what of some definitions reaches a server, and the directives that were taken out.

    A definition of which nothing is left is not among them.
    """
    removal = _Removal()
    pairs = [(each, _visited(each, removal)) for each in written]
    while empty := [sent for _, sent in pairs if not sent.selection_set.selections]:
        removal.empty |= {e.name.value for e in empty if isinstance(e, FragmentDefinitionNode)}
        left = [pair for pair in pairs if pair[1].selection_set.selections]
        pairs = [(before, _visited(sent, removal)) for before, sent in left]
    before, sent = _Variables(written), _Variables([each for _, each in pairs])
    for old, new in pairs:
        if old is not new and isinstance(new, OperationDefinitionNode):
            needless = before.used_by(old) - sent.used_by(new)
            new.variable_definitions = tuple(
                v for v in new.variable_definitions if v.variable.name.value not in needless
            )
    return [each for _, each in pairs], removal.directives


def _visited(node: ExecutableDefinitionNode, visitor: Visitor) -> ExecutableDefinitionNode:
    changed: ExecutableDefinitionNode = visit(node, visitor)
    return changed


class _Removal(Visitor):
    """Takes out the directives, what of it is local, and what is empty without that."""

    def __init__(self) -> None:
        super().__init__()
        self.directives: list[DirectiveNode] = []
        self.empty: set[str] = set()
        """Names of fragments of which nothing was left."""

    def enter_directive(self, node: DirectiveNode, *_: object) -> VisitorAction:
        if node.name.value not in DIRECTIVES:
            return None
        self.directives.append(node)
        return REMOVE

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        return self._unless_local(node)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> VisitorAction:
        return self._unless_local(node)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> VisitorAction:
        return REMOVE if node.name.value in self.empty else self._unless_local(node)

    def leave_field(self, node: FieldNode, *_: object) -> VisitorAction:
        return REMOVE if node.selection_set and not node.selection_set.selections else None

    def leave_inline_fragment(self, node: InlineFragmentNode, *_: object) -> VisitorAction:
        return None if node.selection_set.selections else REMOVE

    def _unless_local(
        self, node: FieldNode | InlineFragmentNode | FragmentSpreadNode
    ) -> VisitorAction:
        local = [each for each in node.directives if DIRECTIVES.get(each.name.value)]
        self.directives += local
        return REMOVE if local else None


class _Variables:
    """Which variables definitions use, with the fragments that go with them."""

    def __init__(self, definitions: Sequence[ExecutableDefinitionNode]) -> None:
        self.fragments = {
            each.name.value: each
            for each in definitions
            if isinstance(each, FragmentDefinitionNode)
        }

    def used_by(self, definition: ExecutableDefinitionNode) -> set[str]:
        """Return the names of the variables that are used, not those that are declared."""
        found, spread = _Used(), list[str]()
        visit(definition.selection_set, found)
        for directive in definition.directives:
            visit(directive, found)
        for name in found.spreads:
            if name in self.fragments and name not in spread:
                spread.append(name)
                visit(self.fragments[name], found)
        return found.variables


class _Used(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.spreads: list[str] = []

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.spreads.append(node.name.value)
