"""What each kind of change means for those who use the thing, and what they should do."""

from dataclasses import dataclass

from .findings import Verdict
from .uses import Role

ANY_ROLE = frozenset(Role)
READ = frozenset({Role.READ})
UPDATE = "Take the type from the server's schema and let the type checker show who is concerned"
ADJUST = "Change the query to what the server has"


@dataclass(frozen=True)
class Rule:
    """How a kind of change is weighed.

    `used` is the verdict where something uses the thing in one of `roles`; it is safe elsewhere.
    `by_owner` tells that uses of what the thing belongs to count as well, as for an argument that
    is new. With `validated`, a use that stands in a query must fail to validate for the verdict to
    hold; the verdict is `otherwise` when it validates. `advice` has no full stop.
    """

    name: str
    meaning: str
    advice: str = ""
    used: Verdict = Verdict.SAFE
    roles: frozenset[Role] = ANY_ROLE
    by_owner: bool = False
    validated: bool = False
    otherwise: Verdict = Verdict.SAFE


def _breaking(name: str, meaning: str, advice: str, *, by_owner: bool = False) -> Rule:
    return Rule(name, meaning, advice, Verdict.BREAKING, by_owner=by_owner)


def _validated(
    name: str,
    meaning: str,
    advice: str,
    *,
    by_owner: bool = False,
    otherwise: Verdict = Verdict.SAFE,
) -> Rule:
    return Rule(
        name,
        meaning,
        advice,
        Verdict.BREAKING,
        by_owner=by_owner,
        validated=True,
        otherwise=otherwise,
    )


def _risky(
    name: str,
    meaning: str,
    advice: str,
    *,
    roles: frozenset[Role] = ANY_ROLE,
    by_owner: bool = False,
) -> Rule:
    return Rule(name, meaning, advice, Verdict.RISKY, roles, by_owner)


_ALL = [
    # What uses the type changes too, so this weighs no more where all queries validate.
    _validated("type-removed", "a type is gone", ADJUST, otherwise=Verdict.RISKY),
    _breaking("type-changed-kind", "a type is of another kind, such as a union", ADJUST),
    _breaking("field-removed", "a field, or an input field, is gone", ADJUST),
    _breaking("field-changed-kind", "a field has another type", UPDATE),
    _breaking(
        "field-became-nullable",
        "a field, or an entry of its list, may be null and was not",
        "Handle None there, where the type checker asks for it",
    ),
    _breaking(
        "value-removed-from-enum",
        "an enum value is gone",
        "Stop comparing with the value",
    ),
    _breaking("arg-removed", "an argument is gone", "Leave the argument out of the query"),
    _breaking(
        "required-arg-added",
        "a field wants one more argument",
        "Give the argument in the query",
        by_owner=True,
    ),
    _breaking(
        "required-input-field-added",
        "an input object wants one more field",
        "Give the field in the query or in the input object",
        by_owner=True,
    ),
    _breaking(
        "one-of-added",
        "an input object takes exactly one of its fields",
        "Send exactly one field of the input object",
    ),
    _breaking("directive-removed", "a directive is gone", "Leave the directive out of the query"),
    _breaking("directive-arg-removed", "an argument of a directive is gone", ADJUST),
    _breaking(
        "required-directive-arg-added",
        "a directive wants one more argument",
        "Give the argument in the query",
        by_owner=True,
    ),
    _validated(
        "arg-changed-kind",
        "an argument has another type",
        "Give the argument, and its variable, the type that the server wants",
        by_owner=True,
    ),
    _validated(
        "input-field-changed-kind",
        "an input field has another type",
        "Send the type that the server wants",
        by_owner=True,
    ),
    _validated("directive-arg-changed-kind", "an argument of a directive has another type", ADJUST),
    _validated("directive-location-removed", "a directive may stand in fewer places", ADJUST),
    _validated("directive-repeatable-removed", "a directive may stand only once", ADJUST),
    _validated(
        "type-removed-from-union",
        "a union has lost a type",
        "Drop fragments on the type, which answers hold no more",
        otherwise=Verdict.RISKY,
    ),
    _validated(
        "implemented-interface-removed",
        "a type has left an interface",
        "Drop fragments on the type, which answers hold no more",
        otherwise=Verdict.RISKY,
    ),
    Rule(
        "operation-invalid",
        "the server would refuse an operation",
        ADJUST,
        Verdict.BREAKING,
    ),
    _risky(
        "value-added-to-enum",
        "an enum that is parsed has a new value",
        "Handle the value where the code tells values apart; parsing keeps it as it is",
        roles=READ,
        by_owner=True,
    ),
    _risky(
        "type-added-to-union",
        "a union that is read has a new type",
        "Add the type to the query, since types that are generated without it cannot hold it",
        roles=READ,
    ),
    _risky(
        "implemented-interface-added",
        "an interface that is read has a new implementation",
        "Handle the new kind where the code looks at `__typename`; parsing keeps it as it is",
        roles=READ,
    ),
    _risky(
        "default-changed",
        "a default is another one, for a value that may be left out",
        "Check that the new default is what is meant, or give the value always",
        by_owner=True,
    ),
    _risky(
        "deprecated",
        "something that is used is deprecated",
        "Replace it as its deprecation says, before the server drops it",
    ),
    Rule("optional-input-field-added", "an input object has a further optional field"),
    Rule("optional-arg-added", "a field has a further optional argument"),
    Rule("type-added", "there is a new type"),
    Rule("field-added", "a type has a new field"),
    Rule("directive-added", "there is a new directive"),
    Rule("directive-argument-added", "a directive has a further optional argument"),
    Rule("type-widened", "what comes back is never null any more, or what is sent may be left out"),
    Rule("field-read-alike", "a field has another type, which is read as the same, such as ID"),
    Rule("no-longer-deprecated", "something is no longer deprecated"),
    Rule("deprecation-changed", "a deprecation gives another reason"),
    Rule("description-changed", "something is described in other words"),
]
RULES: dict[str, Rule] = {rule.name: rule for rule in _ALL}
"""Every rule by its name, the gravest first."""
