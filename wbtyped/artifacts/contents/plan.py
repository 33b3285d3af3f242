"""Decide for each file of a version whether it is present, fails, or has to be downloaded."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from ...download.batch import PlannedFile
from ...download.local_files import FileSpec, LocalFiles, SkippedFile, is_right
from ...download.results import FailedFile
from ...download.target import Target
from ...download.transfer import RefreshUrls, Transfer
from ...errors import OfflineError, SchemaMismatchError, WbtypedError
from .entry import ArtifactManifestEntry, is_artifact_reference
from .signed_urls import list_urls, refresh_urls
from .version import VersionContents


class ReferenceStep(NamedTuple):
    """A reference that was followed on the way to a file."""

    id: str
    """The id of the version that contains it."""
    artifact: str
    path: str

    def __str__(self) -> str:
        return f"{self.artifact}/{self.path}"


class RequestedFile(NamedTuple):
    """A file of a version to download, and its target."""

    entry: ArtifactManifestEntry
    target: Target
    name: str
    """Its name in results: the path in the version whose download was requested."""
    chain: tuple[ReferenceStep, ...] = ()
    """The references that led here."""


FollowReferences = Callable[
    [VersionContents, Sequence[RequestedFile], LocalFiles], Iterator[PlannedFile]
]
"""Yields the plan of the files that references refer to."""


def plan_files(
    version: VersionContents,
    files: Iterable[RequestedFile],
    local_files: LocalFiles,
    follow: FollowReferences,
) -> Iterator[PlannedFile]:
    """Yield the files that are present, then a transfer for each other one as its URL arrives.

    References are followed even if the URLs of plain files cannot be listed.
    """
    plain: dict[str, list[RequestedFile]] = defaultdict(list)
    references: list[RequestedFile] = []
    for file, outcome in check_local(version, files, local_files):
        if outcome is not None:
            yield outcome
        elif file.entry.is_reference:
            references.append(file)
        else:
            # Several references may refer to one file.
            plain[file.entry.path].append(file)
    if version.client.settings.offline:
        yield from fail_offline(version, plain)
        plain.clear()
    failure: WbtypedError | None = None
    try:
        yield from plan_plain(version, plain)
    except WbtypedError as error:
        failure = error
    yield from follow(version, references, local_files)
    if failure is not None:
        raise failure


def check_local(
    version: VersionContents, files: Iterable[RequestedFile], local_files: LocalFiles
) -> Iterator[tuple[RequestedFile, SkippedFile | FailedFile | None]]:
    """Yield each file with its outcome if no request is needed for it, else None."""
    usable: list[RequestedFile] = []
    for file in files:
        if file.entry.fault:
            yield file, FailedFile(file.name, invalid_entry(version, file.entry))
        else:
            usable.append(file)
    for file, outcome in local_files.check(usable, attrgetter("target"), file_spec):
        if isinstance(outcome, WbtypedError):
            yield file, FailedFile(file.name, outcome)
        else:
            yield file, outcome


def plan_plain(
    version: VersionContents, plain: dict[str, list[RequestedFile]]
) -> Iterator[Transfer]:
    """Yield a transfer for each file as its URL arrives; takes them out of `plain`.

    Raises SchemaMismatchError if the server omits one.
    """
    name, refresh = version.qualified_name, partial(refresh_urls, version)
    for path, url in list_urls(version, list(plain)):
        for file in plain.pop(path, ()):
            yield make_transfer(file, url, name, refresh)
    if plain:
        raise SchemaMismatchError(
            f"artifact {name}: the server returned no URL for {', '.join(sorted(plain)[:5])},"
            " which the manifest lists",
            operation="ArtifactFileAddresses",
        )


def make_transfer(file: RequestedFile, url: str, version: str, refresh: RefreshUrls) -> Transfer:
    """Build the transfer of a file, verified by its manifest entry."""
    entry = file.entry
    is_xxh128 = entry.digest_algorithm() == "XXH128"
    return Transfer(
        url=url,
        target=file.target,
        size=entry.size,
        md5=None if is_xxh128 else entry.digest,
        xxh128=entry.digest if is_xxh128 else None,
        label=f"file {entry.path!r} of artifact {version}",
        name=file.name,
        refresh_urls=refresh,
        refresh_name=entry.path,
    )


def invalid_entry(version: VersionContents, entry: ArtifactManifestEntry) -> SchemaMismatchError:
    """Build the error for a file whose manifest entry cannot be used."""
    return SchemaMismatchError(
        f"file {entry.path!r} of artifact {version.qualified_name} cannot be downloaded, its"
        f" manifest entry is invalid: {entry.fault}",
        operation="ArtifactManifest",
    )


def fail_offline(
    version: VersionContents, plain: Mapping[str, list[RequestedFile]]
) -> Iterator[FailedFile]:
    """Yield a failure for each file that the cache does not contain, for an offline client."""
    for path, files in plain.items():
        for file in files:
            yield FailedFile(
                file.name,
                OfflineError(
                    f"file {path!r} of artifact {version.qualified_name} is not in the cache (one"
                    f" of {len(plain)}); download it once online with the cache enabled"
                ),
            )


def file_spec(file: RequestedFile) -> FileSpec:
    """Return the size and digest that a file must have, as far as its entry tells.

    Only references to other artifacts carry a digest of the content; for other references it is
    unknown.
    """
    entry = file.entry
    if entry.ref is None:
        return FileSpec(file.name, file.target, entry.size, entry.digest, entry.digest_algorithm())
    # The official client records size 0 for references to other artifacts, whatever the file.
    digest = entry.digest if is_artifact_reference(entry.ref) else None
    return FileSpec(file.name, file.target, None, digest, entry.digest_algorithm())


def entry_matches(entry: ArtifactManifestEntry, target: Path) -> bool:
    """Return True if a file exists with the content that a manifest entry describes."""
    return is_right(target, entry.size, entry.digest, entry.digest_algorithm())
