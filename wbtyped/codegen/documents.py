"""The text of an operation as it is sent: with every fragment that it needs."""

from collections.abc import Sequence

from ariadne_codegen.plugins.base import Plugin
from graphql import (
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    Node,
    Visitor,
    print_ast,
    visit,
)


class DocumentsPlugin(Plugin):
    """Prints operations; the generator would omit fragments on interfaces of other interfaces."""

    def __init__(
        self, schema: GraphQLSchema, definitions: Sequence[ExecutableDefinitionNode]
    ) -> None:
        super().__init__(schema, {})  # pyright: ignore[reportUnknownMemberType]
        self._fragments = {
            d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)
        }

    def generate_operation_str(
        self,
        operation_str: str,  # noqa: ARG002
        operation_definition: ExecutableDefinitionNode,
    ) -> str:
        """Return an operation and its fragments, sorted by name."""
        needed = needed_fragments(operation_definition, self._fragments)
        return "\n\n".join(map(print_ast, [operation_definition, *needed]))


def needed_fragments(
    definition: ExecutableDefinitionNode, fragments: dict[str, FragmentDefinitionNode]
) -> list[FragmentDefinitionNode]:
    """Return the fragments that a definition spreads, directly or not, sorted by name."""
    pending, needed = [definition], dict[str, FragmentDefinitionNode]()
    for current in pending:
        for name in spread_names(current) - needed.keys() & fragments.keys():
            needed[name] = fragments[name]
            pending.append(fragments[name])
    return [needed[name] for name in sorted(needed)]


class _SpreadFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.names.add(node.name.value)


def spread_names(node: Node) -> set[str]:
    """Return the names of the fragments that a node spreads itself."""
    finder = _SpreadFinder()
    visit(node, finder)
    return finder.names
