"""The effect of each kind of change on those who use the element, and what they should do."""

from dataclasses import dataclass

from .findings import Verdict
from .usage import Role

ALL_ROLES = frozenset(Role)
READ = frozenset({Role.READ})
UPDATE_TYPE = "Use the type of the server's schema and let the type checker show what is affected"
CHANGE_QUERY = "Change the query to fit the server"


@dataclass(frozen=True)
class Rule:
    """How a kind of change is classified.

    `verdict` applies if the element is used in one of `roles`; otherwise the change is safe. With
    `by_owner`, uses of what the element belongs to count too, as for a new argument. With
    `validated`, the verdict applies only if a use in a query fails to validate, and `if_valid`
    applies if it is valid. `advice` has no full stop.
    """

    name: str
    meaning: str
    advice: str = ""
    verdict: Verdict = Verdict.SAFE
    roles: frozenset[Role] = ALL_ROLES
    by_owner: bool = False
    validated: bool = False
    if_valid: Verdict = Verdict.SAFE


def _breaking(name: str, meaning: str, advice: str, *, by_owner: bool = False) -> Rule:
    return Rule(name, meaning, advice, Verdict.BREAKING, by_owner=by_owner)


def _validated(
    name: str,
    meaning: str,
    advice: str,
    *,
    by_owner: bool = False,
    if_valid: Verdict = Verdict.SAFE,
) -> Rule:
    return Rule(
        name,
        meaning,
        advice,
        Verdict.BREAKING,
        by_owner=by_owner,
        validated=True,
        if_valid=if_valid,
    )


def _risky(
    name: str,
    meaning: str,
    advice: str,
    *,
    roles: frozenset[Role] = ALL_ROLES,
    by_owner: bool = False,
) -> Rule:
    return Rule(name, meaning, advice, Verdict.RISKY, roles, by_owner)


_ALL = [
    # Whatever uses the type changes too, so if all queries are valid, this is only a risk.
    _validated("type-removed", "a type was removed", CHANGE_QUERY, if_valid=Verdict.RISKY),
    _breaking(
        "type-changed-kind", "a type became another kind of type, such as a union", CHANGE_QUERY
    ),
    _breaking("field-removed", "a field or an input field was removed", CHANGE_QUERY),
    _breaking("field-changed-kind", "a field has a different type", UPDATE_TYPE),
    _breaking(
        "field-became-nullable",
        "a field, or an item of its list, may now be null",
        "Handle None where the type checker reports it",
    ),
    _breaking(
        "value-removed-from-enum",
        "an enum value was removed",
        "Stop comparing with the value",
    ),
    _breaking("arg-removed", "an argument was removed", "Remove the argument from the query"),
    _breaking(
        "required-arg-added",
        "a field has a new required argument",
        "Pass the argument in the query",
        by_owner=True,
    ),
    _breaking(
        "required-input-field-added",
        "an input object has a new required field",
        "Pass the field in the query or in the input object",
        by_owner=True,
    ),
    _breaking(
        "one-of-added",
        "an input object accepts exactly one of its fields",
        "Send exactly one field of the input object",
    ),
    _breaking(
        "directive-removed", "a directive was removed", "Remove the directive from the query"
    ),
    _breaking("directive-arg-removed", "an argument of a directive was removed", CHANGE_QUERY),
    _breaking(
        "required-directive-arg-added",
        "a directive has a new required argument",
        "Pass the argument in the query",
        by_owner=True,
    ),
    _validated(
        "arg-changed-kind",
        "an argument has a different type",
        "Change the argument and its variable to the type that the server expects",
        by_owner=True,
    ),
    _validated(
        "input-field-changed-kind",
        "an input field has a different type",
        "Send the type that the server expects",
        by_owner=True,
    ),
    _validated(
        "directive-arg-changed-kind",
        "an argument of a directive has a different type",
        CHANGE_QUERY,
    ),
    _validated(
        "directive-location-removed", "a directive is allowed in fewer locations", CHANGE_QUERY
    ),
    _validated(
        "directive-repeatable-removed", "a directive may no longer be repeated", CHANGE_QUERY
    ),
    _validated(
        "type-removed-from-union",
        "a type left a union",
        "Remove fragments on the type, which responses no longer contain",
        if_valid=Verdict.RISKY,
    ),
    _validated(
        "implemented-interface-removed",
        "a type no longer implements an interface",
        "Remove fragments on the type, which responses no longer contain",
        if_valid=Verdict.RISKY,
    ),
    Rule(
        "operation-invalid",
        "the server rejects an operation",
        CHANGE_QUERY,
        Verdict.BREAKING,
    ),
    _risky(
        "value-added-to-enum",
        "an enum in responses has a new value",
        "Handle the value where the code compares values; it is parsed as it is",
        roles=READ,
        by_owner=True,
    ),
    _risky(
        "type-added-to-union",
        "a union in responses has a new type",
        "Add the type to the query; types generated without it cannot parse it",
        roles=READ,
    ),
    _risky(
        "implemented-interface-added",
        "an interface in responses has a new implementation",
        "Handle the new type where the code checks `__typename`; it is parsed as it is",
        roles=READ,
    ),
    _risky(
        "default-changed",
        "the default of an optional value changed",
        "Check that the new default is right, or always pass the value",
        by_owner=True,
    ),
    _risky(
        "deprecated",
        "an element that is used is deprecated",
        "Replace it as the deprecation says before the server removes it",
    ),
    Rule("optional-input-field-added", "an input object has a new optional field"),
    Rule("optional-arg-added", "a field has a new optional argument"),
    Rule("type-added", "a type was added"),
    Rule("field-added", "a field was added to a type"),
    Rule("directive-added", "a directive was added"),
    Rule("directive-argument-added", "a directive has a new optional argument"),
    Rule("type-widened", "a response value is never null any more, or an input became optional"),
    Rule(
        "field-read-alike",
        "a field has a different type that is parsed the same, such as ID for String",
    ),
    Rule("no-longer-deprecated", "an element is no longer deprecated"),
    Rule("deprecation-changed", "a deprecation has a different reason"),
    Rule("description-changed", "a description changed"),
]
RULES: dict[str, Rule] = {rule.name: rule for rule in _ALL}
"""Every rule by name, the most severe first."""
