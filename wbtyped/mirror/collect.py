"""Mirror a project: read what the server has, and transfer what the mirror does not have."""

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from os import PathLike
from typing import TypeVar

from ..download.disk.digests import file_digest
from ..errors import UsageError
from ..projects.project import Project
from .catalog import Catalog, Table, read_header
from .collect_runs import RunCollector
from .collect_versions import VersionCollector
from .contents import algorithm_of, content_path, entry_path
from .manifests import load_manifest
from .mirroring import Mirroring
from .options import MirrorOptions
from .place import CONTENTS, UNNAMED, Place, open_place
from .records import Header, Record
from .report import MirrorReport

RecordT = TypeVar("RecordT", bound=Record)


def mirror_project(
    project: Project, target: str | PathLike[str], options: MirrorOptions
) -> MirrorReport:
    """Mirror a project into a folder, or what an fsspec URL names."""
    place = open_place(target)
    try:
        with nullcontext() if options.dry_run else place.lock():
            return collect(project, place, options)
    finally:
        place.close()


def collect(project: Project, place: Place, options: MirrorOptions) -> MirrorReport:
    """Bring a mirror up to date; what was done is saved also if it ends early."""
    catalog = Catalog(place, new_header(project, place))
    report = MirrorReport(project.full_path, place.name, is_dry_run=options.dry_run)
    mirroring = Mirroring(project.client, project.entity, project.name, catalog, options, report)
    if options.dry_run:
        read_project(mirroring)
        settle_deleted(mirroring)
        return report
    try:
        catalog.save()
        # What a killed process has left there is not known to be whole.
        shutil.rmtree(place.incoming / UNNAMED, ignore_errors=True)
        if options.verify:
            remove_damaged(place)
        read_project(mirroring)
        settle_deleted(mirroring)
        catalog.save()
        if options.delete:
            remove_unused(catalog)
        catalog.header = catalog.header.model_copy(
            update={"finished_at": datetime.now(UTC), "is_complete": report.ok}
        )
    finally:
        catalog.save()
    report.count_lost(mirroring.lost)
    return report


def read_project(mirroring: Mirroring) -> None:
    """Read everything that is wanted of the project."""
    if mirroring.options.artifacts:
        VersionCollector(mirroring).run()
    if mirroring.options.runs:
        RunCollector(mirroring).run()


def new_header(project: Project, place: Place) -> Header:
    """Return the header of the mirror; raises UsageError if it is that of another project."""
    header = Header(
        server=project.client.settings.base_url,
        entity=project.entity,
        project=project.name,
        description=project.description,
        access=project.attrs.access,
        created_at=project.attrs.created_at,
        started_at=datetime.now(UTC),
    )
    known = read_header(place)
    if known is None:
        return header
    if (known.server, known.entity, known.project) != (
        header.server, header.entity, header.project,
    ):  # fmt: skip
        raise UsageError(
            f"{place.name} is a mirror of {known.entity}/{known.project} on {known.server}; mirror"
            " each project into a folder of its own"
        )
    return header.model_copy(update={"finished_at": known.finished_at, "counts": known.counts})


# What the server no longer has.


def settle_deleted(mirroring: Mirroring) -> None:
    """Mark what the server no longer has, or remove it, as was asked for."""
    catalog, owner = mirroring.catalog, f"{mirroring.entity}/{mirroring.project}"
    if mirroring.options.artifacts:
        settle(mirroring, catalog.versions, lambda v: f"{owner}/{v.collection}:v{v.index}")
        settle(mirroring, catalog.collections, lambda c: f"{owner}/{c.name}")
        settle(mirroring, catalog.types, lambda t: f"type {t.name} of {owner}")
    if mirroring.options.runs:
        settle(mirroring, catalog.runs, lambda run: f"{owner}/{run.name}")


def settle(mirroring: Mirroring, table: Table[RecordT], path_of: Callable[[RecordT], str]) -> None:
    """Mark or remove the lines of one kind that the server no longer has."""
    moment = datetime.now(UTC)
    for record in table.unseen():
        if mirroring.options.delete:
            table.drop(record)
        elif record.deleted_at is None:
            table.mark_deleted(record, moment)
        else:
            continue
        mirroring.report.deleted.append(path_of(record))


def remove_unused(catalog: Catalog) -> None:
    """Remove the contents and metrics that no line refers to."""
    place = catalog.place
    used: set[str] = set()
    for version in catalog.versions:
        used.add(version.manifest)
        used.update(filter(None, map(entry_path, load_manifest(place, version.manifest))))
    for run in catalog.runs:
        used.update(file.content for file in run.files)
        used.update(rows.file for rows in (run.history, run.system_metrics) if rows)
    for path in place.files():
        if path not in used:
            place.remove(path)


def remove_damaged(place: Place) -> None:
    """Remove the contents that do not have the digests that they are named by."""
    for path in place.files(CONTENTS):
        wanted = algorithm_of(path)
        if content_path(file_digest(place.fetch(path), wanted), wanted) != path:
            place.remove(path)
        place.forget(path)
