"""Find the entries of references, in parallel where their stores are asked."""

from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from ....transport.blocking import in_flow
from ....transport.client import Client
from ....transport.flow import Flow
from ....user_warnings import warn_user
from ...artifact import StandaloneArtifact
from ...contents.entry import ArtifactManifestEntry
from .artifacts import artifact_entries
from .buckets import Report, bucket_entries
from .gcs import GcsBucket
from .local_files import file_entries
from .reference import STORES, Reference
from .s3 import PARALLEL_OBJECTS, S3Bucket
from .web import web_entries

PARALLEL_REFERENCES = 16


def resolve_references(
    client: Client, references: Sequence[Reference]
) -> Flow[list[list[ArtifactManifestEntry]]]:
    """Return the entries of each reference, in the order given."""
    loaded: dict[str, StandaloneArtifact] = {}
    found: dict[int, list[ArtifactManifestEntry]] = {}
    for number, reference in enumerate(references):
        if reference.scheme == "wandb-artifact":
            found[number] = yield from artifact_entries(client, reference, loaded)
    others = {n: reference for n, reference in enumerate(references) if n not in found}
    if others:
        found |= yield from in_flow(lambda: _ask_stores(client, others))
    return [found[number] for number in range(len(references))]


def _ask_stores(
    client: Client, references: dict[int, Reference]
) -> dict[int, list[ArtifactManifestEntry]]:
    warnings: list[str] = []

    def ask(reference: Reference) -> list[ArtifactManifestEntry]:
        return entries_of(client, reference, warnings.append, object_threads)

    # No thread is started before there is something to do for it.
    with (
        ThreadPoolExecutor(PARALLEL_OBJECTS) as object_threads,
        ThreadPoolExecutor(PARALLEL_REFERENCES) as threads,
    ):
        entries = dict(zip(references, threads.map(ask, references.values()), strict=True))
    for warning in warnings:
        warn_user(warning)
    return entries


def entries_of(
    client: Client, reference: Reference, report: Report, threads: Executor
) -> list[ArtifactManifestEntry]:
    """Return the entries of a reference to anything but another version.

    `threads` are for the objects of one reference.
    """
    transport = client.transport
    match reference.scheme:
        case "http" | "https":
            return web_entries(transport, reference)
        case "s3":
            bucket = S3Bucket(transport, reference, threads)
            return bucket_entries(bucket, reference, report)
        case "gs":
            return bucket_entries(GcsBucket(transport, reference), reference, report)
        case "file":
            return file_entries(reference)
        case scheme:
            assert scheme not in STORES  # noqa: S101 - `wandb-artifact` takes queries
            report(
                f"{reference.uri}: what {scheme}: leads to is not known here, so it is recorded by"
                " its URI alone"
            )
            return [reference.plain_entry(reference.label)]
