"""Classify schema changes by their effect on the queries."""

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

from .documents import Definition, Documents, contains
from .findings import Finding, Verdict
from .query_text import place_of
from .rules import RULES, Rule
from .schema_diff import Change, find_changes
from .usage import Role, Usage, UsageIndex
from .validation_messages import missing_root_message, parse_message

# These rules are about one file of queries; here many files are checked together.
WHOLE_FILE_RULES: tuple[type[ASTValidationRule], ...] = (
    LoneAnonymousOperationRule,
    NoUnusedFragmentsRule,
    UniqueOperationNamesRule,
)
VALIDATION_RULES: list[type[ASTValidationRule]] = [
    rule for rule in specified_rules if rule not in WHOLE_FILE_RULES
]
MAX_ERRORS = 100_000


def validation_errors(documents: Documents, schema: GraphQLSchema) -> list[GraphQLError]:
    """Return every validation error of the queries against a schema."""
    return validate(schema, documents.document, VALIDATION_RULES, max_errors=MAX_ERRORS)


def operation_errors(documents: Documents, schema: GraphQLSchema) -> list[GraphQLError]:
    """Return the validation errors, and one for each operation whose root type is missing.

    Validation does not report the latter.
    """
    nodes = (definition.node for definition in documents.operations)
    missing_roots = [
        GraphQLError(missing_root_message(node.operation), node)
        for node in nodes
        if isinstance(node, OperationDefinitionNode) and not schema.get_root_type(node.operation)
    ]
    return missing_roots + validation_errors(documents, schema)


def compare(pinned: GraphQLSchema, other: GraphQLSchema, documents: Documents) -> list[Finding]:
    """Return a finding for each difference, and for each error that no difference explains."""
    classifier = _Classifier(documents, pinned, other)
    found = [classifier.classify(change) for change in find_changes(pinned, other)]
    return [*_without_repeats(found, pinned), *classifier.unexplained()]


def _without_repeats(found: list[Finding], pinned: GraphQLSchema) -> Iterator[Finding]:
    """Leave out findings on an object that repeat those on its interface."""
    reported = {(f.rule, f.coordinate) for f in found if f.verdict is not Verdict.SAFE}
    for finding in found:
        owner, _, member = finding.coordinate.partition(".")
        type_ = pinned.get_type(owner)
        interfaces = type_.interfaces if isinstance(type_, GraphQLObjectType) else ()
        if not any((finding.rule, f"{i.name}.{member}") in reported for i in interfaces):
            yield finding


@dataclass(frozen=True)
class _Invalid:
    """A node that a validation error names, and the uses around it, the innermost first."""

    error: GraphQLError
    node: Node
    around: tuple[Usage, ...]

    @property
    def innermost(self) -> list[Usage]:
        return [usage for usage in self.around if usage.length == self.around[0].length]


