"""What the parts of one mirroring share."""

from collections import Counter
from dataclasses import dataclass, field

from ..download.paced_flows import paced_flows
from ..transport.client import Client
from ..transport.parallel_flows import ParallelFlows, flow_of
from .catalog import Catalog
from .contents import ContentDownload
from .options import MirrorOptions
from .place import Place
from .report import MirrorReport


@dataclass(frozen=True, slots=True)
class Mirroring:
    """One mirroring of a project."""

    client: Client
    entity: str
    project: str
    catalog: Catalog
    options: MirrorOptions
    report: MirrorReport
    planned: set[str] = field(default_factory=set[str])
    """Contents that a dry run would have downloaded."""
    lost: Counter[str] = field(default_factory=Counter[str])
    """What the server does not give, by kind, and how often."""

    @property
    def place(self) -> Place:
        """Where the mirror is kept."""
        return self.catalog.place

    def new_download(self) -> ContentDownload:
        """Return a download without contents yet."""
        return ContentDownload(self.client, self.place, self.options.download, self.planned)

    def new_flows(self) -> ParallelFlows:
        """Return a request for many flows."""
        return paced_flows(self.client, self.options.jobs)

    def run_flows(self, flows: ParallelFlows) -> None:
        """Run flows to their end."""
        self.client.run(flow_of(flows))

    def transfer(self, download: ContentDownload) -> None:
        """Download contents, unless this only counts what there is to do."""
        if self.options.dry_run:
            self.planned.update(download.sizes)
        else:
            download.run()
        arrived = download.sizes.keys() - download.reasons.keys()
        self.report.contents += len(arrived)
        self.report.size += sum(download.sizes[path] for path in arrived)

    def end_page(self) -> None:
        """Save what was done so far now and then, and report the progress."""
        if not self.options.dry_run:
            self.catalog.save_if_due()
        if self.options.progress is not None:
            self.options.progress(self.report.progress)
