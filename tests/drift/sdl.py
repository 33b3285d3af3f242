"""Edit the SDL of a schema at a schema coordinate."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from os.path import commonprefix

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumValueDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    Node,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    build_ast_schema,
    parse,
)

from wbtyped.drift.schema_files import pinned_sdl

Edit = Callable[[str], str]
Member = FieldDefinitionNode | InputValueDefinitionNode | EnumValueDefinitionNode


@lru_cache(maxsize=8)  # each takes megabytes
def built(text: str) -> GraphQLSchema:
    return build_ast_schema(parsed(text), assume_valid=True)


def parsed(text: str) -> DocumentNode:
    """Parse a schema; of the pinned one after an edit only what is near it, in a tenth of the time.

    Definitions after the edit keep the places that they have in the pinned text.
    """
    pinned, definitions = pinned_sdl(), pinned_definitions()
    moved = len(text) - len(pinned)
    equal = len(commonprefix([text, pinned]))
    # One definition more on either side is parsed, since a text without any is an error.
    before = [each for each in definitions if span(each)[1] < equal][:-1]
    begin = span(before[-1])[1] if before else 0
    equal = len(pinned) - len(commonprefix([text[::-1], pinned[::-1]]))
    after = [d for d in definitions if span(d)[0] > equal and span(d)[0] + moved > begin][1:]
    end = span(after[0])[0] + moved if after else len(text)
    return DocumentNode(definitions=(*before, *parse(text[begin:end]).definitions, *after))


@cache
def pinned_definitions() -> tuple[DefinitionNode, ...]:
    return parse(pinned_sdl()).definitions


def mutated(*edits: Edit) -> GraphQLSchema:
    """Return the pinned schema after some edits of its SDL."""
    return built(edited(pinned_sdl(), *edits))


def edited(text: str, *edits: Edit) -> str:
    for edit in edits:
        after = edit(text)
        assert after != text, "the edit changed nothing"
        text = after
    return text


@lru_cache(maxsize=8)
def nodes(text: str) -> dict[str, Node]:
    """Return every definition in SDL by coordinate."""
    found: dict[str, Node] = {}
    for node in parse(text).definitions:
        match node:
            case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
                for field in node.fields:
                    owner = f"{node.name.value}.{field.name.value}"
                    found[owner] = field
                    found |= {f"{owner}({a.name.value}:)": a for a in field.arguments}
            case InputObjectTypeDefinitionNode():
                found |= {f"{node.name.value}.{field.name.value}": field for field in node.fields}
            case EnumTypeDefinitionNode():
                found |= {f"{node.name.value}.{value.name.value}": value for value in node.values}
            case DirectiveDefinitionNode():
                found[f"@{node.name.value}"] = node
            case _:
                pass
        if isinstance(node, TypeDefinitionNode):
            found[node.name.value] = node
    return found


def span(node: Node | None) -> tuple[int, int]:
    assert node is not None
    assert node.loc is not None
    return node.loc.start, node.loc.end


def replaced(text: str, node: Node | None, new: str) -> str:
    start, end = span(node)
    return text[:start] + new + text[end:]


def remove(coordinate: str) -> Edit:
    """Remove a member, an argument, or a whole definition."""

    def edit(text: str) -> str:
        node = nodes(text)[coordinate]
        if "(" in coordinate:
            field = nodes(text)[coordinate.partition("(")[0]]
            assert isinstance(field, FieldDefinitionNode)
            if len(field.arguments) == 1:  # Remove the parentheses too.
                return text[: span(field.name)[1]] + ": " + text[span(field.type)[0] :]
        return replaced(text, node, "")

    return edit


def rename(coordinate: str, name: str) -> Edit:
    def edit(text: str) -> str:
        node = nodes(text)[coordinate]
        assert isinstance(node, Member)
        return replaced(text, node.name, name)

    return edit


def retype(coordinate: str, kind: str) -> Edit:
    def edit(text: str) -> str:
        node = nodes(text)[coordinate]
        assert isinstance(node, FieldDefinitionNode | InputValueDefinitionNode)
        return replaced(text, node.type, kind)

    return edit


def default(coordinate: str, value: str | None) -> Edit:
    """Set, change or remove the default of an argument or an input field."""

    def edit(text: str) -> str:
        node = nodes(text)[coordinate]
        assert isinstance(node, InputValueDefinitionNode)
        after = span(node.type)[1]
        end = span(node.default_value)[1] if node.default_value else after
        return text[:after] + (f" = {value}" if value else "") + text[end:]

    return edit


def deprecate(coordinate: str, directive: str = '@deprecated(reason: "It goes.")') -> Edit:
    """Deprecate a member, replace its deprecation, or remove it if `directive` is empty."""

    def edit(text: str) -> str:
        node = nodes(text)[coordinate]
        assert isinstance(node, Member)
        if node.directives:
            return replaced(text, node.directives[0], directive)
        end = span(node)[1]
        return f"{text[:end]} {directive}{text[end:]}"

    return edit


def describe(coordinate: str, description: str | None) -> Edit:
    def edit(text: str) -> str:
        node = nodes(text)[coordinate]
        assert isinstance(node, Member | TypeDefinitionNode)
        return replaced(text, node.description, f'"{description}"' if description else "")

    return edit


def add(owner: str, member: str) -> Edit:
    """Add a member to a type, or an argument to a field."""

    def edit(text: str) -> str:
        node = nodes(text)[owner]
        if isinstance(node, FieldDefinitionNode):
            if node.arguments:
                end = span(node.arguments[-1])[1]
                return f"{text[:end]}\n{member}\n{text[end:]}"
            end = span(node.name)[1]
            return f"{text[:end]}({member}){text[end:]}"
        end = span(node)[1] - 1  # Before the closing bracket.
        return f"{text[:end]}{member}\n{text[end:]}"

    return edit


def declare(owner: str, declaration: str) -> Edit:
    """Replace a definition, for example by a union of other types."""
    return lambda text: replaced(text, nodes(text)[owner], declaration)


def append(definition: str) -> Edit:
    return lambda text: f"{text}\n{definition}\n"


def swap(old: str, new: str) -> Edit:
    """Replace a string that occurs exactly once."""

    def edit(text: str) -> str:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        return text.replace(old, new)

    return edit


def every(old: str, new: str) -> Edit:
    """Replace a type wherever a field or argument has it."""
    return lambda text: re.sub(rf"(: |\[){old}\b", rf"\1{new}", text)


def implement(kind: str, interfaces: str) -> Edit:
    """Replace the interfaces of an object type; none if the string is empty."""

    def edit(text: str) -> str:
        node = nodes(text)[kind]
        assert isinstance(node, ObjectTypeDefinitionNode)
        head = f"type {kind} implements {interfaces} " if interfaces else f"type {kind} "
        start = span(node.description)[1] + 1 if node.description else span(node)[0]
        return text[:start] + head + text[text.index("{", start) :]

    return edit
