"""Download a version, check it out, and compare folders with it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from os import PathLike
from pathlib import Path

from ...config.setting_files import folder_or_null
from ...download.batch import Batch, BatchOptions, PlannedFile
from ...download.collector import seldom_collected
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
from .entry import ArtifactManifestEntry
from .offline_index import save_offline
from .plan import RequestedFile, entry_matches, invalid_entry, plan_files
from .references import follow_references, is_downloadable
from .version import VersionContents


def target_folder(version: VersionContents, *, with_version: bool = True) -> Path:
    """Return the documented default folder of a version, absolute."""
    home = Path(os.environ.get("WANDB_ARTIFACT_DIR") or "artifacts").absolute()
    name = version.source.name if with_version else version.source.collection
    return home / (name.replace(":", "-") if os.name == "nt" else name)


def only_entry(version: VersionContents) -> ArtifactManifestEntry:
    """Return the only file of a version, or raise UsageError."""
    entries = list(version.manifest)
    if len(entries) != 1:
        raise UsageError(
            f"artifact {version.qualified_name} has {len(entries)} files, not one; use download()"
        )
    return entries[0]


# Download.


@seldom_collected()
def make_version_batch(
    version: VersionContents,
    root: str | PathLike[str] | None,
    allow_missing_references: bool,
    path_prefix: str | None,
    options: BatchOptions,
) -> Batch:
    """Build the batch that downloads the files of a version, or those below a prefix."""
    entries = [e for e in version.manifest if e.path.startswith(path_prefix or "")]
    return make_batch(version, entries, root, allow_missing_references, options)


def make_batch(
    version: VersionContents,
    entries: Sequence[ArtifactManifestEntry],
    root: str | PathLike[str] | None,
    allow_missing_references: bool,
    options: BatchOptions,
) -> Batch:
    """Build the batch that downloads some files of a version.

    Names and manifest entries are checked here, before the first request. With
    `on_error="raise"` the first invalid one is raised.
    """
    folder = Path(root) if root is not None else target_folder(version)
    # An entry that is listed twice is downloaded once.
    entries = list({entry.path: entry for entry in entries}.values())
    targets, unsafe = resolve_targets([entry.path for entry in entries], SafeNames(folder))
    failed = find_invalid(version, entries, unsafe)
    if options.on_error == "raise" and failed:
        raise failed[0].error
    unsupported = [entry for entry in entries if not is_downloadable(entry)]
    check_unsupported(version, unsupported, allow_missing_references)
    excluded = {file.name for file in failed} | {entry.path for entry in unsupported}
    files = [
        RequestedFile(entry, targets[entry.path], entry.path)
        for entry in entries
        if entry.path not in excluded
    ]
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    tree = FolderTree(folder)
    return Batch(
        version.client.transport,
        tree,
        options,
        plan_batch(version, options, tree, failed, files),
        f"the files of {version.qualified_name}",
        (len(files) + len(failed), sum(file.entry.size or 0 for file in files)),
    )


def find_invalid(
    version: VersionContents,
    entries: Sequence[ArtifactManifestEntry],
    unsafe: Mapping[str, WbtypedError],
) -> list[FailedFile]:
    """Return the files with unsafe names, and those whose manifest entry is invalid."""
    failed = [FailedFile(name, error) for name, error in unsafe.items()]
    for entry in entries:
        if entry.fault and entry.path not in unsafe:
            failed.append(FailedFile(entry.path, invalid_entry(version, entry)))
    return failed


def check_unsupported(
    version: VersionContents, entries: Sequence[ArtifactManifestEntry], allowed: bool
) -> None:
    """Raise, or warn if that is allowed, for references that cannot be downloaded."""
    if not entries:
        return
    uris = [entry.ref_target() for entry in entries]
    message = (
        f"artifact {version.qualified_name} has {len(uris)} references that wbtyped cannot"
        f" download: {', '.join(uris[:5])}{', ...' if len(uris) > 5 else ''}"
    )
    if not allowed:
        raise UnsupportedReferenceError(
            f"{message}; pass allow_missing_references=True to skip them", uris=uris
        )
    warn_user(f"{message}; they were skipped")


def plan_batch(
    version: VersionContents,
    options: BatchOptions,
    tree: FolderTree,
    failed: Sequence[FailedFile],
    files: Sequence[RequestedFile],
) -> Iterator[PlannedFile]:
    """Record the version in the cache, then yield what to do for each file."""
    if options.cache is not None and not version.client.settings.offline:
        with disk_errors(options.cache.folder):
            save_offline(version, options.cache)
    yield from failed
    yield from plan_files(version, files, options.local_files(tree), follow_references)


def download_entry(
    version: VersionContents,
    entry: ArtifactManifestEntry,
    root: str | PathLike[str] | None,
    options: BatchOptions,
) -> Path:
    """Download one file of a version and return its path."""
    folder = Path(root) if root is not None else target_folder(version)
    make_batch(version, [entry], folder, False, options).run()
    return folder / entry.path


# Check out.


def checkout(version: VersionContents, folder: Path, options: BatchOptions) -> Path:
    """Download a version, and remove the files that were unexpected before the download."""
    unexpected = unexpected_files(version, folder)
    make_version_batch(version, folder, False, None, options).run()
    tree = FolderTree(folder)
    try:
        for path in unexpected:
            # It may be gone by now, or behind a link, which is never followed to remove a file.
            with disk_errors(folder / path), suppress(FileNotFoundError, UnsafePathError):
                tree.remove(folder / path)
        remove_empty_folders(tree, folder)
    finally:
        tree.close()
    return folder


def remove_empty_folders(tree: FolderTree, root: Path) -> None:
    """Remove the empty folders below a folder, innermost first."""
    for path in sorted(walk(root)[1], reverse=True):
        parent, _, name = path.rpartition("/")
        # OSError: the folder is not empty.
        with suppress(OSError, UnsafePathError), tree.inside(parent) as opened:
            opened.rmdir(name)


def checkout_folder(version: VersionContents, root: str | PathLike[str] | None) -> Path:
    """Return the folder that a checkout writes to."""
    return Path(root) if root is not None else target_folder(version, with_version=False)


def clearable_folder(version: VersionContents, root: str | PathLike[str] | None) -> Path:
    """Return the folder that a checkout writes to and removes all other files from.

    Raises UsageError for one whose other files nobody can mean: with the home folder or the working
    folder somewhere in it, or the home folder itself.
    """
    folder = checkout_folder(version, root)
    resolved = folder.resolve()
    home, working = folder_or_null(Path.home).resolve(), folder_or_null(Path.cwd).resolve()
    if resolved == home or resolved in (*home.parents, *working.parents):
        raise UsageError(
            f"checkout would remove all other files from {resolved}; give it a folder of its own,"
            " or use download(), which removes nothing"
        )
    return folder


# Compare.


def unexpected_files(version: VersionContents, folder: Path) -> list[str]:
    """Return the paths of the files in a folder that a version does not contain."""
    return sorted(set(walk(folder)[0]) - set(version.manifest.entries))


def walk(root: Path) -> tuple[list[str], list[str]]:
    """Return the paths of all files and folders below a folder; links count as files."""
    files: list[str] = []
    folders: list[str] = []
    for path, subfolders, names in os.walk(root):
        folder = Path(path)
        links = {name for name in subfolders if (folder / name).is_symlink()}
        prefix = folder.relative_to(root)
        files += [(prefix / name).as_posix() for name in [*links, *names]]
        folders += [(prefix / name).as_posix() for name in subfolders if name not in links]
    return files, folders


def compare(version: VersionContents, root: str | PathLike[str] | None) -> ArtifactDifferences:
    """Return every difference between a folder and a version; references are left out."""
    folder = Path(root) if root is not None else target_folder(version)
    missing: list[str] = []
    modified: list[str] = []
    for entry in version.manifest:
        if entry.is_reference:
            continue
        if not (folder / entry.path).is_file():
            missing.append(entry.path)
        elif not entry_matches(entry, safe_target(folder, entry.path)):
            modified.append(entry.path)
    return ArtifactDifferences(missing, modified, unexpected_files(version, folder))


def verify(version: VersionContents, root: str | PathLike[str] | None) -> None:
    """Raise ChecksumError, naming every difference, unless a folder matches a version."""
    folder = Path(root) if root is not None else target_folder(version)
    differences = compare(version, folder)._asdict()
    found = [f"{kind}: {', '.join(names)}" for kind, names in differences.items() if names]
    if found:
        raise ChecksumError(
            f"{folder} does not match artifact {version.qualified_name}; {'; '.join(found)}"
        )
