"""Bring the text of the pinned schema up to a server's, and leave everything else as it stands."""

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
from .elements import Element, elements
from .type_texts import named

NodeT = TypeVar(
    "NodeT", FieldDefinitionNode, InputValueDefinitionNode, EnumValueDefinitionNode, NamedTypeNode
)
Described = (
    TypeDefinitionNode | FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode
)


def pulled(pinned_text: str, server: GraphQLSchema) -> str:
    """Return the text of the pinned schema with what a server has in the pinned area.

    The area are the pinned types, and those that their pinned fields and required arguments have
    come to need. What is still there keeps its place, its description, and the comments around it;
    what is new follows by name, with the server's description. Raises SchemaSourceError when the
    server's schema has no such area.
    """
    pinned = build_schema(pinned_text)
    fresh = _Area(pinned, server).definitions()
    try:
        schema = build_ast_schema(DocumentNode(definitions=tuple(fresh)), assume_valid=True)
        text = "".join(_pieces(pinned_text, schema))
        build_schema(text)
    except (GraphQLError, TypeError) as error:
        reason = f"the server's schema lacks what the pinned one is made of: {error}"
        raise SchemaSourceError(reason) from error
    return text


def _pieces(pinned_text: str, schema: GraphQLSchema) -> Iterator[str]:
    """Yield the pinned text with each type as it is now, then the new types."""
    end, seen = 0, set[str]()
    for node in parse(pinned_text).definitions:
        if node.loc is None:
            continue
        before, body = pinned_text[end : node.loc.start], pinned_text[node.loc.start : node.loc.end]
        end = node.loc.end
        if not isinstance(node, TypeDefinitionNode):
            yield before + body
            continue
        seen.add(node.name.value)
        if kind := schema.get_type(node.name.value):
            yield before + print_type(kind)
        elif "#" in before:
            yield before.rstrip()  # The heading of a section.
    new = {kind.name: kind for kind in schema.type_map.values() if kind.ast_node}
    for name in sorted(new.keys() - seen):
        yield f"\n\n{print_type(new[name])}"
    yield pinned_text[end:]


class _Area:
    """The part of a server's schema that belongs to the pinned one."""

    def __init__(self, pinned: GraphQLSchema, server: GraphQLSchema) -> None:
        self.server = server
        self.ours = elements(pinned)
        self.theirs = elements(server)
        self.pinned = pinned
        # Members have the order of the pinned text.
        self.order = {coordinate: number for number, coordinate in enumerate(self.ours)}
        self.required: dict[str, list[str]] = defaultdict(list)
        for element in self.theirs.values():
            if is_required(element):
                self.required[element.owner].append(named(element.shape))
        self.types: set[str] = {
            name for name, element in self.theirs.items() if not element.owner and name in self.ours
        }
        while more := self.needed() - self.types:
            self.types |= more

    def needed(self) -> set[str]:
        """Return the types that the area cannot do without."""
        return {
            named(element.shape)
            for coordinate, element in self.theirs.items()
            if element.shape
            and element.owner.partition(".")[0] in self.types
            and (coordinate in self.ours or (is_required(element) and self.is_kept(element.owner)))
        }

    def is_kept(self, owner: str) -> bool:
        """Tell whether something is a field of ours, or an input object of the area."""
        return owner in self.ours or owner in self.types

    def definitions(self) -> Iterator[DefinitionNode]:
        """Yield the definitions of the area, new types by name."""
        nodes = {
            node.name.value: node
            for node in parse(print_schema(self.server)).definitions
            if isinstance(node, TypeDefinitionNode) and node.name.value in self.types
        }
        for name in sorted(nodes):
            yield self.trimmed(nodes[name])

    def trimmed(self, node: TypeDefinitionNode) -> TypeDefinitionNode:
        """Take out of a definition what leads out of the area, and describe it in our words."""
        name = node.name.value
        self.describe(node, name)
        match node:
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                node.interfaces = self.inside(node.interfaces, name)
                node.fields = self.kept(node.fields, name)
                for field in node.fields:
                    owner = f"{name}.{field.name.value}"
                    field.arguments = self.kept(field.arguments, owner)
            case InputObjectTypeDefinitionNode():
                node.fields = self.kept(node.fields, name)
            case EnumTypeDefinitionNode():
                node.values = self.kept(node.values, name)
            case UnionTypeDefinitionNode():
                node.types = self.inside(node.types, name)
            case _:
                pass
        return node

    def inside(self, nodes: Sequence[NamedTypeNode], name: str) -> tuple[NamedTypeNode, ...]:
        """Return the interfaces of a type, or the types of a union, that belong to the area."""
        match self.pinned.get_type(name):
            case GraphQLObjectType() | GraphQLInterfaceType() as kind:
                known = [interface.name for interface in kind.interfaces]
            case GraphQLUnionType() as kind:
                known = [member.name for member in kind.types]
            case _:
                known = []
        found = {node.name.value: node for node in nodes if node.name.value in self.types}
        return tuple(
            found[each] for each in (*known, *sorted(found.keys() - known)) if each in found
        )

    def kept(self, nodes: Sequence[NodeT], owner: str) -> tuple[NodeT, ...]:
        """Return the members of a type, or the arguments of a field, that belong to the area."""
        pattern = f"{owner}({{}}:)" if "." in owner else f"{owner}.{{}}"
        found = {pattern.format(node.name.value): node for node in nodes}
        inside = [c for c in found if self.is_inside(c)]
        inside.sort(key=lambda c: (self.order.get(c, len(self.order)), c))
        for coordinate in inside:
            self.describe(found[coordinate], coordinate)
        return tuple(found[coordinate] for coordinate in inside)

    def is_inside(self, coordinate: str) -> bool:
        element = self.theirs[coordinate]
        if element.shape and named(element.shape) not in self.types:
            return False
        return self.types.issuperset(self.required[coordinate])

    def describe(self, node: object, coordinate: str) -> None:
        """Give a node our description, if the thing is ours."""
        if isinstance(node, Described) and coordinate in self.ours:
            ours = self.ours[coordinate].description
            node.description = StringValueNode(value=ours, block=True) if ours else None


def is_required(element: Element) -> bool:
    """Tell whether an argument or input field must be given."""
    may_be_given = "argument" in element.kind or "input" in element.kind
    return may_be_given and element.shape.endswith("!") and element.default is None
