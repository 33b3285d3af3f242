"""Plan the files that references of a version refer to, over HTTP or in other versions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from wbtyped_graphql import calls
from wbtyped_graphql.enums import ArtifactState

from ...download.batch import PlannedFile
from ...download.local_files import LocalFiles
from ...download.recorded_reference import recorded_of
from ...download.results import FailedFile
from ...download.transfer import Transfer
from ...errors import EntryNotFoundError, NotFoundError, UnsupportedReferenceError, WbtypedError
from ..location import ArtifactLocation
from .entry import ArtifactManifestEntry, is_artifact_reference, parse_artifact_reference
from .plan import ReferenceStep, RequestedFile, plan_files
from .version import VersionContents

MAX_CHAIN_STEPS = 50
"""References that may refer to one another; the official client records none that need two."""


def is_downloadable(entry: ArtifactManifestEntry) -> bool:
    """Return True if a file can be downloaded: one in storage, or a reference to follow."""
    ref = entry.ref
    return (
        ref is None or is_artifact_reference(ref) or ref.lower().startswith(("http://", "https://"))
    )


def follow_references(
    version: VersionContents, references: Sequence[RequestedFile], local_files: LocalFiles
) -> Iterator[PlannedFile]:
    """Yield the plan of the files that references refer to, loading each other version once.

    A reference that cannot be followed is a failure of that file alone.
    """
    by_version: dict[str, list[tuple[str, RequestedFile]]] = defaultdict(list)
    for file in references:
        try:
            uri = file.entry.ref_target()
            if is_artifact_reference(uri):
                artifact_id, path = parse_artifact_reference(uri)
                by_version[artifact_id].append((path, file))
            else:
                yield plan_http_reference(version, file)
        except WbtypedError as error:
            yield FailedFile(file.name, error)
    for artifact_id, files in by_version.items():
        yield from plan_artifact_references(version, artifact_id, files, local_files)


def plan_http_reference(version: VersionContents, file: RequestedFile) -> Transfer:
    """Build the transfer of a reference to a URL, whose server must still send the same ETag."""
    entry, uri = file.entry, file.entry.ref_target()
    label = f"reference {entry.path!r} of artifact {version.qualified_name}"
    recorded = recorded_of(uri, entry.digest, entry.size, entry.extra.get("etag"))
    return Transfer(
        url=uri,
        target=file.target,
        size=recorded.size,
        md5=None,
        label=label,
        name=file.name,
        recorded=recorded,
    )


def plan_artifact_references(
    version: VersionContents,
    artifact_id: str,
    files: Sequence[tuple[str, RequestedFile]],
    local_files: LocalFiles,
) -> Iterator[PlannedFile]:
    """Yield the plan of files of another version; an error there fails only these files."""
    unplanned = dict.fromkeys(file.name for _, file in files)
    try:
        for planned in plan_in_version(version, artifact_id, files, local_files):
            unplanned.pop(planned.name, None)
            yield planned
    except WbtypedError as error:
        for name in unplanned:
            yield FailedFile(name, error)


def plan_in_version(
    version: VersionContents,
    artifact_id: str,
    files: Sequence[tuple[str, RequestedFile]],
    local_files: LocalFiles,
) -> Iterator[PlannedFile]:
    """Load another version and yield the plan of its files, following references from there."""
    node = version.client.send(calls.artifact_by_id(id=artifact_id)).artifact
    other: VersionContents | None = None
    if node is not None and node.state != ArtifactState.DELETED:
        other = VersionContents(version.client, ArtifactLocation.of_source(node), node)
        _ = other.manifest  # Without a manifest all files fail for the same reason.
    found: list[RequestedFile] = []
    for path, file in files:
        try:
            found.append(resolve_reference(version, other, path, file))
        except (NotFoundError, UnsupportedReferenceError) as error:
            yield FailedFile(file.name, error)
    if other is not None:
        yield from plan_files(other, found, local_files, follow_references)


def resolve_reference(
    version: VersionContents, other: VersionContents | None, path: str, file: RequestedFile
) -> RequestedFile:
    """Return the file of another version that a reference refers to."""
    step = ReferenceStep(version.id, version.qualified_name, file.entry.path)
    label = f"reference {step.path!r} of artifact {step.artifact}"
    if other is None:
        raise NotFoundError(
            f"{label} refers to an artifact that was deleted, or that the API key may not see",
            path=step.path,
            missing="artifact",
        )
    try:
        entry = other.get_entry(path)
    except EntryNotFoundError as error:
        raise EntryNotFoundError(f"{label}: {error}", path=path, missing="file") from error
    chain = (*file.chain, step)
    check_chain(label, (*chain, ReferenceStep(other.id, other.qualified_name, entry.path)))
    return RequestedFile(entry, file.target, file.name, chain)


def check_chain(label: str, chain: Sequence[ReferenceStep]) -> None:
    """Raise UnsupportedReferenceError for a cycle of references, or a chain that is too long."""
    last = chain[-1]
    first = next(n for n, step in enumerate(chain) if (step.id, step.path) == (last.id, last.path))
    cycle = [str(step) for step in chain[first:]]
    if len(cycle) > 1:
        raise UnsupportedReferenceError(
            f"{label} is part of a cycle of references: {' -> '.join(cycle)}", uris=cycle
        )
    if len(chain) > MAX_CHAIN_STEPS:
        raise UnsupportedReferenceError(
            f"{label} ends a chain of more than {MAX_CHAIN_STEPS} references", uris=[str(last)]
        )
