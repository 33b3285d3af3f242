"""What has to be fetched for files of a version, and from where."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from ...download.batch import PlannedFile
from ...download.disk.digests import IsCancelled
from ...download.local_files import (
    LARGE_BYTES,
    FileSpec,
    LocalFiles,
    SkippedFile,
    is_right,
    map_large_in_threads,
)
from ...download.results import FailedFile
from ...download.transfer import Transfer
from ...errors import OfflineError, SchemaMismatchError, WbtypedError
from .manifest import ArtifactManifestEntry, leads_to_artifact
from .signed_urls import refresh_urls, signed_urls
from .version import VersionContents


class Step(NamedTuple):
    """A reference that was followed."""

    id: str
    """The version's."""
    artifact: str
    path: str

    def __str__(self) -> str:
        return f"{self.artifact}/{self.path}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of a version, and where it is to be."""

    entry: ArtifactManifestEntry
    target: Path
    name: str
    """What it is called in results: its path in the version that was asked for."""
    trail: tuple[Step, ...] = ()
    """The references that led here."""


Follow = Callable[[VersionContents, Sequence[Wanted], LocalFiles], Iterator[PlannedFile]]
"""Yields what references refer to."""


def plan(
    artifact: VersionContents, files: Iterable[Wanted], local_files: LocalFiles, follow: Follow
) -> Iterator[PlannedFile]:
    """Yield what is there already, then what is to be fetched, as the URLs come in.

    What keeps the URLs of files from being listed does not keep references from being followed.
    """
    plain: dict[str, list[Wanted]] = defaultdict(list)
    references: list[Wanted] = []
    for file, known in looked_for(artifact, files, local_files):
        if known is not None:
            yield known
        elif file.entry.is_reference:
            references.append(file)
        else:
            # Several references may lead to one file.
            plain[file.entry.path].append(file)
    if artifact.client.settings.offline:
        yield from out_of_reach(artifact, plain)
        plain.clear()
    failed: WbtypedError | None = None
    try:
        for path, url in signed_urls(artifact, plain):
            for file in plain[path]:
                yield make_transfer(artifact, file.entry, url, file.target, file.name)
    except WbtypedError as error:
        failed = error
    yield from follow(artifact, references, local_files)
    if failed is not None:
        raise failed


def looked_for(
    artifact: VersionContents, files: Iterable[Wanted], local_files: LocalFiles
) -> Iterator[tuple[Wanted, SkippedFile | FailedFile | None]]:
    """Yield each file with what is known without asking anyone; None where it is to be fetched."""

    def work(file: Wanted, is_cancelled: IsCancelled) -> SkippedFile | FailedFile | None:
        try:
            if file.entry.fault:
                return FailedFile(file.name, unusable(artifact, file.entry))
            return local_files.find(file_spec(file), is_cancelled)
        except WbtypedError as error:
            return FailedFile(file.name, error)

    return map_large_in_threads(work, files, lambda file: (file.entry.size or 0) >= LARGE_BYTES)


def unusable(artifact: VersionContents, entry: ArtifactManifestEntry) -> SchemaMismatchError:
    """Return the error for a file whose entry in the manifest says nothing of use."""
    return SchemaMismatchError(
        f"file {entry.path!r} of artifact {artifact.qualified_name} cannot be fetched, its entry in"
        f" the manifest is wrong: {entry.fault}",
        operation="ArtifactManifest",
    )


def out_of_reach(
    artifact: VersionContents, plain: Mapping[str, list[Wanted]]
) -> Iterator[FailedFile]:
    """Yield the files that the cache does not hold, for a client that may ask nobody else."""
    for path, files in plain.items():
        for file in files:
            yield FailedFile(
                file.name,
                OfflineError(
                    f"file {path!r} of artifact {artifact.qualified_name} is not in the cache, one"
                    f" of {len(plain)}; download it once with the cache on, and not offline"
                ),
            )


def file_spec(file: Wanted) -> FileSpec:
    """Return what is known of a file of a version, and where it is to be.

    Of a reference to another version, the digest is that of the content; of others, who knows.
    """
    entry = file.entry
    if entry.ref is None:
        return FileSpec(file.name, file.target, entry.size, entry.digest, entry.digest_algorithm())
    # The official client gives those to other versions the size 0, whatever they lead to.
    digest = entry.digest if leads_to_artifact(entry.ref) else None
    return FileSpec(file.name, file.target, None, digest, entry.digest_algorithm())


def entry_is_right(entry: ArtifactManifestEntry, target: Path) -> bool:
    """Tell whether a file of a version is there with the right content."""
    return is_right(target, entry.size, entry.digest, entry.digest_algorithm())


def make_transfer(
    artifact: VersionContents, entry: ArtifactManifestEntry, url: str, target: Path, name: str
) -> Transfer:
    """Return what fetches a file of a version, checked by what the manifest says of it."""
    xxh128 = entry.digest if entry.digest_algorithm() == "XXH128" else None
    return Transfer(
        url=url,
        target=target,
        size=entry.size,
        md5=None if xxh128 else entry.digest,
        xxh128=xxh128,
        label=f"file {entry.path!r} of artifact {artifact.qualified_name}",
        name=name,
        refresh_urls=partial(refresh_urls, artifact),
        refresh_name=entry.path,
    )
