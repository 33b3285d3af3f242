"""What a GraphQL document costs, found out before anything recurses into it or compares its parts.

Each step here takes time in proportion to the text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
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

from .limits import DOCUMENT_CHARACTERS, DOCUMENT_DEPTH, DOCUMENT_FIELDS, DOCUMENT_TOKENS
from .refusals import Refusal

OPENING = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L})
CLOSING = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R})
OPERATIONS = frozenset({"query", "mutation", "subscription"})


def tokens(text: str) -> Iterator[tuple[Token, int]]:
    """Yield each token of a document with the number of brackets open before it."""
    lexer = Lexer(Source(text))
    depth = 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        yield token, depth
        depth += (token.kind in OPENING) - (token.kind in CLOSING)


def operation_name(text: str) -> str:
    """Return the name of the first named operation; empty when there is none to be found."""
    if len(text) > DOCUMENT_CHARACTERS:
        return ""
    starts, keyword = True, False
    try:
        for token, depth in islice(tokens(text), DOCUMENT_TOKENS):
            if keyword and token.kind is TokenKind.NAME:
                return token.value or ""
            keyword = starts and token.value in OPERATIONS
            starts = token.kind is TokenKind.BRACE_R and depth == 1
    except GraphQLError:
        return ""
    return ""


def check_text(text: str) -> None:
    """Refuse a document that is too long or nested too deeply to be parsed."""
    if len(text) > DOCUMENT_CHARACTERS:
        raise too_costly(f"is longer than {DOCUMENT_CHARACTERS:,} characters")
    for number, (_, depth) in enumerate(tokens(text), start=1):
        if number > DOCUMENT_TOKENS:
            raise too_costly(f"has more than {DOCUMENT_TOKENS:,} tokens")
        if depth > DOCUMENT_DEPTH:
            raise too_deep()


def check_selections(document: DocumentNode) -> None:
    """Refuse a document that is too deep or selects too much once its fragments are spread."""
    weights = Weights(document)
    fields = sum(
        weights.of(definition.selection_set, 1).fields
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    )
    if fields > DOCUMENT_FIELDS:
        raise too_costly(f"selects more than {DOCUMENT_FIELDS:,} fields, fragments included")


@dataclass(frozen=True, slots=True)
class Weight:
    """What a selection holds: fields in all, and levels below it."""

    fields: int = 0
    levels: int = 0


class Weights:
    """Weighs the selections of a document; each fragment only once, however often it is spread."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {
            definition.name.value: definition.selection_set
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._known: dict[str, Weight] = {}

    def of(self, selections: SelectionSetNode, depth: int) -> Weight:
        """Weigh selections that stand at a depth; refuse what goes deeper than is allowed."""
        if depth > DOCUMENT_DEPTH:
            raise too_deep()
        fields = levels = 0
        for selection in selections.selections:
            below = Weight()
            if isinstance(selection, FragmentSpreadNode):
                below = self._of_fragment(selection.name.value, depth + 1)
            elif isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set:
                below = self.of(selection.selection_set, depth + 1)
            fields += below.fields + isinstance(selection, FieldNode)
            levels = max(levels, below.levels)
        return Weight(fields, levels + 1)

    def _of_fragment(self, name: str, depth: int) -> Weight:
        """Weigh a fragment; one that is unknown or spreads itself weighs nothing: it is invalid."""
        if name not in self._known:
            self._known[name] = Weight()
            if name in self._fragments:
                self._known[name] = self.of(self._fragments[name], depth)
        found = self._known[name]
        if depth + found.levels - 1 > DOCUMENT_DEPTH:
            raise too_deep()
        return found


def too_deep() -> Refusal:
    """Return the refusal of a document that is nested too deeply."""
    return too_costly(f"is nested more than {DOCUMENT_DEPTH} levels deep")


def too_costly(what: str) -> Refusal:
    """Return the refusal of a document that costs too much."""
    return Refusal(f"the query {what}; ask for less, or in several requests")
