"""Queries as they were written: what stands where, which operation sends it, and who uses that."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    OperationDefinitionNode,
    Source,
    Visitor,
    parse,
    visit,
)
from graphql.language import TokenKind
from wbtyped_graphql.sources import query_files

from ..errors import UsageError
from .generator_directives import as_sent

SUFFIXES = frozenset({".graphql", ".graphqls", ".gql"})


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a file of queries; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(eq=False)
class Definition:
    """An operation or a fragment. `used_by` and `needs` are what the comment above it says."""

    node: ExecutableDefinitionNode
    name: str
    used_by: tuple[str, ...] = ()
    """Public classes and methods, or nothing where the comment names none."""
    needs: str = ""
    """The server, or the feature of it, without which the operation does not work."""
    operations: list[str] = field(default_factory=list[str])
    """Names of the operations that send it: itself, or those that spread the fragment."""


class Documents:
    """All operations and fragments of some files, as one document.

    `sources` are texts by the names under which findings show them. Raises UsageError for text that
    is no GraphQL, for a fragment that is missing or there twice, and where there is no operation.
    """

    def __init__(self, sources: Mapping[str, str], *, ours: bool = False) -> None:
        self.ours: bool = ours
        """Whether these are the queries of this package."""
        written = [node for name, text in sources.items() for node in _executable(name, text)]
        sent, self.taken_out = as_sent(written)
        """Directives that code generators and clients take out of queries before they are sent."""
        self.definitions: list[Definition] = [_described(node) for node in sent]
        self._fragments: dict[str, Definition] = {}
        for definition in self.definitions:
            if isinstance(definition.node, FragmentDefinitionNode):
                self._add_fragment(definition)
        for operation in self.operations:
            for used in self.sent_with(operation):
                used.operations.append(operation.name)
        if not self.operations:
            raise UsageError(f"no operation in {', '.join(sources) or 'no file'}")

    def _add_fragment(self, fragment: Definition) -> None:
        if fragment.name in self._fragments:
            both = f"{place_of(self._fragments[fragment.name].node)} and {place_of(fragment.node)}"
            raise UsageError(f"fragment {fragment.name} is there twice: {both}")
        self._fragments[fragment.name] = fragment

    @property
    def operations(self) -> list[Definition]:
        """The operations, in the order of the files."""
        return [d for d in self.definitions if isinstance(d.node, OperationDefinitionNode)]

    @property
    def document(self) -> DocumentNode:
        """Everything, for graphql-core to look at. A fragment that nothing sends is left out."""
        sent = tuple(d.node for d in self.definitions if d.operations)
        return DocumentNode(definitions=sent)

    def sent_with(self, definition: Definition) -> list[Definition]:
        """Return a definition and every fragment that goes over the wire with it."""
        found = [definition]
        for each in found:
            for spread in _spreads(each.node):
                fragment = self._fragments.get(spread.name.value)
                if fragment is None:
                    raise UsageError(f"{place_of(spread)}: no fragment {spread.name.value}")
                if fragment not in found:
                    found.append(fragment)
        return found

    def classes_behind(
        self, definitions: Iterable[Definition], operations: Collection[str]
    ) -> tuple[str, ...]:
        """Return the public classes that use definitions, or operations by their names."""
        senders = [each for each in self.operations if each.name in operations]
        return tuple(sorted({user for each in (*definitions, *senders) for user in each.used_by}))

    def definition_of(self, node: Node) -> Definition | None:
        """Return the operation or fragment that a node stands in."""
        return next((d for d in self.definitions if surrounds(d.node, node)), None)


def surrounds(outer: Node, inner: Node) -> bool:
    """Tell whether a node stands inside the text of another, or is it."""
    ours, theirs = outer.loc, inner.loc
    if ours is None or theirs is None or ours.source is not theirs.source:
        return False
    return ours.start <= theirs.start and theirs.end <= ours.end


def place_of(node: Node) -> Place:
    """Return where a node of a parsed file stands."""
    if node.loc is None:
        raise ValueError("the node was not parsed from a text")
    # `get_location` of graphql-core 3.2.7 and some after it errs at the beginning of a line.
    first = node.loc.start_token
    return Place(node.loc.source.name, first.line, first.column)


def our_documents() -> Documents:
    """Return the queries that this package sends."""
    sources = {f"queries/{f.name}": f.read_text(encoding="utf-8") for f in query_files()}
    return Documents(sources, ours=True)


def read_documents(paths: Sequence[Path]) -> Documents:
    """Read queries from files, and from all folders below a folder.

    Raises UsageError for what cannot be read or holds no queries.
    """
    found = [file for path in paths for file in graphql_files(path)]
    try:
        return Documents({file.as_posix(): file.read_text(encoding="utf-8") for file in found})
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the queries cannot be read: {error}") from error


def graphql_files(path: Path) -> list[Path]:
    """Return a file, or the GraphQL files in and below a folder, sorted by path."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())


def _executable(name: str, text: str) -> Iterator[ExecutableDefinitionNode]:
    try:
        parsed = parse(Source(text, name))
    except GraphQLError as error:
        at = error.locations[0] if error.locations else None
        place = f"{name}:{at.line}:{at.column}" if at else name
        raise UsageError(f"{place}: {error.message}") from error
    for node in parsed.definitions:
        if not isinstance(node, ExecutableDefinitionNode):
            raise UsageError(f"{place_of(node)}: here are queries wanted, and no schema")
        yield node


def _described(node: ExecutableDefinitionNode) -> Definition:
    comment = _comment_above(node)
    name = node.name.value if node.name else f"(without a name at {place_of(node)})"
    used_by = tuple(user for user in _line(comment, "Used by").split(", ") if user)
    return Definition(node, name, used_by, _line(comment, "Needs"))


def _line(comment: str, label: str) -> str:
    found = re.search(rf"^{label}: (.+)$", comment, re.MULTILINE)
    return found.group(1).strip() if found else ""


def _comment_above(node: ExecutableDefinitionNode) -> str:
    lines: list[str] = []
    token = node.loc.start_token if node.loc else None
    while token and token.prev and token.prev.kind is TokenKind.COMMENT:
        if token.prev.line != token.line - 1:
            break
        token = token.prev
        lines.insert(0, (token.value or "").removeprefix(" "))
    return "\n".join(lines)


class _Spreads(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[FragmentSpreadNode] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.found.append(node)


def _spreads(node: Node) -> list[FragmentSpreadNode]:
    visitor = _Spreads()
    visit(node, visitor)
    return visitor.found
