"""Run many flows in parallel, as many as the server bears."""

from ..transport.client import Client
from ..transport.parallel_flows import ParallelFlows

LONGEST_PAUSE_SECONDS = 60.0
"""For how long a Retry-After of the server stops everything."""


def paced_flows(client: Client, jobs: int) -> ParallelFlows:
    """Return a request for many flows; fewer than `jobs` run while the server sends HTTP 429."""
    # Imported late: it imports httpx, which doubles the import time of the package.
    from .concurrency import AdaptiveLimit

    return ParallelFlows(client, jobs, AdaptiveLimit(jobs, jobs, LONGEST_PAUSE_SECONDS))
