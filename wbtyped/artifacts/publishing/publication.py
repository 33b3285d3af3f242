"""From the content of a draft to a committed version."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from ...download.collector import seldom_collected
from ...errors import UsageError
from ...transport.client import Client
from ...transport.flow import Flow
from ...upload.batch_options import BatchOptions
from ...user_warnings import warn_user
from ..artifact import StandaloneArtifact
from ..contents.entry import ArtifactManifestEntry
from .draft import StandaloneDraft
from .facts import Target, VersionFacts
from .manifest_spec import ManifestSpec
from .names import check_name, check_names
from .references.reference import Reference
from .version import publish_version


def publish_draft(
    client: Client,
    draft: StandaloneDraft,
    target: Target,
    facts: VersionFacts,
    options: BatchOptions,
    *,
    incremental: bool = False,
) -> Flow[StandaloneArtifact]:
    """Publish what a draft contains; what was written into it is removed."""
    draft.check_complete(incremental=incremental)
    files, entries = draft.files, draft.entries
    kept = entries | (yield from _resolved(client, draft.references, files.keys() | entries.keys()))
    names = [*files, *(kept.keys() - entries.keys())]
    if not (names or entries or incremental):
        warn_user(f"the version of {target.path} has no files")
    if facts.origin is None:
        check_names(names, entries)
    else:
        # Nobody chose the names of a copy anew.
        check_names([], [*names, *entries])
    base = draft.base
    spec = ManifestSpec(
        kept,
        draft.digest_algorithm,
        None if base is None else base.region,
        incremental,
        None if base is None else base.id,
    )
    # The objects of many files live until the version is there; looking through them is in vain.
    with seldom_collected():
        artifact = yield from publish_version(client, target, files, facts, spec, options)
    draft.remove_written()
    return artifact


def _resolved(
    client: Client, references: Sequence[Reference], taken: AbstractSet[str]
) -> Flow[dict[str, ArtifactManifestEntry]]:
    """Return the entries of all references; raises UsageError for a name that is taken."""
    kept: dict[str, ArtifactManifestEntry] = {}
    if not references:
        return kept
    # Imported late: it imports httpx, which most drafts do not need.
    from .references.resolve import resolve_references

    found = yield from resolve_references(client, references)
    for reference, entries in zip(references, found, strict=True):
        for entry in entries:
            check_name(entry.path)
            if kept.setdefault(entry.path, entry) != entry or entry.path in taken:
                raise UsageError(
                    f"{entry.path} is in the draft twice: also as {reference.what}; pass name="
                )
    return kept
