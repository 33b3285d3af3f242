"""A usage report: plain values, and how they are written as JSON and CSV."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

from pydantic import JsonValue

from .. import arguments
from ..errors import DiskError
from ..notebook import MAX_ROWS, Record, dicts_html
from .usage_values import GROUP_COLUMNS, Duplicates, FileGroup, UsageGroup, VersionUsage

CSV_COLUMNS = (
    "kind", "path", "name", "project", "type", "size", "distinct_size", "freed_size",
    "version_count", "run_files_size", "created_at", "aliases", "tags", "used_by", "links",
    "logged_by",
)  # fmt: skip


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
        import csv  # imported late, for a short start-up time
        import io

        written = io.StringIO()
        table = csv.writer(written, lineterminator="\n")
        table.writerow(CSV_COLUMNS)
        for kind, row in self._rows():
            values = {**row, "kind": kind}
            table.writerow([csv_cell(values.get(column)) for column in CSV_COLUMNS])
        return written.getvalue()

    def to_html(self) -> str:
        """Return a page with a treemap and bars, which needs no network; about 5 MB.

        Needs the extra `report`, else raises ImportError.
        """
        from .usage_page import usage_page  # imported late: few need it

        files = {
            "Files of runs by suffix": self.run_file_suffixes,
            "Files of runs by folder": self.run_file_folders,
        }
        return usage_page(self.path, self.total, self.groups(), files)

    def save_html(self, path: str | PathLike[str]) -> None:
        """Write the page of `to_html` to a file."""
        target = arguments.location("path", path)
        page = self.to_html()
        try:
            target.write_text(page, encoding="utf-8")
        except OSError as error:
            raise DiskError(f"cannot write the report to {target}: {error.strerror}") from error

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
