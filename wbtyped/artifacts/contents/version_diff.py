"""How the files and the metadata of two versions differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from pydantic import JsonValue

from ...notebook import Record
from .entry import ArtifactManifestEntry

Entries: TypeAlias = Mapping[str, ArtifactManifestEntry]
Identity: TypeAlias = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class MetadataChange:
    """A key of the metadata that two versions do not agree on; None where it is missing."""

    old: JsonValue
    new: JsonValue


@dataclass(frozen=True, slots=True)
class ArtifactDiff(Record):
    """How one version differs from another: from `old` to `new`, as sorted lists of paths.

    A file that has the same content under another path is `renamed`, unless it is still there under
    the old one, too. Contents are compared by their digests: those of versions with different
    digest algorithms count as changed.

    Example:
        >>> diff = api.artifact("my-team/mnist/digits:v0").diff(artifact)
        >>> diff.added, diff.removed, diff.changed, diff.renamed
        ([], [], ['train.csv'], [])
        >>> diff.transfer_size
        7
        >>> diff.metadata
        {'rows': MetadataChange(old=1, new=2)}
    """

    old: str
    """Path of the version that it starts from."""
    new: str
    added: list[str]
    removed: list[str]
    changed: list[str]
    """Files whose content has changed."""
    renamed: list[str]
    """New paths of renamed files; `renamed_from` has the old ones."""
    renamed_from: dict[str, str]
    """Old paths of renamed files by their new paths."""
    transfer_size: int
    """Bytes of contents in `new` that `old` does not have: what has to be downloaded."""
    metadata: dict[str, MetadataChange]
    """The keys of the metadata that differ."""

    __columns__: ClassVar[tuple[str, ...]] = ("old", "new", "added", "removed", "changed")

    def __bool__(self) -> bool:
        """Return True if there is any difference."""
        return bool(self.added or self.removed or self.changed or self.renamed or self.metadata)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            "old": self.old,
            "new": self.new,
            "added": [*self.added],
            "removed": [*self.removed],
            "changed": [*self.changed],
            "renamed": [*self.renamed],
            "renamed_from": {**self.renamed_from},
            "transfer_size": self.transfer_size,
            "metadata": {
                key: {"old": change.old, "new": change.new} for key, change in self.metadata.items()
            },
        }


def identity(entry: ArtifactManifestEntry) -> Identity:
    """Return what two entries with the same content have in common."""
    return entry.digest, entry.digest_algorithm(), entry.ref


def compare_entries(
    old: Entries, new: Entries
) -> tuple[list[str], list[str], list[str], dict[str, str]]:
    """Return the paths of added, removed and changed files, and old paths of renamed ones."""
    changed = sorted(p for p in old.keys() & new.keys() if identity(old[p]) != identity(new[p]))
    gone: dict[Identity, list[str]] = {}
    for path in sorted(old.keys() - new.keys(), reverse=True):
        gone.setdefault(identity(old[path]), []).append(path)
    renamed: dict[str, str] = {}
    added: list[str] = []
    for path in sorted(new.keys() - old.keys()):
        if sources := gone.get(identity(new[path])):
            renamed[path] = sources.pop()
        else:
            added.append(path)
    removed = sorted(path for paths in gone.values() for path in paths)
    return added, removed, changed, renamed


def transfer_size(old: Iterable[ArtifactManifestEntry], new: Entries) -> int:
    """Return the size of the contents that only the new version has, each counted once."""
    known = {identity(entry) for entry in old}
    fresh = {identity(entry): entry.size or 0 for entry in new.values()}
    return sum(size for content, size in fresh.items() if content not in known)


def compare_metadata(
    old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]
) -> dict[str, MetadataChange]:
    """Return the keys of the metadata that differ, sorted."""
    return {
        key: MetadataChange(old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if key not in old or key not in new or old[key] != new[key]
    }
