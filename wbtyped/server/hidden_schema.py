"""Keep the schema to oneself the way W&B servers do: null, and no error."""

from dataclasses import dataclass

from graphql import DocumentNode, FieldNode, NameNode, Visitor, visit

INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class HiddenSchema:
    """A document that asks nothing about the schema, and the keys where it did.

    The fields stand only at the top of an answer, wherever a fragment had them. Each is exchanged
    for one that costs nothing, so that directives and order keep their meaning.
    """

    document: DocumentNode
    keys: frozenset[str]

    @classmethod
    def of(cls, document: DocumentNode) -> "HiddenSchema":
        """Take the questions out of a valid document."""
        exchange = Exchange()
        return cls(visit(document, exchange), frozenset(exchange.keys))

    def cover(self, data: dict[str, object] | None) -> None:
        """Put null where the document asked about the schema."""
        if data is not None:
            data.update(dict.fromkeys(self.keys & data.keys()))


class Exchange(Visitor):
    """Exchanges fields about the schema for `__typename`, under the same keys."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> FieldNode | None:
        """Exchange a field, or leave it."""
        if node.name.value not in INTROSPECTION:
            return None
        key = (node.alias or node.name).value
        self.keys.add(key)
        return FieldNode(
            name=NameNode(value="__typename"),
            alias=NameNode(value=key),
            directives=node.directives,
            arguments=(),
            selection_set=None,
        )
