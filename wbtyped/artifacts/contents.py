"""The files of a version on disk: download, check out, verify."""

import os
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from wbtyped_graphql import calls

from ..download.digests import file_digest
from ..download.names import safe_target
from ..download.transfer import Transfer, check_answer, fetch
from ..errors import (
    ChecksumError,
    NotFoundError,
    SchemaMismatchError,
    UnsupportedReferenceError,
    UsageError,
)
from ..files import File
from ..retries import Passing
from .manifest import (
    ARTIFACT_SCHEME,
    ArtifactManifest,
    ArtifactManifestEntry,
    artifact_reference,
    parse_manifest,
)

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_manifest import ArtifactManifest as ManifestResult

    from .artifact import Artifact

AT_ONCE = 8
"""Transfers at a time."""
PAGE = 1000


def fetch_manifest(artifact: "Artifact", result: "ManifestResult") -> ArtifactManifest:
    """Fetch the manifest that an answer points to, and check that it is the version's own."""
    what = f"artifact {artifact.qualified_name}"
    found = result.artifact.current_manifest if result.artifact else None
    if found is None:
        raise NotFoundError(
            f"{what} has no manifest; is it deleted, or not committed yet?",
            path=artifact.qualified_name,
            missing="manifest",
        )
    transport, address = artifact.client.transport, found.file.direct_url

    def once() -> bytes:
        with transport.get(f"manifest of {what}", transport.absolute(address)) as response:
            check_answer(f"manifest of {what}", response)
            return response.read()

    try:
        return parse_manifest(transport.retries.call(once), what, artifact)
    except Passing as error:
        raise error.final() from error


def target_folder(artifact: "Artifact", *, with_version: bool = True) -> Path:
    """Return the documented default folder of a version, absolute."""
    home = Path(os.environ.get("WANDB_ARTIFACT_DIR") or "artifacts").absolute()
    name = artifact.source_name if with_version else artifact.source.collection
    return home / (name.replace(":", "-") if os.name == "nt" else name)


def only_entry(artifact: "Artifact") -> ArtifactManifestEntry:
    """Return the only file of a version, or raise UsageError."""
    entries = list(artifact.manifest)
    if len(entries) != 1:
        raise UsageError(
            f"artifact {artifact.qualified_name} holds {len(entries)} files; use download()"
        )
    return entries[0]


def download(
    artifact: "Artifact",
    root: str | PathLike[str] | None,
    allow_missing_references: bool,
    path_prefix: str | None,
) -> Path:
    """Download the files of a version and return the folder."""
    folder = Path(root) if root is not None else target_folder(artifact)
    entries = [e for e in artifact.manifest if e.path.startswith(path_prefix or "")]
    # Every name is checked before the first byte is asked for.
    targets = {entry.path: safe_target(folder, entry.path) for entry in entries}
    refuse_unreadable(
        [e for e in entries if not is_readable(e)], artifact, allow_missing_references
    )
    wanted = [e for e in entries if is_readable(e) and not is_right(e, targets[e.path])]
    folder.mkdir(parents=True, exist_ok=True)
    plain = [entry for entry in wanted if not entry.is_reference]
    in_parallel(
        partial(save, artifact, file, entry, targets[entry.path])
        for file, entry in listed(artifact, plain)
    )
    in_parallel(
        partial(follow, artifact, entry, targets[entry.path])
        for entry in wanted
        if entry.is_reference
    )
    return folder


def download_entry(entry: ArtifactManifestEntry, root: str | PathLike[str] | None) -> Path:
    """Download one file of a version and return its path."""
    artifact = entry.parent_artifact()
    target = safe_target(Path(root) if root is not None else target_folder(artifact), entry.path)
    if not is_readable(entry):
        refuse_unreadable([entry], artifact, allowed=False)
    if is_right(entry, target):
        return target
    if entry.is_reference:
        follow(artifact, entry, target)
    else:
        save(artifact, artifact.open_file(entry.path), entry, target)
    return target


def is_readable(entry: ArtifactManifestEntry) -> bool:
    """Tell whether a file can be fetched from here."""
    return entry.ref is None or entry.ref.startswith(("http://", "https://", ARTIFACT_SCHEME))


def refuse_unreadable(
    entries: list[ArtifactManifestEntry], artifact: "Artifact", allowed: bool
) -> None:
    """Raise or warn for references that cannot be followed."""
    if not entries:
        return
    uris = [entry.ref_target() for entry in entries]
    message = (
        f"artifact {artifact.qualified_name} refers to {len(uris)} files that cannot be read from"
        f" here: {', '.join(uris[:5])}{', ...' if len(uris) > 5 else ''}"
    )
    if not allowed:
        raise UnsupportedReferenceError(
            f"{message}; fetch them by other means and pass allow_missing_references=True",
            uris=uris,
        )
    warnings.warn(f"{message}; they were left out", stacklevel=5)


