"""Make a plan: scan, decide about every version, and add up what the deletions free."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from ..errors import UsageError
from ..transport.client import Client
from ..transport.flow import Flow
from ..transport.nodes import iso
from .inventory import Inventory
from .policy import Policy
from .prune_plan import PlannedVersion, PrunePlan
from .retention import newest_of, protections, reasons_to_keep
from .scan import ScanOptions, scan
from .shares import freed_by
from .stored_version import StoredVersion
from .targets import Target

UNMATCHED = "no rule of the policy is for its collection"


def make_plan(
    client: Client,
    target: Target,
    policy: Policy,
    included: Collection[str],
    options: ScanOptions,
) -> Flow[PrunePlan]:
    """Return what a policy deletes from a target. All that may share contents is read."""
    projects = yield from target.find_projects(client)
    inventory = yield from scan(client, projects, options)
    try:
        versions = plan_versions(inventory, target, policy, included, datetime.now(UTC))
    finally:
        inventory.close()
    return PrunePlan(
        path=target.path,
        server=client.settings.base_url,
        created_at=iso(datetime.now(UTC)),
        rules=[rule.to_dict() for rule in policy.rules],
        versions=tuple(versions),
    )


def plan_versions(
    inventory: Inventory,
    target: Target,
    policy: Policy,
    included: Collection[str],
    now: datetime,
) -> list[PlannedVersion]:
    """Return the decision about each version of a target, sorted by path and number."""
    everything = inventory.versions
    check_included(included, everything)
    covered = [n for n, version in enumerate(everything) if target.covers(version.collection)]
    covered.sort(key=lambda number: everything[number].order)
    reasons = decisions([everything[number] for number in covered], policy, included, now)
    kept = dict(zip(covered, reasons, strict=True))
    deleted = [number for number in covered if not kept[number]]
    ranks = [0] * len(everything)
    for rank, number in enumerate(covered):
        ranks[number] = rank
    freed = freed_by(inventory.contents, deleted, ranks)
    newest: dict[str, int] = {}
    for version in everything:
        path = version.collection.path
        newest[path] = max(newest.get(path, 0), version.index)
    return [
        planned(
            everything[number], kept[number], freed.get(number, 0),
            newest[everything[number].collection.path],
        )
        for number in covered
    ]  # fmt: skip


def decisions(
    versions: Sequence[StoredVersion], policy: Policy, included: Collection[str], now: datetime
) -> list[str]:
    """Return why each version stays; an empty string for one that is deleted."""
    newest = {
        count: newest_of(versions, count)
        for count in {one.rules.keep_last for one in policy.rules}
        if count is not None
    }
    decided: list[str] = []
    for version in versions:
        rules = policy.rules_for(version.collection)
        if rules is None:
            decided.append(UNMATCHED)
            continue
        reasons = [*reasons_to_keep(version, rules, newest.get(rules.keep_last or 0, ()), now)]
        if version.path not in included:
            reasons += protections(version)
        decided.append("; ".join(reasons))
    return decided


def check_included(included: Collection[str], versions: Sequence[StoredVersion]) -> None:
    """Raise UsageError for a named version that was not found: it may be misspelt."""
    known = {version.path for version in versions}
    for path in included:
        if path not in known:
            raise UsageError(
                f"there is no version {path!r} to include; write entity/project/collection:vN"
            )


def planned(version: StoredVersion, reason: str, freed_size: int, newest: int) -> PlannedVersion:
    """Return a version with the decision about it."""
    return PlannedVersion(
        path=version.path,
        action="keep" if reason else "delete",
        reason=reason,
        size=version.size,
        freed_size=freed_size,
        id=version.id,
        type=version.collection.type,
        created_at=iso(version.created_at),
        aliases=version.aliases,
        other_aliases=version.other_aliases,
        tags=version.tags,
        used_by=version.used_by,
        running=version.running,
        has_more_users=version.has_more_users,
        links=version.links,
        newest=newest,
    )
