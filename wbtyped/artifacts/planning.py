"""What has to be fetched for files of a version, and from where."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wbtyped_graphql import calls

from ..download.batch import Planned
from ..download.digests import IsAbandoned
from ..download.existing import LARGE, Kept, Stock, Wish, is_right, side_by_side
from ..download.results import FailedFile
from ..download.transfer import Transfer
from ..errors import NotFoundError, OfflineError, WbtypedError
from .addresses import Wanted, addresses, addresses_anew
from .manifest import ARTIFACT_SCHEME, ArtifactManifestEntry, artifact_reference

if TYPE_CHECKING:
    from .artifact import Artifact


def plan(
    artifact: "Artifact",
    entries: Iterable[ArtifactManifestEntry],
    targets: Mapping[str, Path],
    stock: Stock,
) -> Iterator[Planned]:
    """Yield what is there already, then what is to be fetched, as the addresses come in."""
    plain: dict[str, ArtifactManifestEntry] = {}
    references: list[ArtifactManifestEntry] = []

    def work(entry: ArtifactManifestEntry, abandoned: IsAbandoned) -> Kept | FailedFile | None:
        try:
            return stock.look(wish_of(entry, targets[entry.path]), abandoned)
        except WbtypedError as error:
            return FailedFile(entry.path, error)

    for entry, known in side_by_side(work, entries, lambda entry: (entry.size or 0) >= LARGE):
        if known is not None:
            yield known
        elif entry.is_reference:
            references.append(entry)
        else:
            plain[entry.path] = entry
    if artifact.client.settings.offline:
        yield from out_of_reach(artifact, plain)
        plain = {}
    for path, url in addresses(artifact, plain):
        yield transfer_of(artifact, plain[path], url, targets[path], path)
    yield from referred(artifact, references, targets, stock)


def out_of_reach(artifact: "Artifact", wanted: Wanted) -> Iterator[FailedFile]:
    """Yield the files that the cache does not hold, for a client that may ask nobody else."""
    for path in wanted:
        yield FailedFile(
            path,
            OfflineError(
                f"file {path!r} of artifact {artifact.qualified_name} is not in the cache, one of"
                f" {len(wanted)}; download it once with the cache on, and not offline"
            ),
        )


def wish_of(entry: ArtifactManifestEntry, target: Path) -> Wish:
    """Return what is known of a file of a version, and where it is to be.

    Of a reference to another version, the digest is that of the content; of others, who knows.
    """
    known = entry.ref is None or entry.ref.startswith(ARTIFACT_SCHEME)
    digest = entry.digest if known else None
    return Wish(entry.path, target, entry.size, digest, entry.digest_algorithm())


def entry_is_right(entry: ArtifactManifestEntry, target: Path) -> bool:
    """Tell whether a file of a version is there with the right content."""
    return is_right(target, entry.size, entry.digest, entry.digest_algorithm())


def transfer_of(
    artifact: "Artifact", entry: ArtifactManifestEntry, url: str, target: Path, name: str
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
        source=partial(addresses_anew, artifact),
        source_name=entry.path,
    )


# References.


def is_readable(entry: ArtifactManifestEntry) -> bool:
    """Tell whether a file can be fetched from here."""
    return entry.ref is None or entry.ref.startswith(("http://", "https://", ARTIFACT_SCHEME))


def referred(
    artifact: "Artifact",
    references: Sequence[ArtifactManifestEntry],
    targets: Mapping[str, Path],
    stock: Stock,
) -> Iterator[Planned]:
    """Yield what references refer to, each version that they lead to asked for once."""
    elsewhere: dict[str, list[tuple[str, ArtifactManifestEntry]]] = defaultdict(list)
    for entry in references:
        uri = entry.ref_target()
        if uri.startswith(ARTIFACT_SCHEME):
            number, path = artifact_reference(uri)
            elsewhere[number].append((path, entry))
        else:
            yield from_the_web(artifact, entry, targets[entry.path])
    for number, wanted in elsewhere.items():
        yield from from_another(artifact, number, wanted, targets, stock)


def from_the_web(artifact: "Artifact", entry: ArtifactManifestEntry, target: Path) -> Transfer:
    """Return what fetches a plain reference; storage must still call the content the same."""
    uri = entry.ref_target()
    return Transfer(
        url=uri,
        target=target,
        size=entry.size,
        md5=None,
        label=f"reference {entry.path!r} of artifact {artifact.qualified_name}",
        name=entry.path,
        etag=None if entry.digest == uri else entry.digest,
    )


def from_another(
    artifact: "Artifact",
    number: str,
    wanted: Sequence[tuple[str, ArtifactManifestEntry]],
    targets: Mapping[str, Path],
    stock: Stock,
) -> Iterator[Planned]:
    """Yield what fetches files of another version, following references from there."""
    from .artifact import Artifact
    from .facts import Place

    node = artifact.client.send(calls.artifact_by_id(id=number)).artifact
    if node is None:
        raise NotFoundError(
            f"artifact {artifact.qualified_name} refers to an artifact that does not exist any"
            f" more, for {wanted[0][1].path!r}",
            path=wanted[0][1].path,
            missing="artifact",
        )
    other = Artifact(artifact.client, Place.of_source(node), node)
    # Several references may lead to one file, so they are taken one of each at a time.
    rounds: list[dict[str, ArtifactManifestEntry]] = []
    for path, entry in wanted:
        if all(path in each for each in rounds):
            rounds.append({})
        next(each for each in rounds if path not in each)[path] = entry
    for each in rounds:
        found = {other.get_entry(path).path: entry.path for path, entry in each.items()}
        places = {path: targets[name] for path, name in found.items()}
        for planned in plan(other, [other.get_entry(path) for path in found], places, stock):
            yield renamed(planned, found)


def renamed(planned: Planned, names: Mapping[str, str]) -> Planned:
    """Return the same under the name that it has where it is referred to."""
    if isinstance(planned, FailedFile):
        return FailedFile(names[planned.name], planned.error)
    if isinstance(planned, Kept):
        return Kept(names[planned.name], planned.size, planned.cached)
    planned.name = names[planned.name]
    return planned
