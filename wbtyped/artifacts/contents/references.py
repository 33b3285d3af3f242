"""Where references of a version lead, and what has to be fetched for them."""

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
from .manifest import ArtifactManifestEntry, artifact_reference, leads_to_artifact
from .plan import Step, Wanted, plan
from .version import VersionContents

LONGEST_TRAIL = 50
"""References that may lead to one another; the official client records none that need a second."""


def is_readable(entry: ArtifactManifestEntry) -> bool:
    """Tell whether a file can be fetched from here."""
    ref = entry.ref
    return ref is None or leads_to_artifact(ref) or ref.lower().startswith(("http://", "https://"))


def follow(
    artifact: VersionContents, references: Sequence[Wanted], local_files: LocalFiles
) -> Iterator[PlannedFile]:
    """Yield what references refer to, each version that they lead to asked for once.

    One that leads nowhere is a failure of that file alone.
    """
    elsewhere: dict[str, list[tuple[str, Wanted]]] = defaultdict(list)
    for file in references:
        try:
            uri = file.entry.ref_target()
            if leads_to_artifact(uri):
                opaque_id, path = artifact_reference(uri)
                elsewhere[opaque_id].append((path, file))
            else:
                yield plan_http_reference(artifact, file)
        except WbtypedError as error:
            yield FailedFile(file.name, error)
    for opaque_id, files in elsewhere.items():
        yield from plan_artifact_reference(artifact, opaque_id, files, local_files)


def plan_http_reference(artifact: VersionContents, file: Wanted) -> Transfer:
    """Return what fetches a plain reference; its server must still call the content the same."""
    entry, uri = file.entry, file.entry.ref_target()
    label = f"reference {entry.path!r} of artifact {artifact.qualified_name}"
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


def plan_artifact_reference(
    artifact: VersionContents,
    opaque_id: str,
    files: Sequence[tuple[str, Wanted]],
    local_files: LocalFiles,
) -> Iterator[PlannedFile]:
    """Yield what fetches files of another version; what fails there fails for these alone."""
    left = dict.fromkeys(file.name for _, file in files)
    try:
        for planned in planned_there(artifact, opaque_id, files, local_files):
            left.pop(planned.name, None)
            yield planned
    except WbtypedError as error:
        for name in left:
            yield FailedFile(name, error)


def planned_there(
    artifact: VersionContents,
    opaque_id: str,
    files: Sequence[tuple[str, Wanted]],
    local_files: LocalFiles,
) -> Iterator[PlannedFile]:
    """Yield what fetches files of another version, following references from there."""
    node = artifact.client.send(calls.artifact_by_id(id=opaque_id)).artifact
    other: VersionContents | None = None
    if node is not None and node.state != ArtifactState.DELETED:
        other = VersionContents(artifact.client, ArtifactLocation.of_source(node), node)
        _ = other.manifest  # without one, all fail for the same reason
    found: list[Wanted] = []
    for path, file in files:
        try:
            found.append(plan_references(artifact, other, path, file))
        except (NotFoundError, UnsupportedReferenceError) as error:
            yield FailedFile(file.name, error)
    if other is not None:
        yield from plan(other, found, local_files, follow)


def plan_references(
    artifact: VersionContents, other: VersionContents | None, path: str, file: Wanted
) -> Wanted:
    """Return the file that a reference leads to."""
    here = Step(artifact.id, artifact.qualified_name, file.entry.path)
    what = f"reference {here.path!r} of artifact {here.artifact}"
    if other is None:
        raise NotFoundError(
            f"{what} leads to an artifact that was deleted, or that the API key may not see",
            path=here.path,
            missing="artifact",
        )
    try:
        entry = other.get_entry(path)
    except EntryNotFoundError as error:
        raise EntryNotFoundError(f"{what}: {error}", path=path, missing="file") from error
    trail = (*file.trail, here)
    refuse_circle(what, (*trail, Step(other.id, other.qualified_name, entry.path)))
    return Wanted(entry, file.target, file.name, trail)


def refuse_circle(what: str, trail: Sequence[Step]) -> None:
    """Raise UnsupportedReferenceError for references that lead to one another without an end."""
    last = trail[-1]
    first = next(n for n, step in enumerate(trail) if (step.id, step.path) == (last.id, last.path))
    circle = [str(step) for step in trail[first:]]
    if len(circle) > 1:
        shown = " -> ".join(circle)
        raise UnsupportedReferenceError(f"{what} leads in a circle: {shown}", uris=circle)
    if len(trail) > LONGEST_TRAIL:
        raise UnsupportedReferenceError(
            f"{what} leads to another reference, and so on for more than {LONGEST_TRAIL} of them",
            uris=[str(last)],
        )