def listed(
    artifact: "Artifact", entries: list[ArtifactManifestEntry]
) -> Iterable[tuple[File, ArtifactManifestEntry]]:
    """Yield each file with its entry, as the pages with addresses arrive."""
    wanted = {entry.path: entry for entry in entries}
    names = list(wanted) if len(wanted) < artifact.file_count else None
    if not wanted:
        return
    for page in artifact.files(names, PAGE).pages():
        for file in page:
            entry = wanted.pop(file.name, None)
            if entry is not None:
                yield file, entry
    if wanted:
        raise SchemaMismatchError(
            f"artifact {artifact.qualified_name}: the server gives no address for"
            f" {', '.join(sorted(wanted)[:5])}, which the manifest names",
            operation="ArtifactFilesById",
        )


def in_parallel(tasks: Iterable[Callable[[], None]]) -> None:
    """Run tasks a few at a time; the first error ends it once the running ones are done."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(task) for task in tasks]
        try:
            for future in running:
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def save(artifact: "Artifact", file: File, entry: ArtifactManifestEntry, target: Path) -> None:
    """Fetch one file to its place, checked by what the manifest says of it."""
    xxh128 = entry.digest if entry.digest_algorithm() == "XXH128" else None
    transfer = Transfer(
        url=file.direct_url,
        target=target,
        size=entry.size,
        md5=None if xxh128 else entry.digest,
        label=f"file {entry.path!r} of artifact {artifact.qualified_name}",
        xxh128=xxh128,
    )
    fetch(artifact.client.transport, transfer, replace=True, exist_ok=False)


def follow(artifact: "Artifact", entry: ArtifactManifestEntry, target: Path) -> None:
    """Fetch what a reference refers to."""
    uri = entry.ref_target()
    if uri.startswith(ARTIFACT_SCHEME):
        number, path = artifact_reference(uri)
        save_from(artifact, number, path, target)
        return
    transfer = Transfer(
        url=uri,
        target=target,
        size=entry.size,
        md5=None,
        label=f"reference {entry.path!r} of artifact {artifact.qualified_name}",
        etag=None if entry.digest == uri else entry.digest,
    )
    fetch(artifact.client.transport, transfer, replace=True, exist_ok=False)


def save_from(artifact: "Artifact", number: str, path: str, target: Path) -> None:
    """Fetch a file of another version, following references from there."""
    from .artifact import Artifact
    from .facts import Place

    node = artifact.client.send(calls.artifact_by_id(id=number)).artifact
    if node is None:
        raise NotFoundError(
            f"artifact {artifact.qualified_name} refers to an artifact that does not exist any"
            f" more, for {path!r}",
            path=path,
            missing="artifact",
        )
    other = Artifact(artifact.client, Place.of_source(node), node)
    entry = other.get_entry(path)
    if entry.is_reference:
        follow(other, entry, target)
    else:
        save(other, other.open_file(path), entry, target)


# What is on disk.


def is_right(entry: ArtifactManifestEntry, target: Path) -> bool:
    """Tell whether a file is there with the right content; a reference never is for sure."""
    if target.is_symlink() or not target.is_file():
        return False
    if entry.size is not None and not entry.is_reference and target.stat().st_size != entry.size:
        return False
    return not entry.is_reference and (
        file_digest(target, entry.digest_algorithm()) == entry.digest
    )


def checkout(artifact: "Artifact", root: str | PathLike[str] | None) -> Path:
    """Download a version and remove what does not belong to it."""
    folder = Path(root) if root is not None else target_folder(artifact, with_version=False)
    download(artifact, folder, False, None)
    for name in foreign(artifact, folder):
        (folder / name).unlink()
    for place in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
        if not place.is_symlink() and not any(place.iterdir()):
            place.rmdir()
    return folder


def foreign(artifact: "Artifact", folder: Path) -> list[str]:
    """Return the files in a folder that a version does not hold, by their paths."""
    there = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    return sorted(there - set(artifact.manifest.entries))


class ArtifactDifferences(NamedTuple):
    """How a folder differs from a version, by the paths of files; empty lists where it does not."""

    missing: list[str]
    altered: list[str]
    foreign: list[str]


def compare(artifact: "Artifact", root: str | PathLike[str] | None) -> ArtifactDifferences:
    """Return every difference between a folder and a version."""
    folder = Path(root) if root is not None else target_folder(artifact)
    plain = [entry for entry in artifact.manifest if not entry.is_reference]
    missing = [e.path for e in plain if not (folder / e.path).is_file()]
    altered = [
        e.path
        for e in plain
        if e.path not in missing and not is_right(e, safe_target(folder, e.path))
    ]
    return ArtifactDifferences(missing, altered, foreign(artifact, folder))


def verify(artifact: "Artifact", root: str | PathLike[str] | None) -> None:
    """Raise ChecksumError for every difference between a folder and a version."""
    folder = Path(root) if root is not None else target_folder(artifact)
    differences = compare(artifact, folder)._asdict()
    found = [f"{word}: {', '.join(names)}" for word, names in differences.items() if names]
    if found:
        raise ChecksumError(
            f"{folder} is not artifact {artifact.qualified_name}; {'; '.join(found)}"
        )
