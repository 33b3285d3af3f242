"""Find the schema's descriptions of the fields and objects that a query selects."""

from graphql import (
    ExecutableDefinitionNode,
    FieldNode,
    GraphQLSchema,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    visit,
)


class _Collector(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.fields: dict[int, str] = {}
        self.objects: dict[int, str] = {}

    def enter_field(self, node: FieldNode, *_: object) -> None:
        definition = self.types.get_field_def()
        if definition and definition.description:
            self.fields[id(node)] = " ".join(definition.description.split())

    def enter_selection_set(self, node: SelectionSetNode, *_: object) -> None:
        parent = self.types.get_parent_type()
        if parent and parent.description:
            self.objects[id(node)] = parent.description.strip()


class Descriptions:
    """The schema's descriptions, by the query node that selects the field or object.

    Nodes are compared by identity, because equal nodes may select from different types. The
    definitions are kept alive so that no identity is reused.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._seen: dict[int, tuple[ExecutableDefinitionNode, _Collector]] = {}

    def _collect(self, definition: ExecutableDefinitionNode) -> _Collector:
        if id(definition) not in self._seen:
            types = TypeInfo(self._schema)
            collector = _Collector(types)
            visit(definition, TypeInfoVisitor(types, collector))
            self._seen[id(definition)] = definition, collector
        return self._seen[id(definition)][1]

    def of_field(self, definition: ExecutableDefinitionNode, field: FieldNode) -> str | None:
        """Return the description of a selected field."""
        return self._collect(definition).fields.get(id(field))

    def of_object(
        self, definition: ExecutableDefinitionNode, selection: SelectionSetNode
    ) -> str | None:
        """Return the description of the type that a selection set selects from."""
        return self._collect(definition).objects.get(id(selection))
