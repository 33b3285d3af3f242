"""Check queries before they are compiled: against the schema, and for what cannot become Python."""

from collections.abc import Iterable, Iterator, Sequence

from ariadne_codegen.utils import str_to_pascal_case, str_to_snake_case
from graphql import (
    DocumentNode,
    ExecutableDefinitionNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    NamedTypeNode,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    print_ast,
    validate,
    visit,
)

from ..drift.query_text import Place, place_of
from ..errors import QueryError
from .comments import is_repeatable

RESERVED_MODULES = frozenset(
    {
        "base_model", "calls", "enums", "fragments", "input_types", "operation", "operations",
        "scalars", "sources", "unions",
    }
)  # fmt: skip
"""Modules of every generated package, whose names no operation can have."""

INTROSPECTION = frozenset({"__schema", "__type"})
MAX_NAME_CHARACTERS = 200
"""Of an operation: file systems allow 255 for the name of a module with what is added to it."""

Problem = tuple[Place, str]


def check_queries(
    schema: GraphQLSchema, definitions: Sequence[ExecutableDefinitionNode]
) -> list[str]:
    """Raise QueryError with all problems; return warnings about what is deprecated."""
    document = DocumentNode(definitions=tuple(definitions))
    operations = [d for d in definitions if isinstance(d, OperationDefinitionNode)]
    problems = [*_from_graphql(validate(schema, document, max_errors=1000)), *_kinds(operations)]
    if not problems:
        problems = [*_names(operations), *_selections(definitions)]
    if not problems:
        problems = [*_double_selections(schema, definitions)]
    if problems:
        raise QueryError(*(f"{place}: {message}" for place, message in sorted(set(problems))))
    for operation in operations:
        is_repeatable(operation)
    deprecated = _from_graphql(validate(schema, document, [NoDeprecatedCustomRule]))
    return [f"{place}: warning: {message}" for place, message in sorted(set(deprecated))]


def _from_graphql(errors: Iterable[GraphQLError]) -> Iterator[Problem]:
    for error in errors:
        nodes = [node for node in error.nodes or () if node.loc]
        yield place_of(nodes[-1 if "can be only one" in error.message else 0]), error.message


def _kinds(operations: Sequence[OperationDefinitionNode]) -> Iterator[Problem]:
    for operation in operations:
        if operation.operation is OperationType.SUBSCRIPTION:
            yield (
                place_of(operation),
                "subscriptions are not supported: they need a WebSocket, and operations are sent"
                " over HTTP; write a query and send it repeatedly",
            )
        if operation.name is None:
            yield place_of(operation), "an operation needs a name, which becomes its function"


def _names(operations: Sequence[OperationDefinitionNode]) -> Iterator[Problem]:
    found: dict[str, str] = {}
    for operation in operations:
        name = operation.name.value if operation.name else ""
        module = str_to_snake_case(name)
        if module in RESERVED_MODULES:
            yield place_of(operation), f"{name} is the name of a module; rename the operation"
        elif module in found:
            both = f"{found[module]} and {name} are both named {module} in Python"
            yield place_of(operation), f"{both}; rename one"
        elif not module or module[0].isdigit():
            yield place_of(operation), f"{name} is no name in Python; rename the operation"
        elif len(module) > MAX_NAME_CHARACTERS:
            yield (
                place_of(operation),
                f"the name has {len(module)} characters; rename the operation",
            )
        elif not str_to_pascal_case(name).isidentifier():
            yield place_of(operation), f"{name} is no name of a class; rename the operation"
        found.setdefault(module, name)


class _SelectionChecks(Visitor):
    """Finds selections that no class can have."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[Problem] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.name.value in INTROSPECTION:
            message = "introspection cannot be compiled; `wbtyped schema pull` reads a schema"
            self.problems.append((place_of(node), message))

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self._check_directives(node, node.name.value)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        condition: NamedTypeNode | None = node.type_condition
        self._check_directives(node, condition.name.value if condition else "...")
        if not condition and not node.directives:
            message = "a fragment without `on` and a type; write its fields without it"
            self.problems.append((place_of(node), message))

    def _check_directives(self, node: FragmentSpreadNode | InlineFragmentNode, name: str) -> None:
        for directive in node.directives:
            message = (
                f"@{directive.name.value} on the fragment {name}, whose class has all its fields;"
                " write the directive at each field"
            )
            self.problems.append((place_of(directive), message))


def _selections(definitions: Sequence[ExecutableDefinitionNode]) -> list[Problem]:
    checks = _SelectionChecks()
    for definition in definitions:
        visit(definition, checks)
    return checks.problems


# Responses merge the selections of one field, but a model has one class for each of its fields.


def _double_selections(
    schema: GraphQLSchema, definitions: Sequence[ExecutableDefinitionNode]
) -> Iterator[Problem]:
    fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
    pending = [definition.selection_set for definition in definitions]
    for selection_set in pending:
        seen: dict[str, list[tuple[FieldNode, frozenset[str]]]] = {}
        for field, conditions in _fields(selection_set, fragments, frozenset()):
            key = (field.alias or field.name).value
            for other, others in seen.get(key, []):
                if _overlap(schema, conditions, others) and not _is_same(field, other):
                    yield (
                        place_of(field),
                        f"{key} is selected here and in line {place_of(other).line} of"
                        f" {place_of(other).file}, for the same object; put both into one"
                        " selection, or rename one by an alias",
                    )
            seen.setdefault(key, []).append((field, conditions))
        pending += _inner(selection_set)


def _fields(
    selection_set: SelectionSetNode,
    fragments: dict[str, FragmentDefinitionNode],
    conditions: frozenset[str],
) -> Iterator[tuple[FieldNode, frozenset[str]]]:
    """Yield the objects that are selected, fragments included, and for which types they are."""
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            if selection.selection_set:
                yield selection, conditions
        elif isinstance(selection, FragmentSpreadNode):
            fragment = fragments[selection.name.value]
            types = conditions | {fragment.type_condition.name.value}
            yield from _fields(fragment.selection_set, fragments, types)
        elif isinstance(selection, InlineFragmentNode):
            condition = selection.type_condition
            types = conditions | {condition.name.value} if condition else conditions
            yield from _fields(selection.selection_set, fragments, types)


def _inner(selection_set: SelectionSetNode) -> Iterator[SelectionSetNode]:
    for selection in selection_set.selections:
        inner = getattr(selection, "selection_set", None)
        if isinstance(inner, SelectionSetNode):
            yield inner


def _overlap(schema: GraphQLSchema, some: frozenset[str], others: frozenset[str]) -> bool:
    """Return True unless two selections are for objects of different types."""
    return not any(
        schema.get_type(a) is not schema.get_type(b)
        and not _is_sub_type(schema, a, b)
        and not _is_sub_type(schema, b, a)
        for a in some
        for b in others
    )


def _is_sub_type(schema: GraphQLSchema, name: str, other: str) -> bool:
    abstract, possible = schema.get_type(name), schema.get_type(other)
    return (
        isinstance(abstract, GraphQLInterfaceType | GraphQLUnionType)
        and isinstance(possible, GraphQLObjectType | GraphQLInterfaceType)
        and schema.is_sub_type(abstract, possible)
    )


def _is_same(field: FieldNode, other: FieldNode) -> bool:
    """Return True if one class serves both: the same node, or the same single fragment."""
    if field is other:
        return True
    chosen = field.selection_set
    is_fragment = (
        chosen is not None
        and len(chosen.selections) == 1
        and isinstance(chosen.selections[0], FragmentSpreadNode)
    )
    return is_fragment and print_ast(field) == print_ast(other)
