"""Apply the part of a plan that is about files of runs: check each run, and delete its files."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

from wbtyped_graphql import calls, fragments

from ..artifacts.lineage import Run
from ..errors import AuthenticationError, DiskError, NotFoundError, WbtypedError
from ..transport.client import Client
from ..transport.flow import Flow, ask
from ..transport.nodes import iso
from .applied import Applied
from .prune_plan import PlannedFile
from .stored_version import RUNNING_STATES

FILES_PER_REQUEST = 100


def file_batches(files: Sequence[PlannedFile]) -> list[list[PlannedFile]]:
    """Return files that can be deleted with one request: of one run, and not too many."""
    batches: list[list[PlannedFile]] = []
    for _, members in groupby(sorted(files, key=attrgetter("path")), key=attrgetter("run")):
        of_run = list(members)
        batches += [
            of_run[start : start + FILES_PER_REQUEST]
            for start in range(0, len(of_run), FILES_PER_REQUEST)
        ]
    return batches


def delete_files(client: Client, applied: Applied, files: Sequence[PlannedFile]) -> Flow[None]:
    """Delete files of one run, except those that have changed since the plan."""
    try:
        run = yield from Run.find(client, *files[0].run.split("/", 2))
        left = yield from _unchanged(applied, run, files)
        if left:
            yield from _delete(applied, run, left)
    except (AuthenticationError, DiskError):
        raise
    except NotFoundError:
        for file in files:
            applied.record_gone(file)
    except WbtypedError as error:
        for file in files:
            if not applied.knows(file):
                applied.record("failed", file, str(error))


def _delete(applied: Applied, run: Run, files: Sequence[PlannedFile]) -> Flow[None]:
    delete = calls.delete_run_files(
        files=[file.id for file in files], project_id=run.project_internal_id
    )
    yield from ask(delete, f"files of run {run.full_path}")
    for file in files:
        applied.record_deleted(file)


def _unchanged(applied: Applied, run: Run, files: Sequence[PlannedFile]) -> Flow[list[PlannedFile]]:
    """Return the files that are as they were; record the outcome of the others."""
    about = f"run {run.full_path}"
    if run.state in RUNNING_STATES:
        for file in files:
            applied.record("refused", file, f"its run is {run.state} now")
        return []
    result = yield from ask(
        calls.run_files(
            entity=run.entity, project=run.project, name=run.id,
            file_names=[file.name for file in files], file_limit=len(files), upload=False,
        ),
        about,
    )  # fmt: skip
    listed = result.project.run.files if result.project and result.project.run else None
    nodes = {edge.node.name: edge.node for edge in listed.edges if edge.node} if listed else {}
    return [file for file in files if _is_unchanged(applied, file, nodes.get(file.name))]


def _is_unchanged(applied: Applied, file: PlannedFile, node: fragments.RunFile | None) -> bool:
    # A name that does not exist comes as a node without a time.
    if node is None or node.updated_at is None:
        applied.record_gone(file)
    elif iso(node.updated_at) != file.updated_at or node.size_bytes != file.size:
        applied.record("refused", file, "it has changed since the plan")
    elif node.id != file.id:
        applied.record("refused", file, "another file has its name now")
    else:
        return True
    return False
