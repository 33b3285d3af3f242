"""A run that exists only to log a version, for servers that accept none without a run."""

import re
from collections.abc import Callable
from typing import TypeVar

from wbtyped_graphql import calls

from ...errors import GraphQLError, SchemaMismatchError
from ...runs.ending import FinishRequest
from ...runs.run import StandaloneRun
from ...transport.client import Client
from ...transport.flow import Flow, ask
from ...user_warnings import warn_user
from .facts import Target, VersionFacts

T = TypeVar("T")

RUN_NEEDED = re.compile(r"(?i)(?<![a-z])run(?:s|name|id)?(?![a-z])")
"""What the error of a server is about that needs a run."""
JOB_TYPE = "auto"
"""The job type of such runs of the official client."""


def needs_run(error: GraphQLError, facts: VersionFacts) -> bool:
    """Return True if a server refuses a version because it has no run."""
    return facts.run is None and any(RUN_NEEDED.search(message) for message in error.messages)


def with_own_run(
    client: Client,
    target: Target,
    facts: VersionFacts,
    run_id: str,
    publish: Callable[[VersionFacts], Flow[T]],
) -> Flow[T]:
    """Publish with a run that is created for it, and finished after it."""
    create = calls.create_publishing_run(
        entity=target.entity, project=target.project, name=run_id, job_type=JOB_TYPE
    )
    result = yield from ask(create, f"run for a version of {target.path}")
    bucket = result.upsert_bucket.bucket if result.upsert_bucket else None
    if bucket is None:
        raise SchemaMismatchError(
            f"run for a version of {target.path}: the response contains no run",
            operation=create.name,
        )
    run = StandaloneRun(client, target.entity, target.project, bucket.name, bucket)
    warn_user(
        f"{client.settings.base_url} accepts no version without a run, so run {run.full_path} was"
        " created for it; pass run= to use one of yours"
    )
    try:
        published = yield from publish(facts._replace(run=run.id))
    except Exception:
        yield FinishRequest(client, run, 1)
        raise
    yield FinishRequest(client, run, 0)
    return published
