"""Limits on GraphQL documents, checked before any code recurses into them or compares their parts.

Each check takes time linear in the length of the document.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Lexer,
    OperationDefinitionNode,
    SelectionSetNode,
    Source,
    Token,
    TokenKind,
)

from .http_errors import HttpError
from .limits import DOCUMENT_CHARACTERS, DOCUMENT_DEPTH, DOCUMENT_FIELDS, DOCUMENT_TOKENS

CACHED_CHARACTERS = 16 * 1024
OPENING_TOKENS = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L})
CLOSING_TOKENS = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R})
OPERATION_KEYWORDS = frozenset({"query", "mutation", "subscription"})


def tokens(text: str) -> Iterator[tuple[Token, int]]:
    """Yield each token of a document with the number of brackets open before it."""
    lexer = Lexer(Source(text))
    depth = 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        yield token, depth
        depth += (token.kind in OPENING_TOKENS) - (token.kind in CLOSING_TOKENS)


def operation_name(text: str) -> str:
    """Return the name of the first named operation; empty if none is found."""
    if len(text) > DOCUMENT_CHARACTERS:
        return ""
    return _short_operation_name(text) if len(text) <= CACHED_CHARACTERS else _find_name(text)


def _find_name(text: str) -> str:
    at_start, keyword = True, False
    try:
        for token, depth in islice(tokens(text), DOCUMENT_TOKENS):
            if keyword and token.kind is TokenKind.NAME:
                return token.value or ""
            keyword = at_start and token.value in OPERATION_KEYWORDS
            at_start = token.kind is TokenKind.BRACE_R and depth == 1
    except GraphQLError:
        return ""
    return ""


_short_operation_name = lru_cache(maxsize=128)(_find_name)


def check_size(text: str) -> None:
    """Reject a document that is too long or too deeply nested to be parsed."""
    if len(text) > DOCUMENT_CHARACTERS:
        raise too_expensive(f"is longer than {DOCUMENT_CHARACTERS:,} characters")
    for number, (_, depth) in enumerate(tokens(text), start=1):
        if number > DOCUMENT_TOKENS:
            raise too_expensive(f"has more than {DOCUMENT_TOKENS:,} tokens")
        if depth > DOCUMENT_DEPTH:
            raise too_deep()


def check_selections(document: DocumentNode) -> None:
    """Reject a document that is too deep, or selects too much once fragments are expanded."""
    costs = SelectionCosts(document)
    fields = sum(
        costs.cost(definition.selection_set, 1).fields
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    )
    if fields > DOCUMENT_FIELDS:
        raise too_expensive(f"selects more than {DOCUMENT_FIELDS:,} fields, fragments included")


@dataclass(frozen=True, slots=True)
class SelectionCost:
    """Cost of a selection set: its fields, nested ones included, and its levels."""

    fields: int = 0
    levels: int = 0


class SelectionCosts:
    """Computes costs of selection sets; each fragment only once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, SelectionCost] = {}

    def cost(self, selections: SelectionSetNode, depth: int) -> SelectionCost:
        """Return the cost of a selection set at a depth; reject one that is too deep."""
        if depth > DOCUMENT_DEPTH:
            raise too_deep()
        fields = levels = 0
        for selection in selections.selections:
            below = SelectionCost()
            if isinstance(selection, FragmentSpreadNode):
                below = self._fragment_cost(selection.name.value, depth + 1)
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                below = self.cost(selection.selection_set, depth + 1)
            fields += below.fields + isinstance(selection, FieldNode)
            levels = max(levels, below.levels)
        return SelectionCost(fields, levels + 1)

    def _fragment_cost(self, name: str, depth: int) -> SelectionCost:
        """Return the cost of a fragment.

        An unknown or recursive fragment costs nothing: validation rejects it.
        """
        if name not in self._known:
            self._known[name] = SelectionCost()
            if name in self._fragments:
                self._known[name] = self.cost(self._fragments[name], depth)
        found = self._known[name]
        if depth + found.levels - 1 > DOCUMENT_DEPTH:
            raise too_deep()
        return found


def too_deep() -> HttpError:
    """Return the error for a document that is nested too deeply."""
    return too_expensive(f"is nested more than {DOCUMENT_DEPTH} levels deep")


def too_expensive(what: str) -> HttpError:
    """Return the error for a document that costs too much."""
    return HttpError(f"the query {what}; select less, or split it into several requests")
