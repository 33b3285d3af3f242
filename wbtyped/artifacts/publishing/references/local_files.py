"""References to files of this machine, or of a file system that is mounted elsewhere too."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ....download.disk.digests import digest_of, file_digest
from ....errors import DiskError, UsageError
from ...contents.entry import ArtifactManifestEntry
from .reference import Reference


def file_entries(reference: Reference) -> list[ArtifactManifestEntry]:
    """Return the entry of a file, or of each file in a folder, identified by their MD5.

    With `checksum=False` the digest is that of the path. Links to files count as the files, links
    to folders are not followed.
    """
    path = reference.local_path
    if path.is_dir():
        found = _folder_entries(reference, path)
        if not found:
            raise UsageError(f"{reference.what}: no file is in {path}")
        return found
    if not path.exists():
        raise UsageError(f"{reference.what}: {path} does not exist")
    return [_entry(reference, path, reference.name or path.name, reference.uri.rstrip("/"))]


def _folder_entries(reference: Reference, folder: Path) -> list[ArtifactManifestEntry]:
    prefix = f"{reference.name.rstrip('/')}/" if reference.name else ""
    base = reference.uri.rstrip("/")
    # Before the first file is read, it is known whether there are too many.
    below = sorted(reference.limited(_names_below(folder)))
    return [_entry(reference, folder / name, f"{prefix}{name}", f"{base}/{name}") for name in below]


def _names_below(folder: Path) -> Iterator[str]:
    for parent, _, names in os.walk(folder, onerror=_raise):
        below = Path(parent).relative_to(folder)
        for name in names:
            yield (below / name).as_posix()


def _entry(reference: Reference, path: Path, name: str, uri: str) -> ArtifactManifestEntry:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UsageError(f"{reference.what}: {path} is neither a regular file nor a folder")
        if reference.checksum:
            digest = file_digest(path, "MD5")
        else:
            digest = digest_of(path.resolve().as_uri().encode(), "MD5")
    except OSError as error:
        raise DiskError(f"{path} cannot be read: {error.strerror}") from error
    return ArtifactManifestEntry(name, digest, status.st_size, uri)


def _raise(error: OSError) -> None:
    raise DiskError(f"{error.filename} cannot be read: {error.strerror}") from error
