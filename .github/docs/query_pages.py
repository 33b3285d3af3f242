"""Every query with its purpose, and the schema types that they use."""

import re
import textwrap
from collections.abc import Iterable, Mapping

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    parse,
    type_from_ast,
    visit,
)
from wbtyped_graphql.sources import query_files, schema_text

LABEL = re.compile(r"^(Pages|Used by|Needs|Repeatable): ", re.MULTILINE)
"""The lines of a comment that say more than the purpose; queries/README.md explains them."""
Described = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType


def query_pages() -> dict[str, str]:
    """Return the page of the queries and the page of the types."""
    schema = build_schema(schema_text())
    sources = {path.name: path.read_text(encoding="utf-8") for path in query_files()}
    fragments: dict[str, FragmentDefinitionNode] = {}
    operations: dict[str, list[OperationDefinitionNode]] = {}
    for name, source in sources.items():
        for node in parse(source).definitions:
            if isinstance(node, FragmentDefinitionNode):
                fragments[node.name.value] = node
            elif isinstance(node, OperationDefinitionNode):
                operations.setdefault(name, []).append(node)
    found = Types(schema, fragments)
    sections = [
        "# Queries\n\nEverything that is sent to a server, with its purpose and the"
        " [schema types](schema.md) that it uses. [How they become code](guides/queries.md).\n"
    ]
    for name, nodes in operations.items():
        sections.append(f"## {name.removesuffix('.graphql').replace('_', ' ').capitalize()}\n")
        sections += [query_section(node, found) for node in nodes]
    return {"queries.md": "\n".join(sections), "schema.md": schema_page(schema, found.all)}


class Types:
    """The types that queries use, with the fragments that they spread."""

    def __init__(
        self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]
    ) -> None:
        self.schema = schema
        self.fragments = fragments
        self.all: dict[str, GraphQLNamedType] = {}

    def of(self, node: Node) -> list[str]:
        """Return the names of the types that an operation uses, sorted."""
        collector = Collector(TypeInfo(self.schema), self.schema)
        pending, seen = [node], set[str]()
        while pending:
            visit(pending.pop(), TypeInfoVisitor(collector.info, collector))
            for name in collector.spread - seen:
                seen.add(name)
                pending.append(self.fragments[name])
        self.all |= collector.types
        return sorted(collector.types)


class Collector(Visitor):
    """Collect named types and fragment spreads."""

    def __init__(self, info: TypeInfo, schema: GraphQLSchema) -> None:
        super().__init__()
        self.info = info
        self.schema = schema
        self.types: dict[str, GraphQLNamedType] = {}
        self.spread: set[str] = set()

    def enter(self, node: Node, *_: object) -> None:
        """Record what a node uses."""
        if isinstance(node, FragmentSpreadNode):
            self.spread.add(node.name.value)
        used: list[GraphQLType | None] = [
            self.info.get_type(), self.info.get_parent_type(), self.info.get_input_type()
        ]  # fmt: skip
        if isinstance(node, VariableDefinitionNode):
            used.append(type_from_ast(self.schema, node.type))
        for one in used:
            if one is not None:
                self._add(get_named_type(one))

    def _add(self, named: GraphQLNamedType) -> None:
        if is_specified_scalar_type(named) or named.name in self.types:
            return
        self.types[named.name] = named
        if isinstance(named, GraphQLInputObjectType):  # its fields are the values of variables
            for field in named.fields.values():
                self._add(get_named_type(field.type))


def query_section(node: OperationDefinitionNode, types: Types) -> str:
    """Return the section of one operation."""
    assert node.name is not None
    assert node.loc is not None
    lines = node.loc.source.body[: node.loc.start].rstrip().splitlines()
    comment: list[str] = []
    while lines and lines[-1].startswith("#"):
        comment.insert(0, lines.pop().removeprefix("#").removeprefix(" "))
    links = ", ".join(f"[`{name}`](schema.md#{name.lower()})" for name in types.of(node))
    text = node.loc.source.body[node.loc.start : node.loc.end]
    source = textwrap.indent(f"```graphql\n{text}\n```", "    ")
    purpose = LABEL.sub(r"\n- **\1**: ", "\n".join(comment).replace("<", "&lt;"))
    return (
        f"### {node.name.value}\n\n{purpose}\n- **Types**: {links}\n\n"
        f'??? note "{node.operation.value.capitalize()}"\n\n{source}\n'
    )


def schema_page(schema: GraphQLSchema, types: Mapping[str, GraphQLNamedType]) -> str:
    """Return the page of the types; fields whose types no query uses have no link."""
    sections = [
        "# Schema types\n\nThe types of the pinned schema that the [queries](queries.md) use."
        f" {len(types)} of {len(schema.type_map)} types are shown.\n"
    ]
    for name in sorted(types):
        named = types[name]
        sections.append(f"## {name} {{ #{name.lower()} }}\n\n{kind_of(named)}\n")
        if named.description:
            sections.append(f"{one_line(named.description)}\n")
        if isinstance(named, Described):
            rows = [
                f"| `{field}` | {type_link(value.type, types)} | {one_line(value.description)} |"
                for field, value in named.fields.items()
            ]
            sections.append("\n".join(["| field | type | |", "|---|---|---|", *rows, ""]))
        elif isinstance(named, GraphQLEnumType):
            rows = [
                f"| `{value}` | {one_line(item.description)} |"
                for value, item in named.values.items()
            ]
            sections.append("\n".join(["| value | |", "|---|---|", *rows, ""]))
        elif isinstance(named, GraphQLUnionType):
            sections.append(", ".join(type_link(one, types) for one in named.types) + "\n")
    return "\n".join(sections)


def kind_of(named: GraphQLNamedType) -> str:
    """Return what kind of type it is."""
    kinds: Iterable[tuple[type[GraphQLNamedType], str]] = (
        (GraphQLObjectType, "Object"), (GraphQLInterfaceType, "Interface"),
        (GraphQLInputObjectType, "Input object"), (GraphQLEnumType, "Enum"),
        (GraphQLUnionType, "Union"), (GraphQLScalarType, "Scalar"),
    )  # fmt: skip
    return next(f"*{text}*" for kind, text in kinds if isinstance(named, kind))


def type_link(found: object, types: Mapping[str, GraphQLNamedType]) -> str:
    """Return a type as written, as a link to its section if there is one."""
    name = str(found).strip("[]!")
    return f"[`{found}`](#{name.lower()})" if name in types else f"`{found}`"


def one_line(description: str | None) -> str:
    """Return a description for a cell of a table."""
    return " ".join((description or "").split()).replace("|", "\\|").replace("<", "&lt;")
