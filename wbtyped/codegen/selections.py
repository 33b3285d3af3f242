"""What queries select: the fields and types of the schema, by node."""

from collections.abc import Iterable

from graphql import (
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    NameNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    is_abstract_type,
    visit,
)

TYPENAME = "__typename"


class _Collector(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.fields: dict[int, GraphQLField] = {}
        self.parents: dict[int, GraphQLNamedType] = {}

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if definition := self.types.get_field_def():
            self.fields[id(node)] = definition

    def enter_selection_set(self, node: SelectionSetNode, *_: object) -> None:
        if parent := self.types.get_parent_type():
            self.parents[id(node)] = parent


class Selections:
    """The schema's fields and types, by the query node that selects them.

    Nodes are compared by identity, because equal nodes may select from different types. The
    definitions are kept alive so that no identity is reused.
    """

    def __init__(
        self, schema: GraphQLSchema, definitions: Iterable[ExecutableDefinitionNode]
    ) -> None:
        self._definitions = list(definitions)
        self.fragments: dict[str, FragmentDefinitionNode] = {
            d.name.value: d for d in self._definitions if isinstance(d, FragmentDefinitionNode)
        }
        types = TypeInfo(schema)
        self._collected = _Collector(types)
        for definition in self._definitions:
            visit(definition, TypeInfoVisitor(types, self._collected))

    def field(self, node: FieldNode) -> GraphQLField | None:
        """Return the definition of a selected field; None for a node that nobody wrote."""
        return self._collected.fields.get(id(node))

    def parent(self, selection_set: SelectionSetNode) -> GraphQLNamedType | None:
        """Return the type that a selection set selects from."""
        return self._collected.parents.get(id(selection_set))

    def select_typenames(self) -> None:
        """Add `__typename` wherever an object may be of several types.

        The generator does so too, but after it has printed fragments that are inside others.
        """
        for definition in self._definitions:
            visit(definition, _TypenameAdder(self))


class _TypenameAdder(Visitor):
    def __init__(self, selections: Selections) -> None:
        super().__init__()
        self.selections = selections

    def enter_field(self, node: FieldNode, *_: object) -> None:
        definition = self.selections.field(node)
        if node.selection_set is None or definition is None:
            return
        kind = named_type(definition)
        if is_abstract_type(kind) and not self._selects_typename(node.selection_set, kind.name):
            typename = FieldNode(name=NameNode(value=TYPENAME), directives=(), arguments=())
            node.selection_set.selections = (typename, *node.selection_set.selections)

    def _selects_typename(self, selection_set: SelectionSetNode, kind: str) -> bool:
        for selection in selection_set.selections:
            if isinstance(selection, FragmentSpreadNode):
                fragment = self.selections.fragments[selection.name.value]
                is_same_type = fragment.type_condition.name.value == kind
                if is_same_type and self._selects_typename(fragment.selection_set, kind):
                    return True
            elif isinstance(selection, FieldNode):
                if selection.name.value == TYPENAME and selection.alias is None:
                    return True
        return False


def one_line(description: str | None) -> str | None:
    """Return a description in one line; None if there is none."""
    return " ".join(description.split()) if description else None


def named_type(definition: GraphQLField) -> GraphQLNamedType:
    """Return the type of a field without `!` and `[]`."""
    return get_named_type(definition.type)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def type_text(definition: GraphQLField) -> str:
    """Return the type of a field as GraphQL writes it: `[Int!]!`."""
    return str(definition.type)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
