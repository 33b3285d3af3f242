"""What a usage report is made of: plain values about groups, versions and files."""

from dataclasses import asdict, dataclass
from typing import ClassVar

from pydantic import JsonValue

from ..notebook import Record

GROUP_COLUMNS = ("path", "size", "distinct_size", "freed_size", "version_count")


@dataclass(frozen=True, slots=True)
class UsageGroup(Record):
    """What a project, a type, a collection or a run stores; all sizes are in bytes.

    A run stores the versions that it logged, and its files.

    Example:
        >>> [collection] = api.usage("my-team/mnist/digits").collections
        >>> collection.name, collection.size, collection.distinct_size, collection.version_count
        ('digits', 22, 18, 2)
    """

    name: str
    path: str
    project: str | None
    type: str | None
    size: int
    """The sum of the sizes of all versions and run files: the size by the books."""
    distinct_size: int
    """The same, with each content that versions share counted once, and without references."""
    freed_size: int
    """What deleting it frees: contents that no version outside of it has."""
    reference_size: int
    """The part of `size` that references refer to, which is stored elsewhere."""
    run_files_size: int
    """The part of `size` that is files of runs."""
    version_count: int
    oldest_at: str | None
    """When its oldest version was created: ISO 8601 in UTC."""
    newest_at: str | None

    __columns__: ClassVar[tuple[str, ...]] = GROUP_COLUMNS

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class VersionUsage(Record):
    """What one version stores, and who needs it; all sizes are in bytes."""

    path: str
    name: str
    project: str
    type: str
    size: int
    distinct_size: int
    """Its contents, each once, without references."""
    freed_size: int
    """What deleting this version alone frees: contents that no other version has."""
    created_at: str
    """ISO 8601 in UTC."""
    age_days: int
    aliases: tuple[str, ...]
    other_aliases: tuple[str, ...]
    """`entity/project/collection:alias` of its aliases in other collections."""
    tags: tuple[str, ...]
    used_by: tuple[str, ...]
    """Paths of runs that used it; the server lists the first page of them."""
    links: tuple[str, ...]
    """Paths of the portfolios and registry collections that it is linked into."""
    logged_by: str | None
    """Path of the run that logged it."""

    __columns__: ClassVar[tuple[str, ...]] = ("path", "size", "freed_size", "created_at", "aliases")

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {n: [*v] if isinstance(v, tuple) else v for n, v in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class FileGroup(Record):
    """Files of runs with the same suffix, or in the same folder; the size is in bytes."""

    name: str
    size: int
    file_count: int

    __columns__: ClassVar[tuple[str, ...]] = ("name", "size", "file_count")

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Duplicates(Record):
    """Contents that were uploaded more than once, under several collections.

    `wasted_size` is what all copies but one take, in bytes, if the server stores each.
    """

    collections: tuple[str, ...]
    content_count: int
    wasted_size: int

    __columns__: ClassVar[tuple[str, ...]] = ("collections", "content_count", "wasted_size")

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {**asdict(self), "collections": [*self.collections]}
