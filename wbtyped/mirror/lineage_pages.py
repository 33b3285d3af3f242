"""The pages of lineage after those that come with a run or a version."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from wbtyped_graphql import calls, fragments

from ..runs.ref import RunRef, require_run
from ..storage.stored_version import run_path
from ..transport.cursors import Cursors
from ..transport.flow import Flow, ask

FIRST_LINEAGE = 200
"""Users of a version, and versions of a run, that come with it."""
LINEAGE_PER_PAGE = 1000
"""The same for each further page."""
Side = Literal["logged", "used"]
VersionsPage = fragments.VersionsOfRun | fragments.UsedVersionsOfRun


@dataclass(slots=True)
class VersionUsers:
    """The runs that used a version, by path, and whether these are all of them."""

    paths: list[str]
    is_complete: bool

    @classmethod
    def of(cls, page: fragments.UsersOfVersion) -> "VersionUsers":
        """Return the users on the first page."""
        return cls(user_paths(page), not page.page_info.has_next_page)

    def read_rest(self, version_id: str, first: fragments.UsersOfVersion) -> Flow[None]:
        """Add the users on all further pages; a deleted version has no more."""
        page, seen = first, Cursors("MirroredUsers", None, "runs that used a version")
        while page.page_info.has_next_page:
            cursor = seen.follow(page.page_info.end_cursor)
            result = yield from ask(
                calls.mirrored_users(id=version_id, cursor=cursor, per_page=LINEAGE_PER_PAGE)
            )
            if result.artifact is None:
                break
            page = result.artifact.used_by
            self.paths += user_paths(page)
        self.is_complete = True


@dataclass(slots=True)
class RunVersions:
    """The versions that a run logged, or those that it used, and whether these are all of them."""

    side: Side
    nodes: list[fragments.VersionPlace]
    is_complete: bool

    @classmethod
    def of(cls, side: Side, page: VersionsPage | None) -> "RunVersions":
        """Return the versions on the first page."""
        return cls(side, version_nodes(page), page is None or not page.page_info.has_next_page)

    def read_rest(self, run: RunRef, first: VersionsPage | None) -> Flow[None]:
        """Add the versions on all further pages."""
        page, seen = first, Cursors("MirroredRunVersions", None, f"artifacts of {run.full_path}")
        while page is not None and page.page_info.has_next_page:
            cursor = seen.follow(page.page_info.end_cursor)
            result = yield from ask(
                calls.mirrored_run_versions(
                    entity=run.entity, project=run.project, name=run.id, cursor=cursor,
                    logged=self.side == "logged", used=self.side == "used",
                    per_page=LINEAGE_PER_PAGE,
                )
            )  # fmt: skip
            found = require_run(run, result.project)
            page = found.output_artifacts if self.side == "logged" else found.input_artifacts
            self.nodes += version_nodes(page)
        self.is_complete = True

    def ids(self) -> list[str]:
        """Return the ids of all."""
        return [node.id for node in self.nodes]

    def elsewhere(self, run: RunRef) -> list[str]:
        """Return the paths of those of other projects than that of the run."""
        owner = f"{run.entity}/{run.project}/"
        paths = (version_path(node) for node in self.nodes)
        return sorted(path for path in paths if not path.startswith(owner))


def user_paths(page: fragments.UsersOfVersion) -> list[str]:
    """Return the paths of the runs on a page."""
    return [run_path(edge.node.project, edge.node.name) for edge in page.edges]


def version_nodes(page: VersionsPage | None) -> list[fragments.VersionPlace]:
    """Return the versions on a page."""
    edges: Sequence[fragments.VersionsOfRunEdges | fragments.UsedVersionsOfRunEdges]
    edges = page.edges if page is not None else ()
    nodes: Iterable[fragments.VersionPlace | None] = (edge.node for edge in edges)
    return [node for node in nodes if node is not None]


def version_path(node: fragments.VersionPlace) -> str:
    """Return the path of a version; only its name if its project cannot be seen."""
    sequence = node.artifact_sequence
    name = f"{sequence.name}:v{node.version_index or 0}"
    project = sequence.project
    return f"{project.entity_name}/{project.name}/{name}" if project else name
