"""Fields that are read from their node without the steps of graphql-core.

A field is plain if it shows what its node has, or what a function without side effects makes of the
node; so is a selection of plain fields. Nearly everything on a large page is plain. Nothing in here
reports errors: what turns out not to be plain raises NotPlain, and graphql-core resolves it again.
"""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple, TypeVar, cast

from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    is_specified_scalar_type,
)
from graphql.execution.values import get_argument_values

from .time_limit import check_time_limit

Node = dict[str, object]
Kinds = frozenset[type]
"""Types of the values that are shown unchanged."""
Step = tuple[str, str, Kinds, Callable[[Node], object] | None]
"""Key in the result, name of the field, types of its values, and how to read it if not by name."""
Selection = list[tuple[str, list[FieldNode], Step | None]]
"""Keys in the result, and what is selected for each; without a step it is not plain."""
ResolverT = TypeVar("ResolverT", bound=Callable[..., object])
PLAIN_KINDS = "plain_kinds"
"""Key of a field's extensions."""
# Int has a range, and Float turns integers into floats.
SPECIFIED_KINDS: Mapping[str, Kinds] = {
    "String": frozenset({str}), "ID": frozenset({str}), "Boolean": frozenset({bool}),
}  # fmt: skip
OWN_SCALAR_KINDS: Kinds = frozenset({str, int, bool})
"""Our own scalars show what is stored."""
CONVERTED_KINDS: Kinds = frozenset({dict, list, type(None)})
NULL: Kinds = frozenset({type(None)})
_plain_resolvers: dict[object, Callable[..., object]] = {}


class NotPlain(Exception):  # noqa: N818 - control flow
    """A value needs graphql-core, such as one of another type."""


def plain_resolver(resolve: ResolverT) -> ResolverT:
    """Mark a resolver that changes nothing and uses nothing of `info` but its context."""
    _plain_resolvers[resolve] = resolve
    return resolve


def mark_plain_fields(schema: GraphQLSchema) -> None:
    """Mark the fields that show a scalar, with the types of values that they show unchanged."""
    for object_type in schema.type_map.values():
        if isinstance(object_type, GraphQLObjectType):
            for field in object_type.fields.values():
                field.extensions[PLAIN_KINDS] = scalar_kinds(field)


def scalar_kinds(field: GraphQLField) -> Kinds:
    """Return the types of values that a field shows unchanged; empty if it shows no scalar."""
    shown, null = unwrap(vars(field)["type"])
    if not isinstance(shown, GraphQLScalarType):
        return frozenset()
    own = frozenset[type]() if is_specified_scalar_type(shown) else OWN_SCALAR_KINDS
    kinds = SPECIFIED_KINDS.get(shown.name, own)
    return kinds | null if kinds else kinds


def unwrap(shown: object) -> tuple[object, Kinds]:
    """Return a type without `!`, and the type of null if the value may be null."""
    if isinstance(shown, GraphQLNonNull):
        return vars(cast("object", shown))["of_type"], frozenset()
    return shown, NULL


def read_steps(steps: list[Step], node: Node) -> Node:
    """Return the plain fields of a node."""
    result: Node = {}
    for key, name, kinds, read in steps:
        value = node.get(name) if read is None else read(node)
        if type(value) not in kinds:
            raise NotPlain
        result[key] = value
    return result


class ContextOnly(NamedTuple):
    """What a plain resolver sees of GraphQLResolveInfo."""

    context: object


class PlainFields:
    """The plain fields of one execution, in which variables and context stay the same."""

    def __init__(
        self, execution: ExecutionContext, not_plain: Collection[str] = frozenset()
    ) -> None:
        """Leave the objects of some types to graphql-core."""
        self._execution = execution
        self._not_plain = not_plain
        self._info = ContextOnly(execution.context_value)
        self._known: dict[tuple[GraphQLObjectType, int], Selection] = {}

    def selection(
        self, object_type: GraphQLObjectType, fields: dict[str, list[FieldNode]]
    ) -> Selection:
        """Return the selected fields of a type; graphql-core keeps `fields` until the end."""
        known = self._known.get((object_type, id(fields)))
        if known is None:
            known = [
                (key, nodes, self._step(object_type, key, nodes)) for key, nodes in fields.items()
            ]
            self._known[object_type, id(fields)] = known
        return known

    def _step(self, owner: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Step | None:
        name = nodes[0].name.value
        if name == "__typename":
            return key, name, frozenset({str}), lambda _: owner.name
        field = owner.fields.get(name)
        if field is None:
            return None
        kinds: Kinds = field.extensions.get(PLAIN_KINDS, frozenset())
        if field.resolve is not None:
            read = self._resolved(field, nodes) if kinds else None
            return (key, name, kinds, read) if read else None
        if kinds:
            return None if field.args else (key, name, kinds, None)
        convert = self._converter(cast("object", vars(field)["type"]), nodes)
        if convert is None:
            return None
        return key, name, CONVERTED_KINDS, lambda node: convert(node.get(name))

    def _resolved(
        self, field: GraphQLField, nodes: list[FieldNode]
    ) -> Callable[[Node], object] | None:
        """Return how a field with a plain resolver is read."""
        resolve = _plain_resolvers.get(field.resolve)
        if resolve is None:
            return None
        try:
            given = get_argument_values(field, nodes[0], self._execution.variable_values)
        except GraphQLError:
            return None
        info = self._info

        def read(node: Node) -> object:
            try:
                return resolve(node, info, **given)
            except Exception as error:
                raise NotPlain from error

        return read

    def _converter(
        self, shown: object, nodes: list[FieldNode]
    ) -> Callable[[object], object] | None:
        """Return what makes the result of an object or a list of objects; None for other types."""
        shown, null = unwrap(shown)
        if isinstance(shown, GraphQLList):
            items: object = vars(cast("object", shown))["of_type"]
            convert = self._converter(items, nodes)
            return convert and list_converter(convert, null)
        if not isinstance(shown, GraphQLObjectType) or shown.is_type_of is not None:
            return None
        if shown.name in self._not_plain:
            return None
        selection = self.selection(shown, self._execution.collect_subfields(shown, nodes))
        steps = [step for _, _, step in selection if step is not None]
        return object_converter(steps, null) if len(steps) == len(selection) else None


def object_converter(steps: list[Step], null: Kinds) -> Callable[[object], object]:
    """Return what makes the result of an object."""

    def convert(value: object) -> object:
        if type(value) is dict:
            return read_steps(steps, cast("Node", value))
        if type(value) in null:
            return None
        raise NotPlain

    return convert


def list_converter(convert: Callable[[object], object], null: Kinds) -> Callable[[object], object]:
    """Return what makes the result of a list."""

    def convert_list(values: object) -> object:
        if type(values) is list:
            check_time_limit()
            return [convert(value) for value in cast("list[object]", values)]
        if type(values) in null:
            return None
        raise NotPlain

    return convert_list
