"""Which parts of a schema some queries use, where, and how."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graphql import (
    ArgumentNode,
    DirectiveNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    Node,
    NonNullTypeNode,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)

from .documents import Definition, Documents, surrounds
from .type_texts import expected_text, named, surrounding_text, type_text


class Role(StrEnum):
    """How a query uses something."""

    READ = "read"
    """It comes back, and is parsed into a generated type."""
    WRITTEN = "written"
    """It stands in the query, where validation sees whether it fits."""
    SENT = "sent"
    """It may be in the value of a variable, which validation does not see."""


@dataclass(frozen=True, eq=False)
class Use:
    """One use of one schema coordinate.

    `given` tells of an argument or input field that always has a value, whatever the caller gives.
    """

    coordinate: str
    role: Role
    definition: Definition
    node: Node
    given: bool = False

    @property
    def length(self) -> int:
        """How much text it covers."""
        return self.node.loc.end - self.node.loc.start if self.node.loc else 0


class Uses:
    """Every use that the queries make of the schema that they were written for."""

    def __init__(self, documents: Documents, schema: GraphQLSchema) -> None:
        self._by_coordinate: dict[str, list[Use]] = defaultdict(list)
        self._all: list[Use] = []
        for definition in documents.definitions:
            if definition.operations:
                for use in _uses_in(definition, documents, schema):
                    self._by_coordinate[use.coordinate].append(use)
                    self._all.append(use)

    def __iter__(self) -> Iterator[Use]:
        return iter(self._all)

    @property
    def coordinates(self) -> frozenset[str]:
        """Everything that is used."""
        return frozenset(self._by_coordinate)

    def of(self, coordinate: str) -> list[Use]:
        """Return the uses of one thing."""
        return list(self._by_coordinate.get(coordinate, ()))

    def around(self, node: Node) -> list[Use]:
        """Return the uses that a node stands in, the innermost first."""
        return sorted((u for u in self._all if surrounds(u.node, node)), key=lambda use: use.length)


def _uses_in(definition: Definition, documents: Documents, schema: GraphQLSchema) -> Iterator[Use]:
    types = TypeInfo(schema)
    finder = _Finder(definition, documents, schema, types)
    visit(definition.node, TypeInfoVisitor(types, finder))
    return iter(finder.found)


class _Finder(Visitor):
    def __init__(
        self, definition: Definition, documents: Documents, schema: GraphQLSchema, types: TypeInfo
    ) -> None:
        super().__init__()
        self.definition = definition
        self.schema = schema
        self.types = types
        self.conditions: dict[str, str] = {
            d.name: d.node.type_condition.name.value
            for d in documents.definitions
            if isinstance(d.node, FragmentDefinitionNode)
        }
        self.found: list[Use] = []

    def add(self, coordinate: str, role: Role, node: Node, *, given: bool = False) -> None:
        self.found.append(Use(coordinate, role, self.definition, node, given))

    # -- what comes back

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        if root := self.schema.get_root_type(node.operation):
            self.add(root.name, Role.READ, node)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self.add(node.type_condition.name.value, Role.READ, node)

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, definition = self.types.get_parent_type(), self.types.get_field_def()
        if parent is None or definition is None or node.name.value.startswith("__"):
            return
        for each in (parent.name, *self.behind(parent.name)):
            self.add(f"{each}.{node.name.value}", Role.READ, node)
        self.add_type(named(type_text(definition)), Role.READ, node)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.add_condition(self.conditions[node.name.value], node)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        if node.type_condition:
            self.add_condition(node.type_condition.name.value, node)

    def add_condition(self, condition: str, node: Node) -> None:
        """Add a fragment: whether it may stand here depends on both types."""
        self.add(condition, Role.WRITTEN, node)
        if parent := self.types.get_parent_type():
            self.add(parent.name, Role.WRITTEN, node)

    def behind(self, name: str) -> list[str]:
        """Return the objects that an interface or a union stands for; none for another type."""
        kind = self.schema.get_type(name)
        if not isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            return []
        return [each.name for each in self.schema.get_possible_types(kind)]

    # -- what is sent

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        self.add_type(named(print_ast(node.type)), Role.SENT, node)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        argument, directive = self.types.get_argument(), self.types.get_directive()
        field, parent = self.types.get_field_def(), self.types.get_parent_type()
        if argument is None:
            return
        given = self.is_given(node.value)
        if directive:
            self.add(f"@{directive.name}({node.name.value}:)", Role.WRITTEN, node, given=given)
        elif field and parent and (name := self.field_name(node)):
            self.add(f"{parent.name}.{name}({node.name.value}:)", Role.WRITTEN, node, given=given)
        self.add(named(type_text(argument)), Role.WRITTEN, node)

    def field_name(self, node: ArgumentNode) -> str | None:
        """Return the name of the field that an argument belongs to: the last one entered."""
        fields = (u.node for u in reversed(self.found) if isinstance(u.node, FieldNode))
        return next((f.name.value for f in fields if node in f.arguments), None)

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        parent, kind = named(surrounding_text(self.types)), named(expected_text(self.types))
        if parent and kind:
            given = self.is_given(node.value)
            self.add(f"{parent}.{node.name.value}", Role.WRITTEN, node, given=given)
            self.add(kind, Role.WRITTEN, node)

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        if kind := named(expected_text(self.types)):
            self.add(f"{kind}.{node.value}", Role.WRITTEN, node)

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self.add(f"@{node.name.value}", Role.WRITTEN, node)

    def is_given(self, value: ValueNode) -> bool:
        """Tell whether a value is there in every call; in fragments that is not known."""
        if not isinstance(value, VariableNode):
            return True
        operation = self.definition.node
        variables = (
            operation.variable_definitions or ()
            if isinstance(operation, OperationDefinitionNode)
            else ()
        )
        return any(
            v.variable.name.value == value.name.value and isinstance(v.type, NonNullTypeNode)
            for v in variables
        )

    # -- types

    def add_type(self, name: str, role: Role, node: Node) -> None:
        """Add a type; of an enum its values, and of what is sent, all that its model may hold."""
        seen: list[str] = [name]
        for each in seen:
            kind = self.schema.get_type(each)
            if kind is None:
                continue
            self.add(each, role, node)
            for member in self.behind(each):
                self.add(member, role, node)
            if isinstance(kind, GraphQLEnumType):
                for value in kind.values:
                    self.add(f"{each}.{value}", role, node)
            if isinstance(kind, GraphQLInputObjectType):
                for field_name, field in kind.fields.items():
                    self.add(f"{each}.{field_name}", role, node)
                    below = named(type_text(field))
                    seen += [below] if below not in seen else []
