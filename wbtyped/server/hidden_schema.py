"""Hide the schema the way W&B servers do: null, and no error."""

from dataclasses import dataclass

from graphql import DocumentNode, FieldNode, NameNode, Visitor, visit

INTROSPECTION_FIELDS = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class HiddenSchema:
    """A document without introspection, and the response keys where it had some.

    Introspection fields occur only at the top of a response, even if selected in a fragment. Each
    is replaced by one that costs nothing, so that directives and order keep their effect.
    """

    document: DocumentNode
    keys: frozenset[str]

    @classmethod
    def from_document(cls, document: DocumentNode) -> "HiddenSchema":
        """Remove introspection from a valid document."""
        replacer = IntrospectionReplacer()
        return cls(visit(document, replacer), frozenset(replacer.keys))

    def mask(self, data: dict[str, object] | None) -> None:
        """Set null where the document asked for the schema."""
        if data is not None:
            data.update(dict.fromkeys(self.keys & data.keys()))


class IntrospectionReplacer(Visitor):
    """Replaces introspection fields by `__typename`, under the same keys."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> FieldNode | None:
        """Replace an introspection field; leave every other."""
        if node.name.value not in INTROSPECTION_FIELDS:
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
