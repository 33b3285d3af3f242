"""How a project is mirrored."""

from dataclasses import dataclass

from .. import arguments
from ..download.batch import BatchOptions, build_options
from ..download.options import EngineName
from ..transport.client import Client
from ..transport.parallel_flows import check_jobs
from .report import ProgressCallback


@dataclass(frozen=True, slots=True)
class MirrorOptions:
    """What to mirror, and how."""

    runs: bool
    artifacts: bool
    verify: bool
    delete: bool
    dry_run: bool
    jobs: int
    progress: ProgressCallback | None
    download: BatchOptions

    @classmethod
    def of(
        cls,
        client: Client,
        *,
        runs: bool,
        artifacts: bool,
        verify: bool,
        delete: bool,
        dry_run: bool,
        jobs: int,
        engine: EngineName | None,
        progress: ProgressCallback | None,
    ) -> "MirrorOptions":
        """Check the arguments; raises UsageError."""
        arguments.check_flags(
            runs=runs, artifacts=artifacts, verify=verify, delete=delete, dry_run=dry_run
        )
        check_jobs(jobs, progress)
        # What it downloads is kept by digest already; power may be lost while it is written.
        download = build_options(
            client.settings, {"engine": engine, "cache": False}, on_error="collect"
        )
        return cls(runs, artifacts, verify, delete, dry_run, jobs, progress, download)
