"""Weigh the changes of a schema by what the queries use."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from graphql import (
    ASTValidationRule,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    LoneAnonymousOperationRule,
    Node,
    NoUnusedFragmentsRule,
    OperationDefinitionNode,
    UniqueOperationNamesRule,
    specified_rules,
    validate,
)

from .changes import Change, find_changes
from .complaints import lacks_root, read_complaint
from .documents import Definition, Documents, place_of, surrounds
from .findings import Finding, Verdict
from .rules import RULES, Rule
from .uses import Role, Use, Uses

# These judge a file of queries by itself; here are many files together, and a schema in question.
ABOUT_FILES: tuple[type[ASTValidationRule], ...] = (
    LoneAnonymousOperationRule,
    NoUnusedFragmentsRule,
    UniqueOperationNamesRule,
)
VALIDATION: list[type[ASTValidationRule]] = [
    rule for rule in specified_rules if rule not in ABOUT_FILES
]
ALL_ERRORS = 100_000


def validation_errors(documents: Documents, schema: GraphQLSchema) -> list[GraphQLError]:
    """Return every reason for which a server with the schema would not validate the queries."""
    return validate(schema, documents.document, VALIDATION, max_errors=ALL_ERRORS)


def refusals(documents: Documents, schema: GraphQLSchema) -> list[GraphQLError]:
    """Return what is invalid, and each operation of a kind that the schema has no root type for.

    Validation has nothing to say about the latter.
    """
    nodes = (definition.node for definition in documents.operations)
    without_root = [
        GraphQLError(lacks_root(node.operation), node)
        for node in nodes
        if isinstance(node, OperationDefinitionNode) and not schema.get_root_type(node.operation)
    ]
    return without_root + validation_errors(documents, schema)


def compare(pinned: GraphQLSchema, other: GraphQLSchema, documents: Documents) -> list[Finding]:
    """Return every difference between two schemas, weighed by the queries, and what is invalid."""
    weighing = _Weighing(documents, pinned, other)
    found = [weighing.weigh(change) for change in find_changes(pinned, other)]
    return [*_once(found, pinned), *weighing.unexplained()]


def _once(found: list[Finding], pinned: GraphQLSchema) -> Iterator[Finding]:
    """Leave out what is said of an interface already: the same of the objects behind it."""
    said = {(each.rule, each.coordinate) for each in found if each.verdict is not Verdict.SAFE}
    for each in found:
        type_name, _, member = each.coordinate.partition(".")
        kind = pinned.get_type(type_name)
        interfaces = kind.interfaces if isinstance(kind, GraphQLObjectType) else ()
        if not any((each.rule, f"{i.name}.{member}") in said for i in interfaces):
            yield each


@dataclass(frozen=True)
class _Invalid:
    """A place that a validation error names, and the uses around it, the innermost first."""

    error: GraphQLError
    node: Node
    around: tuple[Use, ...]

    @property
    def innermost(self) -> list[Use]:
        return [use for use in self.around if use.length == self.around[0].length]


class _Weighing:
    def __init__(self, documents: Documents, pinned: GraphQLSchema, other: GraphQLSchema) -> None:
        self.documents = documents
        self.uses = Uses(documents, pinned)
        self.invalid = [
            [_Invalid(error, node, tuple(self.uses.around(node))) for node in error.nodes or ()]
            for error in refusals(documents, other)
        ]
        self.failing = {use for places in self.invalid for each in places for use in each.innermost}
        self.explained: set[Use] = set()

    def weigh(self, change: Change) -> Finding:
        """Return the finding that a change amounts to."""
        rule = RULES[change.rule]
        used = self.concerned(change, rule)
        verdict = rule.used if used else Verdict.SAFE
        if used and rule.validated and not self.fails(used):
            verdict = rule.otherwise if self.is_read(change.coordinate) else Verdict.SAFE
        if verdict is Verdict.BREAKING and rule.name != "field-became-nullable":
            # A null leaves the query valid, so what is wrong below it has another reason.
            self.explained.update(used)
        if verdict is Verdict.SAFE:
            used = self.uses.of(change.coordinate)
        return self.described(change, verdict, {u.definition for u in used}, [u.node for u in used])

    def described(
        self, change: Change, verdict: Verdict, within: set[Definition], nodes: list[Node]
    ) -> Finding:
        names = {name for each in within for name in each.operations}
        return describe(change, verdict, self.documents, within, names, nodes)

    def concerned(self, change: Change, rule: Rule) -> list[Use]:
        """Return the uses that a change is about."""
        used = [use for use in self.uses.of(change.coordinate) if use.role in rule.roles]
        if not rule.by_owner:
            return used
        owners = [u for u in self.uses.of(owner_of(change.coordinate)) if u.role in rule.roles]
        if rule.name == "default-changed":
            return [u for u in used if not u.given] + _without(owners, used)
        return used or owners

    def fails(self, used: Iterable[Use]) -> bool:
        """Tell whether a use does not validate, or is one that validation cannot judge."""
        return any(use.role is Role.SENT or use in self.failing for use in used)

    def is_read(self, coordinate: str) -> bool:
        return any(use.role is Role.READ for use in self.uses.of(coordinate))

    def unexplained(self) -> Iterator[Finding]:
        """Report what does not validate for a reason that no difference shows."""
        for places in self.invalid:
            if places and not any(u in self.explained for each in places for u in each.around):
                yield self.refused(places)

    def refused(self, places: list[_Invalid]) -> Finding:
        said = places[0].error.message
        around = places[0].around
        coordinate = read_complaint(said).coordinate or (around[0].coordinate if around else "")
        nodes = [each.node for each in places]
        within = {d for n in nodes if (d := self.documents.definition_of(n)) is not None}
        change = Change("operation-invalid", coordinate, said)
        return self.described(change, Verdict.BREAKING, within, nodes)


def owner_of(coordinate: str) -> str:
    """Return what a thing belongs to: `Run.files` for `Run.files(first:)`, `Run` for that."""
    return coordinate.partition("(")[0] if "(" in coordinate else coordinate.partition(".")[0]


def _without(owners: list[Use], used: list[Use]) -> list[Use]:
    """Return the uses of a field or input object that do not name the argument or input field."""
    return [o for o in owners if not any(surrounds(o.node, use.node) for use in used)]


def describe(
    change: Change,
    verdict: Verdict,
    documents: Documents,
    definitions: Iterable[Definition],
    operations: Iterable[str],
    nodes: Iterable[Node],
) -> Finding:
    """Return a finding with everything that readers want to know about the uses of a thing."""
    names = sorted(set(operations))
    return Finding(
        rule=change.rule,
        verdict=verdict,
        coordinate=change.coordinate,
        change=change.text,
        advice=advice_for(change.rule, verdict, names, documents),
        operations=tuple(names),
        classes=documents.classes_behind(definitions, names),
        places=tuple(sorted({place_of(node) for node in nodes})),
    )


def advice_for(rule: str, verdict: Verdict, operations: list[str], documents: Documents) -> str:
    """Return what to do; where the operations want a part of the server, that comes first."""
    if verdict is Verdict.SAFE:
        return ""
    advice = RULES[rule].advice
    if documents.ours and verdict is Verdict.BREAKING:
        advice = (
            "Take a newer wbtyped; or, in its sources, bring schema and generated code up to date,"
            f" and {lowered(advice)}"
        )
    needs = {each.needs for each in documents.operations if each.name in operations}
    if needs and "" not in needs:
        wanted = " and ".join(sorted(needs))
        advice = f"See whether the server lacks a part ({wanted}); else {lowered(advice)}"
    return f"{advice}."


def lowered(sentence: str) -> str:
    """Return a sentence as it stands after a semicolon."""
    return sentence[0].lower() + sentence[1:]
