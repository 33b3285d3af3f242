"""Find out which elements of a schema the queries use, where, and how."""

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
    GraphQLNamedType,
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

from .documents import Definition, Documents, contains
from .type_strings import expected_type, input_object_type, type_name, type_string


class Role(StrEnum):
    """How a query uses an element."""

    READ = "read"
    """It is in the response, and is parsed into a generated type."""
    WRITTEN = "written"
    """It is in the text of the query, where validation checks it."""
    SENT = "sent"
    """It may be in the value of a variable, which validation does not see."""


@dataclass(frozen=True, eq=False)
class Usage:
    """One use of one schema coordinate.

    `always_set` is True for an argument or an input field that has a value in every call.
    """

    coordinate: str
    role: Role
    definition: Definition
    node: Node
    always_set: bool = False

    @property
    def length(self) -> int:
        """Number of characters it spans."""
        return self.node.loc.end - self.node.loc.start if self.node.loc else 0


class UsageIndex:
    """Every use that the queries make of the schema they were written for."""

    def __init__(self, documents: Documents, schema: GraphQLSchema) -> None:
        self._by_coordinate: dict[str, list[Usage]] = defaultdict(list)
        self._all: list[Usage] = []
        for definition in documents.definitions:
            if definition.operations:
                for usage in _usages_in(definition, documents, schema):
                    self._by_coordinate[usage.coordinate].append(usage)
                    self._all.append(usage)

    def __iter__(self) -> Iterator[Usage]:
        return iter(self._all)

    @property
    def coordinates(self) -> frozenset[str]:
        """Coordinates of everything that is used."""
        return frozenset(self._by_coordinate)

    def of(self, coordinate: str) -> list[Usage]:
        """Return the uses of one element."""
        return list(self._by_coordinate.get(coordinate, ()))

    def around(self, node: Node) -> list[Usage]:
        """Return the uses whose text contains a node, the innermost first."""
        containing = (usage for usage in self._all if contains(usage.node, node))
        return sorted(containing, key=lambda usage: usage.length)


def _usages_in(
    definition: Definition, documents: Documents, schema: GraphQLSchema
) -> Iterator[Usage]:
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
        self.type_conditions: dict[str, str] = {
            d.name: d.node.type_condition.name.value
            for d in documents.definitions
            if isinstance(d.node, FragmentDefinitionNode)
        }
        self.found: list[Usage] = []

    def add(self, coordinate: str, role: Role, node: Node, *, always_set: bool = False) -> None:
        self.found.append(Usage(coordinate, role, self.definition, node, always_set))

    # -- responses

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        if root := self.schema.get_root_type(node.operation):
            self.add(root.name, Role.READ, node)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self.add(node.type_condition.name.value, Role.READ, node)

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, definition = self.types.get_parent_type(), self.types.get_field_def()
        if parent is None or definition is None or node.name.value.startswith("__"):
            return
        for owner in (parent.name, *self.possible_types(parent.name)):
            self.add(f"{owner}.{node.name.value}", Role.READ, node)
        self.add_type(type_name(type_string(definition)), Role.READ, node)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.add_type_condition(self.type_conditions[node.name.value], node)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        if node.type_condition:
            self.add_type_condition(node.type_condition.name.value, node)

    def add_type_condition(self, condition: str, node: Node) -> None:
        """Add a fragment: whether it is valid here depends on both types."""
        self.add(condition, Role.WRITTEN, node)
        if parent := self.types.get_parent_type():
            self.add(parent.name, Role.WRITTEN, node)

    def possible_types(self, name: str) -> list[str]:
        """Return the object types of an interface or a union; none for another type."""
        type_ = self.schema.get_type(name)
        if not isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return []
        return [possible.name for possible in self.schema.get_possible_types(type_)]

    # -- requests

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        self.add_type(type_name(print_ast(node.type)), Role.SENT, node)

    def enter_argument(self, node: ArgumentNode, *_: object) -> None:
        argument, directive = self.types.get_argument(), self.types.get_directive()
        field, parent = self.types.get_field_def(), self.types.get_parent_type()
        if argument is None:
            return
        always_set = self.is_always_set(node.value)
        owner = None
        if directive:
            owner = f"@{directive.name}"
        elif field and parent and (name := self.field_name(node)):
            owner = f"{parent.name}.{name}"
        if owner:
            self.add(f"{owner}({node.name.value}:)", Role.WRITTEN, node, always_set=always_set)
        self.add(type_name(type_string(argument)), Role.WRITTEN, node)

    def field_name(self, node: ArgumentNode) -> str | None:
        """Return the name of the field that an argument belongs to: the last one entered."""
        fields = (u.node for u in reversed(self.found) if isinstance(u.node, FieldNode))
        return next((f.name.value for f in fields if node in f.arguments), None)

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        parent = type_name(input_object_type(self.types))
        value_type = type_name(expected_type(self.types))
        if parent and value_type:
            always_set = self.is_always_set(node.value)
            self.add(f"{parent}.{node.name.value}", Role.WRITTEN, node, always_set=always_set)
            self.add(value_type, Role.WRITTEN, node)

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        if enum := type_name(expected_type(self.types)):
            self.add(f"{enum}.{node.value}", Role.WRITTEN, node)

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self.add(f"@{node.name.value}", Role.WRITTEN, node)

    def is_always_set(self, value: ValueNode) -> bool:
        """Return True if there is a value in every call; in fragments that is unknown."""
        if not isinstance(value, VariableNode):
            return True
        operation = self.definition.node
        if not isinstance(operation, OperationDefinitionNode):
            return False
        return any(
            v.variable.name.value == value.name.value and isinstance(v.type, NonNullTypeNode)
            for v in operation.variable_definitions or ()
        )

    # -- types

    def add_type(self, name: str, role: Role, node: Node) -> None:
        """Add a type, the values of an enum, and every type that an input object may contain."""
        reached: list[str] = [name]
        for current in reached:
            type_ = self.schema.get_type(current)
            if type_ is None:
                continue
            for coordinate in (current, *self.possible_types(current), *_values(type_)):
                self.add(coordinate, role, node)
            if isinstance(type_, GraphQLInputObjectType):
                for field_name, field in type_.fields.items():
                    self.add(f"{current}.{field_name}", role, node)
                    below = type_name(type_string(field))
                    reached += [below] if below not in reached else []


def _values(type_: GraphQLNamedType) -> list[str]:
    """Return the coordinates of the values of an enum; none for another type."""
    if not isinstance(type_, GraphQLEnumType):
        return []
    return [f"{type_.name}.{value}" for value in type_.values]
