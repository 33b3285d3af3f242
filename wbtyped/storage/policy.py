"""Rules for many collections: the first that matches decides. They can stand in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from typing import cast

from pydantic import JsonValue

from .. import arguments
from ..errors import UsageError
from ..name_patterns import glob_expression
from .retention import RetentionRules, checked_rules
from .stored_version import Collection

SELECTORS = ("project", "type", "collection")
RULES = ("keep", "keep_last", "keep_aliased", "keep_used", "keep_tagged", "older_than", "where")


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """Rules, and the collections that they are for: shell patterns of names, None for all."""

    rules: RetentionRules
    project: str | None = None
    type: str | None = None
    collection: str | None = None

    def matches(self, collection: Collection) -> bool:
        """Return True if the rules are for a collection."""
        names = (collection.project, collection.type, collection.name)
        patterns = (self.project, self.type, self.collection)
        return all(
            pattern is None or glob_expression(pattern).fullmatch(name)
            for pattern, name in zip(patterns, names, strict=True)
        )

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values, for JSON."""
        chosen = {name: getattr(self, name) for name in SELECTORS}
        return {n: v for n, v in chosen.items() if v is not None} | self.rules.to_dict()


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in their order; a collection that none matches is kept."""

    rules: tuple[PolicyRule, ...]
    path: str | None = None
    """What it is for, if its file says so."""

    def rules_for(self, collection: Collection) -> RetentionRules | None:
        """Return the rules of the first match."""
        return next((one.rules for one in self.rules if one.matches(collection)), None)

    @property
    def reads_metadata(self) -> bool:
        """Whether a condition names metadata."""
        conditions = (one.rules.where for one in self.rules)
        return any(condition is not None and condition.reads_metadata for condition in conditions)


def chosen_policy(policy: str | PathLike[str] | None, **rules: object) -> Policy:
    """Return the policy of a file, or of rules for everything; raises UsageError for both."""
    given = [name for name, value in rules.items() if value is not None and value is not False]
    if policy is None:
        return Policy((PolicyRule(checked_rules(**rules)),))
    if given:
        raise UsageError(f"pass either policy or {', '.join(given)}; a policy has its own rules")
    return read_policy(policy)


def read_policy(path: str | PathLike[str]) -> Policy:
    """Read a policy from a TOML file; raises UsageError that says what is wrong with it."""
    import tomllib  # imported late, for a short start-up time

    source = arguments.location("policy", path)
    try:
        content = tomllib.loads(source.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the policy {source}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the policy {source} is not TOML: {error}") from None
    try:
        return parse_policy(content)
    except UsageError as error:
        raise UsageError(f"policy {source}: {error}") from None


def parse_policy(content: Mapping[str, object]) -> Policy:
    """Return the policy in the content of a file, or raise UsageError."""
    check_keys("a policy", content, ("path", "rule"))
    rules = content.get("rule")
    if not isinstance(rules, list) or not rules:
        raise UsageError("it has no [[rule]]")
    path = arguments.optional_string("path", content.get("path"))
    parsed = [
        parse_rule(number, rule) for number, rule in enumerate(cast("list[object]", rules), 1)
    ]
    return Policy(tuple(parsed), path)


def parse_rule(number: int, rule: object) -> PolicyRule:
    """Return one rule of a policy, or raise UsageError."""
    given = arguments.mapping(f"rule {number}", rule)
    check_keys(f"rule {number}", given, (*SELECTORS, *RULES))
    patterns = {name: arguments.optional_string(name, given.get(name)) for name in SELECTORS}
    try:
        for pattern in patterns.values():
            if pattern is not None:
                glob_expression(pattern)
        rules = checked_rules(**{name: given[name] for name in RULES if name in given})
    except UsageError as error:
        raise UsageError(f"rule {number}: {error}") from None
    return PolicyRule(rules, **patterns)


def check_keys(what: str, given: Mapping[str, object], known: tuple[str, ...]) -> None:
    """Raise UsageError for an unknown key: a misspelt rule must not delete anything."""
    for key in given:
        if key not in known:
            raise UsageError(f"{what} has the unknown key {key!r}; known are {', '.join(known)}")
