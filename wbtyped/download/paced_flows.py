"""Run many flows in parallel, as many as the server bears."""

from ..transport.client import Client
from ..transport.parallel_flows import ParallelFlows
from .concurrency import AdaptiveLimit

LONGEST_PAUSE_SECONDS = 60.0
"""For how long a Retry-After of the server stops everything."""


def paced_flows(client: Client, jobs: int) -> ParallelFlows:
    """Return a request for many flows; fewer than `jobs` run while the server sends HTTP 429."""
    return ParallelFlows(client, jobs, AdaptiveLimit(jobs, jobs, LONGEST_PAUSE_SECONDS))
