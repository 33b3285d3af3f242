"""A usage report: plain values, and how they are written as JSON and CSV."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import ClassVar

from pydantic import JsonValue

from ..notebook import MAX_ROWS, Record, dicts_html

CSV_COLUMNS = (
    "kind", "path", "name", "project", "type", "size", "distinct_size", "freed_size",
    "version_count", "run_files_size", "created_at", "aliases", "tags", "used_by", "links",
    "logged_by",
)  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class UsageReport(Record):
    """What an entity, a project, a type or a collection stores, and what deleting it would free.

    `size` is what the server shows: the sizes of all versions added up. Versions share contents,
    and `distinct_size` counts those once. `freed_size` is what deleting a thing would free, given
    that everything else stays. All are in bytes, and the lists are sorted by `size`.

    Example:
        >>> report = api.usage("my-team/mnist")
        >>> [(c.name, c.size, c.distinct_size, c.freed_size) for c in report.collections]
        [('digits', 22, 18, 18), ('net', 3, 3, 3)]
        >>> report.total.run_files_size
        22
    """

    path: str
    total: UsageGroup
    projects: list[UsageGroup]
    types: list[UsageGroup]
    collections: list[UsageGroup]
    runs: list[UsageGroup]
    versions: list[VersionUsage]
    run_file_suffixes: list[FileGroup]
    """Files of runs by their suffix, such as `.pt`."""
    run_file_folders: list[FileGroup]
    """Files of runs by the first folder of their names."""
    duplicates: list[Duplicates]
    empty_collections: list[str]
    """Paths of sequences without a committed version."""
    drafts: list[str]
    """Paths of versions that are being uploaded, or never were committed."""
    runs_without_artifacts: list[str]
    """Paths of runs that neither logged nor used a version of those that were read."""

    __columns__: ClassVar[tuple[str, ...]] = GROUP_COLUMNS

    @property
    def size(self) -> int:
        """The sum of the sizes of all versions and run files."""
        return self.total.size

    @property
    def distinct_size(self) -> int:
        """The same, with each content that versions share counted once."""
        return self.total.distinct_size

    @property
    def freed_size(self) -> int:
        """What deleting everything in it would free."""
        return self.total.freed_size

    def groups(self) -> dict[str, list[UsageGroup]]:
        """Return its groups by what they are."""
        return {
            "projects": self.projects, "types": self.types, "collections": self.collections,
            "runs": self.runs,
        }  # fmt: skip

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values: what `wbtyped usage --json` prints."""
        lists: dict[str, list[Record]] = {
            **{kind: [*groups] for kind, groups in self.groups().items()},
            "versions": [*self.versions],
            "run_file_suffixes": [*self.run_file_suffixes],
            "run_file_folders": [*self.run_file_folders],
            "duplicates": [*self.duplicates],
        }
        totals = {**self.total.to_dict(), "path": self.path}
        written: dict[str, JsonValue] = {
            kind: [record.to_dict() for record in records] for kind, records in lists.items()
        }
        return {
            **totals,
            **written,
            "empty_collections": [*self.empty_collections],
            "drafts": [*self.drafts],
            "runs_without_artifacts": [*self.runs_without_artifacts],
        }

    def to_csv(self) -> str:
        """Return one table of all groups and versions as CSV, with a header."""
        written = io.StringIO()
        table = csv.writer(written, lineterminator="\n")
        table.writerow(CSV_COLUMNS)
        for kind, row in self._rows():
            values = {**row, "kind": kind}
            table.writerow([csv_cell(values.get(column)) for column in CSV_COLUMNS])
        return written.getvalue()

    def _rows(self) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
        for kind, groups in self.groups().items():
            for group in groups:
                yield kind.removesuffix("s"), group.to_dict()
        for version in self.versions:
            yield "version", version.to_dict()

    def _repr_html_(self) -> str:
        rows = [self.total.to_dict(), *(group.to_dict() for group in self.collections)]
        return dicts_html(f"usage of {self.path}", GROUP_COLUMNS, rows[:MAX_ROWS])


def csv_cell(value: JsonValue) -> JsonValue:
    """Return a value of a cell: lists with spaces between their items."""
    return " ".join(map(str, value)) if isinstance(value, list) else value
