"""The files of a version on disk: download, check out, verify."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from os import PathLike
from pathlib import Path

from ...download.batch import Batch, BatchOptions, PlannedFile, build_options
from ...download.disk.atomic import disk_errors
from ...download.disk.folder_tree import FolderTree
from ...download.disk.safe_names import SafeNames, resolve_targets, safe_target
from ...download.results import FailedFile
from ...errors import (
    ChecksumError,
    UnsafePathError,
    UnsupportedReferenceError,
    UsageError,
    WbtypedError,
)
from ...user_warnings import warn_user
from .differences import ArtifactDifferences
from .manifest import ArtifactManifestEntry
from .offline_index import save_offline
from .plan import Wanted, entry_is_right, plan, unusable
from .references import follow, is_readable
from .version import VersionContents

MANIFEST_TRIES = 3
"""Times that a manifest is fetched that has not the digest of its version."""


def target_folder(artifact: VersionContents, *, with_version: bool = True) -> Path:
    """Return the documented default folder of a version, absolute."""
    home = Path(os.environ.get("WANDB_ARTIFACT_DIR") or "artifacts").absolute()
    name = artifact.source.name if with_version else artifact.source.collection
    return home / (name.replace(":", "-") if os.name == "nt" else name)


def only_entry(artifact: VersionContents) -> ArtifactManifestEntry:
    """Return the only file of a version, or raise UsageError."""
    entries = list(artifact.manifest)
    if len(entries) != 1:
        raise UsageError(
            f"artifact {artifact.qualified_name} holds {len(entries)} files; use download()"
        )
    return entries[0]


def download(
    artifact: VersionContents,
    root: str | PathLike[str] | None,
    allow_missing_references: bool,
    path_prefix: str | None,
    options: BatchOptions,
) -> Batch:
    """Return what downloads the files of a version, ready to run."""
    entries = [e for e in artifact.manifest if e.path.startswith(path_prefix or "")]
    return make_batch(artifact, entries, root, allow_missing_references, options)


def make_batch(
    artifact: VersionContents,
    entries: Sequence[ArtifactManifestEntry],
    root: str | PathLike[str] | None,
    allow_missing_references: bool,
    options: BatchOptions,
) -> Batch:
    """Return what downloads some files of a version, ready to run."""
    folder = Path(root) if root is not None else target_folder(artifact)
    # One that is named twice is fetched once.
    entries = list({entry.path: entry for entry in entries}.values())
    # Every name is checked before the first byte is asked for.
    targets, refused = resolve_targets([entry.path for entry in entries], SafeNames(folder))
    failed = wrong_entries(artifact, entries, refused)
    if options.on_error == "raise":
        for each in failed:
            raise each.error
    refuse_unreadable(
        [e for e in entries if not is_readable(e)], artifact, allow_missing_references
    )
    wrong = {each.name for each in failed}
    wanted = [
        Wanted(entry, targets[entry.path], entry.path)
        for entry in entries
        if is_readable(entry) and entry.path not in wrong
    ]
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    tree = FolderTree(folder)
    return Batch(
        artifact.client.transport,
        tree,
        options,
        planned(artifact, options, tree, failed, wanted),
        f"the files of {artifact.qualified_name}",
        (len(wanted) + len(failed), sum(file.entry.size or 0 for file in wanted)),
    )


def wrong_entries(
    artifact: VersionContents,
    entries: Sequence[ArtifactManifestEntry],
    refused: Mapping[str, WbtypedError],
) -> list[FailedFile]:
    """Return the files that cannot be fetched, by what the manifest says of them."""
    failed = [FailedFile(name, error) for name, error in refused.items()]
    for entry in entries:
        if entry.fault and entry.path not in refused:
            failed.append(FailedFile(entry.path, unusable(artifact, entry)))
    return failed


def planned(
    artifact: VersionContents,
    options: BatchOptions,
    tree: FolderTree,
    failed: Sequence[FailedFile],
    files: Sequence[Wanted],
) -> Iterator[PlannedFile]:
    """Note in the cache what the version is, then yield what becomes of its files."""
    if options.cache is not None and not artifact.client.settings.offline:
        with disk_errors(options.cache.folder):
            save_offline(artifact, options.cache)
    yield from failed
    yield from plan(artifact, files, options.local_files(tree), follow)


def download_entry(
    artifact: VersionContents, entry: ArtifactManifestEntry, root: str | PathLike[str] | None
) -> Path:
    """Download one file of a version and return its path."""
    folder = Path(root) if root is not None else target_folder(artifact)
    options = build_options(artifact.client.settings, {"engine": "httpx", "jobs": 1})
    make_batch(artifact, [entry], folder, False, options).run()
    return folder / entry.path


def refuse_unreadable(
    entries: list[ArtifactManifestEntry], artifact: VersionContents, allowed: bool
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
    warn_user(f"{message}; they were left out")


# What is on disk.


def checkout(
    artifact: VersionContents, root: str | PathLike[str] | None, options: BatchOptions
) -> Path:
    """Download a version and remove the files that did not belong to it as this began."""
    folder = checkout_folder(artifact, root)
    unexpected = unexpected_files(artifact, folder)
    download(artifact, folder, False, None, options).run()
    tree = FolderTree(folder)
    try:
        for path in unexpected:
            # It may have gone meanwhile; what is reached through a link is not ours to remove.
            with disk_errors(folder / path), suppress(FileNotFoundError, UnsafePathError):
                tree.remove(folder / path)
        for path in sorted(walk(folder)[1], reverse=True):
            above, _, name = path.rpartition("/")
            # Of a folder that holds anything, nothing becomes of this.
            with suppress(OSError, UnsafePathError), tree.inside(above) as opened:
                opened.rmdir(name)
    finally:
        tree.close()
    return folder


def checkout_folder(artifact: VersionContents, root: str | PathLike[str] | None) -> Path:
    """Return the folder that a checkout goes to."""
    return Path(root) if root is not None else target_folder(artifact, with_version=False)


def unexpected_files(artifact: VersionContents, folder: Path) -> list[str]:
    """Return the files in a folder that a version does not hold, by their paths."""
    return sorted(set(walk(folder)[0]) - set(artifact.manifest.entries))


def walk(root: Path) -> tuple[list[str], list[str]]:
    """Return the files below a folder, and the folders, by their paths; links count as files."""
    files: list[str] = []
    folders: list[str] = []
    for path, inner, names in os.walk(root):
        here = Path(path)
        links = {name for name in inner if (here / name).is_symlink()}
        below = here.relative_to(root)
        files += [(below / name).as_posix() for name in [*links, *names]]
        folders += [(below / name).as_posix() for name in inner if name not in links]
    return files, folders


def compare(artifact: VersionContents, root: str | PathLike[str] | None) -> ArtifactDifferences:
    """Return every difference between a folder and a version."""
    folder = Path(root) if root is not None else target_folder(artifact)
    missing: list[str] = []
    altered: list[str] = []
    for entry in artifact.manifest:
        if entry.is_reference:
            continue
        if not (folder / entry.path).is_file():
            missing.append(entry.path)
        elif not entry_is_right(entry, safe_target(folder, entry.path)):
            altered.append(entry.path)
    return ArtifactDifferences(missing, altered, unexpected_files(artifact, folder))


def verify(artifact: VersionContents, root: str | PathLike[str] | None) -> None:
    """Raise ChecksumError for every difference between a folder and a version."""
    folder = Path(root) if root is not None else target_folder(artifact)
    differences = compare(artifact, folder)._asdict()
    found = [f"{word}: {', '.join(names)}" for word, names in differences.items() if names]
    if found:
        raise ChecksumError(
            f"{folder} is not artifact {artifact.qualified_name}; {'; '.join(found)}"
        )
