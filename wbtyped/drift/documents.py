"""Queries as written: their locations, which operations send them, and which classes use them."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutableDefinitionNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    Node,
    OperationDefinitionNode,
    Visitor,
    visit,
)
from wbtyped_graphql.sources import query_files

from ..errors import UsageError
from .generator_directives import strip_local
from .query_text import comment_above, graphql_files, parse_queries, place_of


@dataclass(eq=False)
class Definition:
    """An operation or a fragment. `used_by` and `needs` come from the comment above it."""

    node: ExecutableDefinitionNode
    name: str
    used_by: tuple[str, ...] = ()
    """Public classes and methods; empty if the comment names none."""
    needs: str = ""
    """The server version or feature that the operation needs."""
    operations: list[str] = field(default_factory=list[str])
    """Names of the operations that send it: itself, or those that spread the fragment."""


class Documents:
    """All operations and fragments of some files, as one document.

    `sources` maps the file names that findings show to GraphQL source. Raises UsageError if the
    source is not valid GraphQL, if a fragment is missing or defined twice, or if there is no
    operation.
    """

    def __init__(self, sources: Mapping[str, str], *, ours: bool = False) -> None:
        self.ours: bool = ours
        """True if these are the queries of this package."""
        written = [node for name, source in sources.items() for node in parse_queries(name, source)]
        sent, removed = strip_local(written)
        self.removed_directives: list[DirectiveNode] = removed
        """Directives that code generators and clients remove from queries before sending them."""
        self.definitions: list[Definition] = [_definition(node) for node in sent]
        self._fragments: dict[str, Definition] = {}
        for definition in self.definitions:
            if isinstance(definition.node, FragmentDefinitionNode):
                self._add_fragment(definition)
        for operation in self.operations:
            for used in self.with_fragments(operation):
                used.operations.append(operation.name)
        if not self.operations:
            raise UsageError(f"no operation in {', '.join(sources) or 'no file'}")

    def _add_fragment(self, fragment: Definition) -> None:
        if fragment.name in self._fragments:
            both = f"{place_of(self._fragments[fragment.name].node)} and {place_of(fragment.node)}"
            raise UsageError(f"fragment {fragment.name} is defined twice: {both}")
        self._fragments[fragment.name] = fragment

    @property
    def operations(self) -> list[Definition]:
        """The operations, in the order of the files."""
        return [d for d in self.definitions if isinstance(d.node, OperationDefinitionNode)]

    @property
    def document(self) -> DocumentNode:
        """Everything that is sent, for graphql-core; unused fragments are left out."""
        sent = tuple(d.node for d in self.definitions if d.operations)
        return DocumentNode(definitions=sent)

    def with_fragments(self, definition: Definition) -> list[Definition]:
        """Return a definition and every fragment that is sent with it."""
        found = [definition]
        for current in found:
            for spread in _spreads(current.node):
                fragment = self._fragments.get(spread.name.value)
                if fragment is None:
                    raise UsageError(f"{place_of(spread)}: no fragment {spread.name.value}")
                if fragment not in found:
                    found.append(fragment)
        return found

    def classes_using(
        self, definitions: Iterable[Definition], operations: Collection[str]
    ) -> tuple[str, ...]:
        """Return the public classes that use definitions, or operations given by name."""
        senders = [operation for operation in self.operations if operation.name in operations]
        return tuple(sorted({user for used in (*definitions, *senders) for user in used.used_by}))

    def definition_of(self, node: Node) -> Definition | None:
        """Return the operation or fragment that contains a node."""
        return next((d for d in self.definitions if contains(d.node, node)), None)


def contains(outer: Node, inner: Node) -> bool:
    """Return True if a node is inside the source range of another, or is it."""
    around, within = outer.loc, inner.loc
    if around is None or within is None or around.source is not within.source:
        return False
    return around.start <= within.start and within.end <= around.end


def our_documents() -> Documents:
    """Return the queries that this package sends."""
    sources = {f"queries/{f.name}": f.read_text(encoding="utf-8") for f in query_files()}
    return Documents(sources, ours=True)


def read_documents(paths: Sequence[Path]) -> Documents:
    """Read queries from files and folders, including subfolders.

    Raises UsageError if a file cannot be read or contains no queries.
    """
    found = [file for path in paths for file in graphql_files(path)]
    try:
        return Documents({file.as_posix(): file.read_text(encoding="utf-8") for file in found})
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the queries: {error}") from error


def _definition(node: ExecutableDefinitionNode) -> Definition:
    comment = comment_above(node)
    name = node.name.value if node.name else f"(unnamed at {place_of(node)})"
    used_by = tuple(user for user in _labelled(comment, "Used by").split(", ") if user)
    return Definition(node, name, used_by, _labelled(comment, "Needs"))


def _labelled(comment: str, label: str) -> str:
    found = re.search(rf"^{label}: (.+)$", comment, re.MULTILINE)
    return found.group(1).strip() if found else ""


class _SpreadFinder(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[FragmentSpreadNode] = []

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.found.append(node)


def _spreads(node: Node) -> list[FragmentSpreadNode]:
    finder = _SpreadFinder()
    visit(node, finder)
    return finder.found
