"""Update the pinned schema from a server's and leave everything else in the file as it is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from graphql import (
    DefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    TypeDefinitionNode,
    UnionTypeDefinitionNode,
    build_ast_schema,
    build_schema,
    parse,
    print_schema,
    print_type,
)

from ..errors import SchemaSourceError
from .schema_index import Element, index_schema
from .type_strings import type_name

NodeT = TypeVar(
    "NodeT", FieldDefinitionNode, InputValueDefinitionNode, EnumValueDefinitionNode, NamedTypeNode
)
DescribedNode = (
    TypeDefinitionNode | FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode
)


def update_schema(pinned_sdl: str, server: GraphQLSchema) -> str:
    """Return the SDL of the pinned schema, updated to a server's schema within the pinned subset.

    The subset consists of the pinned types and those that their pinned fields and required
    arguments now need. What still exists keeps its position, its description, and the comments
    around it. What is new follows in alphabetical order, with the server's description. Raises
    SchemaSourceError if the server's schema has no such subset.
    """
    pinned = build_schema(pinned_sdl)
    definitions = _Subset(pinned, server).definitions()
    try:
        schema = build_ast_schema(DocumentNode(definitions=tuple(definitions)), assume_valid=True)
        sdl = "".join(_pieces(pinned_sdl, schema))
        build_schema(sdl)
    except (GraphQLError, TypeError) as error:
        reason = f"the server's schema lacks types of the pinned schema: {error}"
        raise SchemaSourceError(reason) from error
    return sdl


def _pieces(pinned_sdl: str, schema: GraphQLSchema) -> Iterator[str]:
    """Yield the pinned SDL with each type as it is now, then the new types."""
    end, seen = 0, set[str]()
    for node in parse(pinned_sdl).definitions:
        if node.loc is None:
            continue
        before, body = pinned_sdl[end : node.loc.start], pinned_sdl[node.loc.start : node.loc.end]
        end = node.loc.end
        if not isinstance(node, TypeDefinitionNode):
            yield before + body
            continue
        seen.add(node.name.value)
        if type_ := schema.get_type(node.name.value):
            yield before + print_type(type_)
        elif "#" in before:
            yield before.rstrip()  # The heading of a section.
    new = {type_.name: type_ for type_ in schema.type_map.values() if type_.ast_node}
    for name in sorted(new.keys() - seen):
        yield f"\n\n{print_type(new[name])}"
    yield pinned_sdl[end:]


class _Subset:
    """The part of a server's schema that the pinned schema covers."""

    def __init__(self, pinned: GraphQLSchema, server: GraphQLSchema) -> None:
        self.server = server
        self.ours = index_schema(pinned)
        self.theirs = index_schema(server)
        self.pinned = pinned
        # Members keep the order of the pinned SDL.
        self.order = {coordinate: number for number, coordinate in enumerate(self.ours)}
        self.required: dict[str, list[str]] = defaultdict(list)
        for element in self.theirs.values():
            if is_required(element):
                self.required[element.owner].append(type_name(element.shape))
        self.types: set[str] = {
            name for name, element in self.theirs.items() if not element.owner and name in self.ours
        }
        while more := self.needed() - self.types:
            self.types |= more

    def needed(self) -> set[str]:
        """Return the types that members of the subset refer to."""
        return {
            type_name(element.shape)
            for coordinate, element in self.theirs.items()
            if element.shape
            and element.owner.partition(".")[0] in self.types
            and (coordinate in self.ours or (is_required(element) and self.has(element.owner)))
        }

    def has(self, owner: str) -> bool:
        """Return True if the coordinate is a pinned field or a type of the subset."""
        return owner in self.ours or owner in self.types

    def definitions(self) -> Iterator[DefinitionNode]:
        """Yield the type definitions of the subset, sorted by name."""
        nodes = {
            node.name.value: node
            for node in parse(print_schema(self.server)).definitions
            if isinstance(node, TypeDefinitionNode) and node.name.value in self.types
        }
        for name in sorted(nodes):
            yield self.trimmed(nodes[name])

    def trimmed(self, node: TypeDefinitionNode) -> TypeDefinitionNode:
        """Remove from a definition what is outside of the subset, and use our descriptions."""
        name = node.name.value
        self.describe(node, name)
        match node:
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                node.interfaces = self.related_types(node.interfaces, name)
                node.fields = self.members(node.fields, name)
                for field in node.fields:
                    owner = f"{name}.{field.name.value}"
                    field.arguments = self.members(field.arguments, owner)
            case InputObjectTypeDefinitionNode():
                node.fields = self.members(node.fields, name)
            case EnumTypeDefinitionNode():
                node.values = self.members(node.values, name)
            case UnionTypeDefinitionNode():
                node.types = self.related_types(node.types, name)
            case _:
                pass
        return node

    def related_types(self, nodes: Sequence[NamedTypeNode], name: str) -> tuple[NamedTypeNode, ...]:
        """Return the interfaces of a type, or the types of a union, that are in the subset."""
        match self.pinned.get_type(name):
            case GraphQLObjectType() | GraphQLInterfaceType() as type_:
                known = [interface.name for interface in type_.interfaces]
            case GraphQLUnionType() as type_:
                known = [member.name for member in type_.types]
            case _:
                known = []
        found = {node.name.value: node for node in nodes if node.name.value in self.types}
        ordered = (*known, *sorted(found.keys() - known))
        return tuple(found[related] for related in ordered if related in found)

    def members(self, nodes: Sequence[NodeT], owner: str) -> tuple[NodeT, ...]:
        """Return the members of a type, or the arguments of a field, that are in the subset."""
        pattern = f"{owner}({{}}:)" if "." in owner else f"{owner}.{{}}"
        found = {pattern.format(node.name.value): node for node in nodes}
        included = [c for c in found if self.includes(c)]
        included.sort(key=lambda c: (self.order.get(c, len(self.order)), c))
        for coordinate in included:
            self.describe(found[coordinate], coordinate)
        return tuple(found[coordinate] for coordinate in included)

    def includes(self, coordinate: str) -> bool:
        """Return True if the types of a member and of its required arguments are in the subset."""
        element = self.theirs[coordinate]
        if element.shape and type_name(element.shape) not in self.types:
            return False
        return self.types.issuperset(self.required[coordinate])

    def describe(self, node: object, coordinate: str) -> None:
        """Give a node our description, if the element is in the pinned schema."""
        if isinstance(node, DescribedNode) and coordinate in self.ours:
            ours = self.ours[coordinate].description
            node.description = StringValueNode(value=ours, block=True) if ours else None


def is_required(element: Element) -> bool:
    """Return True for an argument or an input field that must have a value."""
    is_input = "argument" in element.kind or "input" in element.kind
    return is_input and element.shape.endswith("!") and element.default is None