class _Classifier:
    def __init__(self, documents: Documents, pinned: GraphQLSchema, other: GraphQLSchema) -> None:
        self.documents = documents
        self.usages = UsageIndex(documents, pinned)
        self.errors = [
            [_Invalid(error, node, tuple(self.usages.around(node))) for node in error.nodes or ()]
            for error in operation_errors(documents, other)
        ]
        self.failing = {u for nodes in self.errors for invalid in nodes for u in invalid.innermost}
        self.explained: set[Usage] = set()

    def classify(self, change: Change) -> Finding:
        """Return the finding for a change."""
        rule = RULES[change.rule]
        affected = self.affected(change, rule)
        verdict = rule.verdict if affected else Verdict.SAFE
        if affected and rule.validated and not self.is_failing(affected):
            verdict = rule.if_valid if self.is_read(change.coordinate) else Verdict.SAFE
        if verdict is Verdict.BREAKING and rule.name != "field-became-nullable":
            # A null leaves the query valid, so an error below it has another cause.
            self.explained.update(affected)
        if verdict is Verdict.SAFE:
            affected = self.usages.of(change.coordinate)
        definitions = {usage.definition for usage in affected}
        return self.finding(change, verdict, definitions, [usage.node for usage in affected])

    def finding(
        self, change: Change, verdict: Verdict, definitions: set[Definition], nodes: list[Node]
    ) -> Finding:
        operations = {name for definition in definitions for name in definition.operations}
        return make_finding(change, verdict, self.documents, definitions, operations, nodes)

    def affected(self, change: Change, rule: Rule) -> list[Usage]:
        """Return the uses that a change affects."""
        used = [usage for usage in self.usages.of(change.coordinate) if usage.role in rule.roles]
        if not rule.by_owner:
            return used
        owners = [u for u in self.usages.of(owner_of(change.coordinate)) if u.role in rule.roles]
        if rule.name == "default-changed":
            return [u for u in used if not u.always_set] + _not_setting(owners, used)
        return used or owners

    def is_failing(self, usages: Iterable[Usage]) -> bool:
        """Return True if a use does not validate, or if validation cannot see it."""
        return any(usage.role is Role.SENT or usage in self.failing for usage in usages)

    def is_read(self, coordinate: str) -> bool:
        return any(usage.role is Role.READ for usage in self.usages.of(coordinate))

    def unexplained(self) -> Iterator[Finding]:
        """Yield a finding for each validation error that no breaking change explains."""
        for nodes in self.errors:
            if nodes and not any(u in self.explained for invalid in nodes for u in invalid.around):
                yield self.invalid_operation(nodes)

    def invalid_operation(self, invalid: list[_Invalid]) -> Finding:
        message = invalid[0].error.message
        around = invalid[0].around
        coordinate = parse_message(message).coordinate or (around[0].coordinate if around else "")
        nodes = [item.node for item in invalid]
        definitions = {d for n in nodes if (d := self.documents.definition_of(n)) is not None}
        change = Change("operation-invalid", coordinate, message)
        return self.finding(change, Verdict.BREAKING, definitions, nodes)


def owner_of(coordinate: str) -> str:
    """Return what an element belongs to: `Run.files` for `Run.files(first:)`, `Run` for that."""
    return coordinate.partition("(")[0] if "(" in coordinate else coordinate.partition(".")[0]


def _not_setting(owners: list[Usage], used: list[Usage]) -> list[Usage]:
    """Return the uses of a field or input object that leave the argument or input field out."""
    return [o for o in owners if not any(contains(o.node, usage.node) for usage in used)]


def make_finding(
    change: Change,
    verdict: Verdict,
    documents: Documents,
    definitions: Iterable[Definition],
    operations: Iterable[str],
    nodes: Iterable[Node],
) -> Finding:
    """Build the finding for a change from the definitions and nodes that it affects."""
    names = sorted(set(operations))
    return Finding(
        rule=change.rule,
        verdict=verdict,
        coordinate=change.coordinate,
        change=change.text,
        advice=_advice(change.rule, verdict, names, documents),
        operations=tuple(names),
        classes=documents.classes_using(definitions, names),
        places=tuple(sorted({place_of(node) for node in nodes})),
    )


def _advice(rule: str, verdict: Verdict, operations: list[str], documents: Documents) -> str:
    """Return what to do; if the operations need a feature of the server, that comes first."""
    if verdict is Verdict.SAFE:
        return ""
    advice = RULES[rule].advice
    if documents.ours and verdict is Verdict.BREAKING:
        advice = (
            "Upgrade wbtyped or, in its sources, update the schema and the generated code, and"
            f" {_lower_first(advice)}"
        )
    needs = {used.needs for used in documents.operations if used.name in operations}
    if needs and "" not in needs:
        needed = " and ".join(sorted(needs))
        advice = (
            f"Check whether the server has what the operation needs ({needed}); if it does,"
            f" {_lower_first(advice)}"
        )
    return f"{advice}."


def _lower_first(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
