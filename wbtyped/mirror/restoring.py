"""What the parts of one restoring share."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from ..download.paced_flows import paced_flows
from ..transport.client import Client
from ..transport.parallel_flows import ParallelFlows, flow_of
from ..upload.batch_options import BatchOptions
from .catalog import Catalog
from .place import Place
from .report import MirrorReport, ProgressCallback


@dataclass(frozen=True, slots=True)
class Restoring:
    """One restoring of a mirror into a project."""

    client: Client
    entity: str
    project: str
    catalog: Catalog
    report: MirrorReport
    jobs: int
    upload: BatchOptions
    progress: ProgressCallback | None
    lock: threading.RLock = field(default_factory=threading.RLock)
    """Held by whoever reports: files are sent by many threads."""
    lost: Counter[str] = field(default_factory=Counter[str])
    """What cannot be kept, by kind, and how often."""

    @property
    def place(self) -> Place:
        """Where the mirror is kept."""
        return self.catalog.place

    @property
    def path(self) -> str:
        """`entity/project` that is restored into."""
        return f"{self.entity}/{self.project}"

    @property
    def is_same_project(self) -> bool:
        """Whether the project is the one that was mirrored: nothing that it has is changed."""
        header = self.catalog.header
        server = self.client.settings.base_url
        return (header.server, header.entity, header.project) == (
            server, self.entity, self.project,
        )  # fmt: skip

    def moved(self, path: str) -> str | None:
        """Return the path of a run after the move; None for one of another project."""
        header = self.catalog.header
        former = f"{header.entity}/{header.project}/"
        return f"{self.path}/{path[len(former) :]}" if path.startswith(former) else None

    def new_flows(self) -> ParallelFlows:
        """Return a request for many flows."""
        return paced_flows(self.client, self.jobs)

    def run_flows(self, flows: ParallelFlows) -> None:
        """Run flows to their end."""
        self.client.run(flow_of(flows))

    def fail(self, path: str, reason: object) -> None:
        """Report what could not be restored."""
        with self.lock:
            self.report.failed.append((path, str(reason)))

    def add_content(self, size: int) -> None:
        """Count a content that was sent."""
        with self.lock:
            self.report.contents += 1
            self.report.size += size
            self.end_step()

    def end_step(self) -> None:
        """Report the progress."""
        if self.progress is not None:
            with self.lock:
                self.progress(self.report.progress)
