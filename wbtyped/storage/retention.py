"""Rules about which versions stay, and the decision about each."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import JsonValue

from .. import arguments
from ..errors import UsageError
from .conditions import Condition, checked_condition
from .stored_version import StoredVersion

DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhdw])")
OWN_TYPES = "wandb-"
"""How the types start in which W&B keeps the history of runs, for example."""
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """Which versions stay. Every other version is deleted, unless it is protected."""

    keep_last: int | None = None
    """How many of the newest versions of each collection stay."""
    keep_aliased: bool = False
    keep_used: bool = False
    keep_tagged: bool = False
    older_than: timedelta | None = None
    """Versions that are younger stay."""
    where: Condition | None = None
    """Versions that do not meet this condition stay."""
    keep_all: bool = False

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the rules that are set, for JSON."""
        found: dict[str, JsonValue] = {
            "keep": self.keep_all,
            "keep_last": self.keep_last,
            "keep_aliased": self.keep_aliased,
            "keep_used": self.keep_used,
            "keep_tagged": self.keep_tagged,
            "older_than": None if self.older_than is None else duration_text(self.older_than),
            "where": None if self.where is None else self.where.text,
        }
        return {name: value for name, value in found.items() if value not in (None, False)}


def checked_rules(
    *,
    keep_last: object = None,
    keep_aliased: object = False,
    keep_used: object = False,
    keep_tagged: object = False,
    older_than: object = None,
    where: object = None,
    keep: object = False,
) -> RetentionRules:
    """Return rules, or raise UsageError; without any, everything would be deleted."""
    rules = RetentionRules(
        keep_last=None if keep_last is None else arguments.whole_number("keep_last", keep_last, 1),
        keep_aliased=arguments.flag("keep_aliased", keep_aliased),
        keep_used=arguments.flag("keep_used", keep_used),
        keep_tagged=arguments.flag("keep_tagged", keep_tagged),
        older_than=None if older_than is None else checked_duration("older_than", older_than),
        where=None if where is None else checked_condition(where),
        keep_all=arguments.flag("keep", keep),
    )
    if not rules.to_dict():
        raise UsageError(
            "without a rule everything would be deleted; pass one of keep_last, keep_aliased,"
            " keep_used, keep_tagged, older_than and where"
        )
    return rules


def checked_duration(name: str, value: object) -> timedelta:
    """Return a duration, given as such or as a string like `30d`, or raise UsageError."""
    if isinstance(value, timedelta):
        if value <= timedelta(0):
            raise UsageError(f"{name} must be more than nothing, got {value}")
        return value
    expected = "a timedelta, or a string such as '12h', '30d' or '8w'"
    if not isinstance(value, str):
        raise arguments.wrong(name, expected, value)
    match = DURATION.fullmatch(value.strip().lower())
    seconds = float(match[1]) * UNIT_SECONDS[match[2]] if match else 0
    if not seconds:
        raise UsageError(f"{name} must be {expected}, got {value!r:.60}")
    return timedelta(seconds=seconds)


def duration_text(duration: timedelta) -> str:
    """Return a duration as `checked_duration` reads it."""
    seconds = duration.total_seconds()
    for unit in "wdhm":
        if seconds % UNIT_SECONDS[unit] == 0 and (unit != "w" or seconds >= 8 * 7 * 24 * 3600):
            return f"{seconds / UNIT_SECONDS[unit]:g}{unit}"
    return f"{seconds:g}s"


def newest_of(versions: Iterable[StoredVersion], count: int) -> set[str]:
    """Return the ids of the newest versions of each collection."""
    by_collection: dict[str, list[StoredVersion]] = {}
    for version in versions:
        by_collection.setdefault(version.collection.path, []).append(version)
    return {
        version.id
        for members in by_collection.values()
        for version in sorted(members, key=lambda member: member.index)[-count:]
    }


def reasons_to_keep(
    version: StoredVersion, rules: RetentionRules, newest: Collection[str], now: datetime
) -> Iterator[str]:
    """Yield why the rules keep a version; nothing if they do not."""
    if rules.keep_all:
        yield "everything is kept here"
    if rules.keep_last is not None and version.id in newest:
        yield f"one of the newest {rules.keep_last} of its collection"
    if rules.keep_aliased and version.aliases:
        yield f"has the alias {', '.join(version.aliases)}"
    if rules.keep_used and version.used_by:
        yield f"used by {listed(version.used_by)}"
    if rules.keep_tagged and version.tags:
        yield f"has the tag {', '.join(version.tags)}"
    if rules.older_than is not None and now - version.created_at < rules.older_than:
        yield f"created less than {duration_text(rules.older_than)} ago"
    if rules.where is not None:
        holds = rules.where.holds(version)
        if holds is None:
            yield f"it cannot be decided whether {rules.where.text}"
        elif not holds:
            yield f"it is not true that {rules.where.text}"


def protections(version: StoredVersion) -> Iterator[str]:
    """Yield what protects a version from all rules, unless it is named."""
    if version.collection.type.startswith(OWN_TYPES):
        yield f"protected: W&B itself stores {version.collection.type} for runs"
    if version.links:
        yield f"protected: linked into {listed(version.links)}"
    if version.other_aliases:
        yield f"protected: has the alias {listed(version.other_aliases)}"
    if version.running:
        yield f"protected: in use by {listed(version.running)}, which is running"
    if version.has_more_users:
        yield "protected: used by more runs than the server lists, which may be running"


def listed(paths: Collection[str]) -> str:
    """Return the first of some paths, and how many more there are."""
    first = next(iter(paths))
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"
