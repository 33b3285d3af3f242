"""Restore a mirror: publish what it has and a project does not have."""

from os import PathLike

from wbtyped_graphql import calls

from ..download.options import EngineName
from ..transport.client import Client
from ..transport.flow import ask
from ..upload.batch_options import BatchOptions, build_options
from .catalog import open_catalog
from .place import Place, open_place
from .report import MirrorReport, ProgressCallback
from .restore_runs import RunRestorer
from .restore_versions import VersionRestorer
from .restoring import Restoring

ALWAYS_LOST = "ids, creation times and users: the server assigns its own"


def restore_mirror(
    client: Client,
    source: str | PathLike[str],
    entity: str,
    project: str,
    *,
    jobs: int,
    engine: EngineName | None,
    progress: ProgressCallback | None,
) -> MirrorReport:
    """Restore a mirror into a project, which is created if it is missing."""
    upload = build_options({"engine": engine})
    place = open_place(source)
    try:
        return restore(client, place, entity, project, jobs, upload, progress)
    finally:
        place.close()


def restore(
    client: Client,
    place: Place,
    entity: str,
    project: str,
    jobs: int,
    upload: BatchOptions,
    progress: ProgressCallback | None,
) -> MirrorReport:
    """Restore runs first, so that versions find those that logged them."""
    catalog = open_catalog(place)
    report = MirrorReport(place.name, f"{entity}/{project}")
    restoring = Restoring(client, entity, project, catalog, report, jobs, upload, progress)
    client.run(ask(calls.upsert_project(entity=entity, name=project), f"project {restoring.path}"))
    RunRestorer(restoring).run()
    VersionRestorer(restoring).run()
    report.left_out.append(ALWAYS_LOST)
    report.count_lost(restoring.lost)
    return report
