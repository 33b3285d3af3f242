"""Compute from a scan how much is stored, by what, and what deleting it would free."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from ..transport.client import Client
from ..transport.flow import Flow
from ..transport.nodes import iso
from .duplicates import duplicates_in
from .inventory import FileTotals, Inventory, StoredRun
from .scan import ScanOptions, scan
from .shares import Share, shares
from .stored_version import Collection, StoredVersion
from .targets import Target
from .usage_report import UsageReport
from .usage_values import FileGroup, UsageGroup, VersionUsage


class GroupName(NamedTuple):
    """What a group is called."""

    path: str
    name: str
    project: str | None = None
    type: str | None = None


NameOf = Callable[[StoredVersion], GroupName | None]
"""Returns the group that a version belongs to, if any."""


class Grouping:
    """Versions by the group that they belong to; -1 stands for none."""

    def __init__(
        self, versions: Sequence[StoredVersion | None], name_of: NameOf,
        known: Iterable[GroupName] = (),
    ) -> None:  # fmt: skip
        numbers = {name: number for number, name in enumerate(dict.fromkeys(known))}
        self.numbers: list[int] = []
        for version in versions:
            name = None if version is None else name_of(version)
            number = -1 if name is None else numbers.setdefault(name, len(numbers))
            self.numbers.append(number)
        self.names: list[GroupName] = [*numbers]

    def groups(
        self, versions: Sequence[StoredVersion], reference_sizes: Sequence[int], found: list[Share]
    ) -> list[UsageGroup]:
        """Return the groups with the sums over their versions."""
        sizes: Counter[int] = Counter()
        references: Counter[int] = Counter()
        times: list[list[datetime]] = [[] for _ in self.names]
        for number, version, reference_size in zip(
            self.numbers, versions, reference_sizes, strict=True
        ):
            if number >= 0:
                sizes[number] += version.size
                references[number] += reference_size
                times[number].append(version.created_at)
        nothing = [Share() for _ in self.names[len(found) :]]
        return [
            UsageGroup(
                name.name, name.path, name.project, name.type,
                size=sizes[number], distinct_size=share.distinct_size,
                freed_size=share.freed_size, reference_size=references[number],
                run_files_size=0, version_count=len(times[number]),
                oldest_at=iso(min(times[number])) if times[number] else None,
                newest_at=iso(max(times[number])) if times[number] else None,
            )
            for number, (name, share) in enumerate(
                zip(self.names, [*found, *nothing], strict=True)
            )
        ]  # fmt: skip


def measure(client: Client, target: Target, options: ScanOptions) -> Flow[UsageReport]:
    """Read what a target stores, and return the report."""
    projects = yield from target.find_projects(client)
    inventory = yield from scan(client, projects, options)
    try:
        return report(inventory, target)
    finally:
        inventory.close()


def report(inventory: Inventory, target: Target) -> UsageReport:
    """Return the report of what was read; other versions count only where they share contents."""
    covered = [target.covers(version.collection) for version in inventory.versions]
    versions = [
        version if inside else None
        for version, inside in zip(inventory.versions, covered, strict=True)
    ]
    runs = inventory.runs if target.is_whole else []
    groupings = groupings_of(inventory, target, versions, runs)
    alone = [number if inside else -1 for number, inside in enumerate(covered)]
    *found, by_version = shares(inventory.contents, [*(g.numbers for g in groupings), alone])
    totals, by_project, by_type, by_collection, by_run = (
        grouping.groups(inventory.versions, inventory.reference_sizes, share)
        for grouping, share in zip(groupings, found, strict=True)
    )
    return UsageReport(
        path=target.path,
        total=with_run_files(totals, runs, lambda _: target.path)[0],
        projects=by_size(
            with_run_files(by_project, runs, lambda run: f"{run.entity}/{run.project}")
        ),
        types=by_size(by_type),
        collections=by_size(by_collection),
        runs=by_size(with_run_files(by_run, runs, lambda run: run.path)),
        versions=version_usages(inventory, covered, by_version),
        run_file_suffixes=file_groups(inventory.suffixes),
        run_file_folders=file_groups(inventory.folders),
        duplicates=duplicates_in(inventory, covered),
        empty_collections=sorted(g.path for g in by_collection if not g.version_count),
        drafts=sorted(v.path for v in inventory.drafts if target.covers(v.collection)),
        runs_without_artifacts=unrelated_runs(inventory, runs),
    )


def groupings_of(
    inventory: Inventory,
    target: Target,
    versions: Sequence[StoredVersion | None],
    runs: Iterable[StoredRun],
) -> list[Grouping]:
    """Return the groupings by nothing, project, type, collection and run, empty groups included."""
    whole = GroupName(target.path, target.path.rpartition("/")[2], target.project, target.type)
    projects = [project_name(*project) for project in inventory.projects]
    collections = [collection_name(c) for c in inventory.collections if target.covers(c)]
    return [
        Grouping(versions, lambda _: whole, [whole]),
        Grouping(versions, project_of, projects),
        Grouping(versions, lambda version: type_name(version.collection)),
        Grouping(versions, lambda version: collection_name(version.collection), collections),
        Grouping(versions, creator_name, [GroupName(r.path, r.name, r.project) for r in runs]),
    ]


def project_of(version: StoredVersion) -> GroupName:
    """Return what the project of a version is called."""
    return project_name(version.collection.entity, version.collection.project)


def project_name(entity: str, project: str) -> GroupName:
    """Return what a project is called."""
    return GroupName(f"{entity}/{project}", project, project)


def type_name(collection: Collection) -> GroupName:
    """Return what the type of a collection is called."""
    path = f"{collection.entity}/{collection.project}/{collection.type}"
    return GroupName(path, collection.type, collection.project, collection.type)


def collection_name(collection: Collection) -> GroupName:
    """Return what a collection is called."""
    return GroupName(collection.path, collection.name, collection.project, collection.type)


def creator_name(version: StoredVersion) -> GroupName | None:
    """Return what the run that logged a version is called."""
    path = version.logged_by
    if path is None:
        return None
    _, project, name = ["", "", *path.split("/")][-3:]
    return GroupName(path, name, project or None)


def with_run_files(
    groups: list[UsageGroup], runs: Iterable[StoredRun], path_of: Callable[[StoredRun], str]
) -> list[UsageGroup]:
    """Add the files of runs, which are stored for each run."""
    sizes: Counter[str] = Counter()
    for run in runs:
        sizes[path_of(run)] += run.size
    return [
        replace(
            group,
            size=group.size + sizes[group.path],
            distinct_size=group.distinct_size + sizes[group.path],
            freed_size=group.freed_size + sizes[group.path],
            run_files_size=sizes[group.path],
        )
        for group in groups
    ]


def by_size(groups: Iterable[UsageGroup]) -> list[UsageGroup]:
    """Return groups, the largest first."""
    return sorted(groups, key=lambda group: (-group.size, group.path))


def version_usages(
    inventory: Inventory, covered: Sequence[bool], found: Sequence[Share]
) -> list[VersionUsage]:
    """Return what each version stores, the largest first."""
    today = datetime.now(UTC)
    usages: list[VersionUsage] = []
    for number, version in enumerate(inventory.versions):
        if covered[number]:
            share = found[number] if number < len(found) else Share()
            usages.append(
                VersionUsage(
                    path=version.path, name=version.name, project=version.collection.project,
                    type=version.collection.type, size=version.size,
                    distinct_size=share.distinct_size, freed_size=share.freed_size,
                    created_at=iso(version.created_at),
                    age_days=max(0, (today - version.created_at).days),
                    aliases=version.aliases, other_aliases=version.other_aliases,
                    tags=version.tags, used_by=version.used_by, links=version.links,
                    logged_by=version.logged_by,
                )
            )  # fmt: skip
    return sorted(usages, key=lambda usage: (-usage.size, usage.path))


def file_groups(totals: FileTotals) -> list[FileGroup]:
    """Return groups of files, the largest first."""
    found = [FileGroup(name, totals.sizes[name], totals.counts[name]) for name in totals.counts]
    return sorted(found, key=lambda group: (-group.size, group.name))


def unrelated_runs(inventory: Inventory, runs: Iterable[StoredRun]) -> list[str]:
    """Return the paths of runs that neither logged nor used any version."""
    related = {path for version in inventory.versions for path in version.used_by}
    related |= {version.logged_by for version in inventory.versions if version.logged_by}
    return sorted(run.path for run in runs if run.path not in related)
