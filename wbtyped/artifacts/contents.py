"""The files of a version on disk: download, check out, verify."""

import os
import warnings
from collections.abc import Iterator, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..download.batch import Batch, Options, Planned, options_of
from ..download.cache import Cache
from ..download.names import SafeNames, safe_target, safe_targets
from ..download.placing import disk_errors
from ..download.receiver import refuse
from ..errors import ChecksumError, NotFoundError, UnsupportedReferenceError, UsageError
from ..retries import Passing
from .manifest import ArtifactManifest, ArtifactManifestEntry, parse_manifest
from .offline import remember
from .planning import entry_is_right, is_readable, plan

if TYPE_CHECKING:
    from wbtyped_graphql.artifact_manifest import ArtifactManifest as ManifestResult

    from .artifact import Artifact

MANIFEST_TRIES = 3
"""Times that a manifest is fetched that has not the digest of its version."""


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
            if response.status_code != 200:
                label, headers = f"manifest of {what}", response.headers
                refuse(label, response.status_code, headers, signed=False)
            return response.read()

    try:
        before = None
        for _ in range(MANIFEST_TRIES):
            content = transport.retries.call(once)
            manifest = parse_manifest(content, what, artifact)
            # The same content twice is what storage has, whatever the digest was made of.
            if manifest.digest() == artifact.digest or content == before:
                return manifest
            before = content
    except Passing as error:
        raise error.final() from error
    raise ChecksumError(
        f"manifest of {what}: storage sends another content each time; try again later",
        expected=artifact.digest,
    )


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
    options: Options,
) -> Batch:
    """Return what downloads the files of a version, ready to run."""
    entries = [e for e in artifact.manifest if e.path.startswith(path_prefix or "")]
    return batch_of(artifact, entries, root, allow_missing_references, options)


def batch_of(
    artifact: "Artifact",
    entries: Sequence[ArtifactManifestEntry],
    root: str | PathLike[str] | None,
    allow_missing_references: bool,
    options: Options,
) -> Batch:
    """Return what downloads some files of a version, ready to run."""
    folder = Path(root) if root is not None else target_folder(artifact)
    # Every name is checked before the first byte is asked for.
    targets = safe_targets([entry.path for entry in entries], SafeNames(folder))
    refuse_unreadable(
        [e for e in entries if not is_readable(e)], artifact, allow_missing_references
    )
    readable = [entry for entry in entries if is_readable(entry)]
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    return Batch(
        artifact.client.transport,
        folder,
        options,
        noted(artifact, options.cache, plan(artifact, readable, targets, options.stock)),
        f"the files of {artifact.qualified_name}",
        (len(readable), sum(entry.size or 0 for entry in readable)),
    )


def noted(
    artifact: "Artifact", cache: Cache | None, planned: Iterator[Planned]
) -> Iterator[Planned]:
    """Note in the cache what the version is, then yield what becomes of its files."""
    if cache is not None and not artifact.client.settings.offline:
        with disk_errors(cache.folder):
            remember(artifact, cache)
    yield from planned


def download_entry(entry: ArtifactManifestEntry, root: str | PathLike[str] | None) -> Path:
    """Download one file of a version and return its path."""
    artifact = entry.parent_artifact()
    folder = Path(root) if root is not None else target_folder(artifact)
    options = options_of(artifact.client.settings, None, engine="httpx", at_once=1)
    batch_of(artifact, [entry], folder, False, options).run()
    return folder / entry.path


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


# What is on disk.


def checkout(artifact: "Artifact", root: str | PathLike[str] | None, options: Options) -> Path:
    """Download a version and remove what does not belong to it."""
    folder = Path(root) if root is not None else target_folder(artifact, with_version=False)
    download(artifact, folder, False, None, options).run()
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
        if e.path not in missing and not entry_is_right(e, safe_target(folder, e.path))
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
