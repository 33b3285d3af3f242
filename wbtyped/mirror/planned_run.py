"""A run that is being mirrored."""

from dataclasses import dataclass, field

from wbtyped_graphql.mirrored_runs import MirroredRunsProjectRunsEdgesNode as RunNode

from ..artifacts.lineage import Run
from .lineage_pages import RunVersions
from .records import RunRecord, StoredContent, StoredRows


@dataclass(slots=True)
class PlannedRun:
    """A run of a page, and what was found about it."""

    node: RunNode
    run: Run
    known: RunRecord | None
    logged: RunVersions
    used: RunVersions
    files: list[StoredContent] = field(default_factory=list[StoredContent])
    history: StoredRows | None = None
    system_metrics: StoredRows | None = None

    @classmethod
    def of(cls, node: RunNode, run: Run, known: RunRecord | None) -> "PlannedRun":
        """Return a run with the first page of its lineage."""
        logged = RunVersions.of("logged", node.output_artifacts)
        return cls(node, run, known, logged, RunVersions.of("used", node.input_artifacts))
