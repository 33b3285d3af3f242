"""Remove directives that code generators and clients strip from queries before sending them."""

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

LOCAL_DIRECTIVES = {
    "mixin": False,  # ariadne-codegen: a base class of the generated model
    "client": True,  # Apollo Client, GraphQL Code Generator: read from the client's own cache
    "rest": True,  # apollo-link-rest: read over REST
    "connection": False,  # Apollo Client: the key under which pages are cached
    "export": False,  # Apollo Client: a local field as a variable
    "nonreactive": False,  # Apollo Client
    "unmask": False,  # Apollo Client
}
"""By name, True if the field or fragment with the directive is not sent either."""


Definitions = list[ExecutableDefinitionNode]


def strip_local(
    written: Sequence[ExecutableDefinitionNode],
) -> tuple[Definitions, list[DirectiveNode]]:
    """Return the definitions as they are sent to a server, and the directives that were removed.

    A definition that is empty afterwards is dropped.
    """
    removal = _Removal()
    pairs = [(node, _visited(node, removal)) for node in written]
    while empty := [sent for _, sent in pairs if not sent.selection_set.selections]:
        removal.empty |= {e.name.value for e in empty if isinstance(e, FragmentDefinitionNode)}
        left = [pair for pair in pairs if pair[1].selection_set.selections]
        pairs = [(before, _visited(sent, removal)) for before, sent in left]
    _drop_unused_variables(written, pairs)
    return [sent for _, sent in pairs], removal.directives


def _drop_unused_variables(
    written: Sequence[ExecutableDefinitionNode],
    pairs: list[tuple[ExecutableDefinitionNode, ExecutableDefinitionNode]],
) -> None:
    """Drop the variables that only removed fields used, but not those that nothing ever used."""
    before, after = _Variables(written), _Variables([sent for _, sent in pairs])
    for old, new in pairs:
        if old is not new and isinstance(new, OperationDefinitionNode):
            unused = before.used_by(old) - after.used_by(new)
            new.variable_definitions = tuple(
                v for v in new.variable_definitions if v.variable.name.value not in unused
            )


def _visited(node: ExecutableDefinitionNode, visitor: Visitor) -> ExecutableDefinitionNode:
    changed: ExecutableDefinitionNode = visit(node, visitor)
    return changed


class _Removal(Visitor):
    """Removes the directives, local fields and fragments, and what is empty without them."""

    def __init__(self) -> None:
        super().__init__()
        self.directives: list[DirectiveNode] = []
        self.empty: set[str] = set()
        """Names of the fragments that have become empty."""

    def enter_directive(self, node: DirectiveNode, *_: object) -> VisitorAction:
        if node.name.value not in LOCAL_DIRECTIVES:
            return None
        self.directives.append(node)
        return REMOVE

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        return self._remove_if_local(node)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> VisitorAction:
        return self._remove_if_local(node)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> VisitorAction:
        return REMOVE if node.name.value in self.empty else self._remove_if_local(node)

    def leave_field(self, node: FieldNode, *_: object) -> VisitorAction:
        return REMOVE if node.selection_set and not node.selection_set.selections else None

    def leave_inline_fragment(self, node: InlineFragmentNode, *_: object) -> VisitorAction:
        return None if node.selection_set.selections else REMOVE

    def _remove_if_local(
        self, node: FieldNode | InlineFragmentNode | FragmentSpreadNode
    ) -> VisitorAction:
        local = [d for d in node.directives if LOCAL_DIRECTIVES.get(d.name.value)]
        self.directives += local
        return REMOVE if local else None


class _Variables:
    """Which variables each definition uses, including the fragments it spreads."""

    def __init__(self, definitions: Sequence[ExecutableDefinitionNode]) -> None:
        self.fragments = {
            definition.name.value: definition
            for definition in definitions
            if isinstance(definition, FragmentDefinitionNode)
        }

    def used_by(self, definition: ExecutableDefinitionNode) -> set[str]:
        """Return the names of the variables that are used, not of those declared."""
        found, visited = _VariableFinder(), list[str]()
        visit(definition.selection_set, found)
        for directive in definition.directives:
            visit(directive, found)
        for name in found.spreads:
            if name in self.fragments and name not in visited:
                visited.append(name)
                visit(self.fragments[name], found)
        return found.variables


class _VariableFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()
        self.spreads: list[str] = []

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.variables.add(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.spreads.append(node.name.value)
