"""Parse queries from text: which files hold them, where a node is, and the comment above it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from graphql import ExecutableDefinitionNode, GraphQLError, Node, Source, parse
from graphql.language import TokenKind

from ..errors import QueryError

SUFFIXES = frozenset({".graphql", ".graphqls", ".gql"})


@dataclass(frozen=True, order=True)
class Place:
    """A location in a file of queries; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def place_of(node: Node) -> Place:
    """Return the location of a node of a parsed file."""
    if node.loc is None:
        raise ValueError("the node was not parsed from a file")
    # `get_location` of graphql-core 3.2.7 and some later releases is wrong at the start of a line.
    first = node.loc.start_token
    return Place(node.loc.source.name, first.line, first.column)


def comment_above(node: Node) -> str:
    """Return the comment directly above a definition, without `#`."""
    lines: list[str] = []
    token = node.loc.start_token if node.loc else None
    while token and token.prev and token.prev.kind is TokenKind.COMMENT:
        if token.prev.line != token.line - 1:
            break
        token = token.prev
        lines.insert(0, (token.value or "").removeprefix(" "))
    return "\n".join(lines)


def graphql_files(path: Path) -> list[Path]:
    """Return a file itself, or the GraphQL files in a folder and its subfolders, sorted by path."""
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())


def parse_queries(name: str, source: str) -> Iterator[ExecutableDefinitionNode]:
    """Yield the operations and fragments of a file; raises QueryError with the location."""
    try:
        parsed = parse(Source(source, name))
    except GraphQLError as error:
        first = error.locations[0] if error.locations else None
        location = f"{name}:{first.line}:{first.column}" if first else name
        raise QueryError(f"{location}: {error.message}") from error
    for node in parsed.definitions:
        if not isinstance(node, ExecutableDefinitionNode):
            raise QueryError(f"{place_of(node)}: expected a query or a fragment, not a schema")
        yield node
