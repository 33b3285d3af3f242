"""`wbtyped usage`: what takes the storage, and what deleting it would free."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..storage.usage_page import plotting_library
from ..storage.usage_report import UsageReport
from ..storage.usage_values import UsageGroup
from .connection import connect
from .listing import Record, Value, print_table
from .output import counted, human_size, on_terminal, print_out
from .scan_line import ScanLine

FIELDS = ("name", "size", "distinct", "freed", "versions", "newest_at")
VERSION_FIELDS = ("name", "size", "distinct", "freed", "created_at", "aliases", "used by")
FILE_FIELDS = ("name", "size", "files")


@dataclass(frozen=True, slots=True)
class UsageLook:
    """How a report is shown."""

    sort: str = "size"
    top: int = 10
    as_json: bool = False
    as_csv: bool = False
    html: Path | None = None
    exact: bool = False


def show_report(
    path: str,
    type_name: str | None,
    look: UsageLook,
    *,
    run_files: bool,
    jobs: int,
    base_url: str | None,
) -> None:
    """Read what a path stores, and show it."""
    if look.html is not None:
        plotting_library()  # before a long scan, not after it
    with connect(base_url) as api, ScanLine() as line:
        report = api.usage(path, type_name, run_files=run_files, jobs=jobs, progress=line.show)
    if look.html is not None:
        report.save_html(look.html)
    if look.as_json:
        print(json.dumps(report.to_dict()))
    elif look.as_csv:
        print(report.to_csv(), end="")
    elif look.html is None:
        print_tables(report, look)


def print_tables(report: UsageReport, look: UsageLook) -> None:
    """Print the report as tables of the largest of each kind."""
    total = report.total
    saved = size_text(total.size - total.distinct_size, look)
    print_out(
        f"{report.path}: {size_text(total.size, look)} by the books,"
        f" {size_text(total.distinct_size, look)} distinct,"
        f" in {counted(total.version_count, 'version')}"
    )
    print_out(f"shared or stored elsewhere: {saved}; files of runs: "
              f"{size_text(total.run_files_size, look)}")  # fmt: skip
    for kind, groups in report.groups().items():
        if len(groups) > 1 or kind in {"collections", "runs"}:
            print_top(kind, [group_record(kind, group) for group in groups], FIELDS, look)
    print_top("versions", list(version_records(report)), VERSION_FIELDS, look)
    for kind, files in (
        ("files of runs by suffix", report.run_file_suffixes),
        ("files of runs by folder", report.run_file_folders),
    ):
        rows: list[Record] = [
            {"name": f.name, "size": f.size, "files": f.file_count} for f in files
        ]
        print_top(kind, rows, FILE_FIELDS, look)
    print_findings(report, look)


def print_top(kind: str, rows: Sequence[Record], fields: Sequence[str], look: UsageLook) -> None:
    """Print the first lines of a table, and how many there are."""
    if not rows:
        return
    if look.sort in fields:
        rows = sorted(rows, key=lambda row: rank(row, look.sort))
    print_out("")
    more = f", {look.top} of {len(rows):,}" if len(rows) > look.top else ""
    print_out(f"{kind}{more}")
    shown = [{field: cell(field, row.get(field), look) for field in fields} for row in rows]
    exact = look.exact or not on_terminal()
    print_table([shown[: look.top]], fields, exact=exact)


def rank(row: Record, key: str) -> tuple[int, str]:
    """Return where a row stands: the largest first, names from A to Z."""
    value = row.get(key)
    return (-value if isinstance(value, int) else 0), str(row.get("name"))


def cell(field: str, value: Value, look: UsageLook) -> Value:
    """Return a cell; sizes under other names than `size` are written here."""
    if field in {"distinct", "freed"} and isinstance(value, int):
        return size_text(value, look)
    return value


def size_text(size: int, look: UsageLook) -> str:
    """Return a size for people; exact on request and in a pipe."""
    return str(size) if look.exact or not on_terminal() else human_size(size)


def group_record(kind: str, group: UsageGroup) -> Record:
    """Return the row of a group; names that are not unique come with their project."""
    return {
        "name": group.name if kind == "projects" else group.path.partition("/")[2] or group.name,
        "size": group.size,
        "distinct": group.distinct_size,
        "freed": group.freed_size,
        "versions": group.version_count,
        "newest_at": group.newest_at,
    }


def version_records(report: UsageReport) -> Iterable[Record]:
    """Yield the rows of the versions."""
    for version in report.versions:
        yield {
            "name": version.path.partition("/")[2],
            "size": version.size,
            "distinct": version.distinct_size,
            "freed": version.freed_size,
            "created_at": version.created_at,
            "aliases": [*version.aliases, *version.other_aliases],
            "used by": [counted(len(version.used_by), "run")] if version.used_by else [],
        }


def print_findings(report: UsageReport, look: UsageLook) -> None:
    """Print what may be in nobody's interest."""
    print_out("")
    for duplicates in report.duplicates[: look.top]:
        print_out(
            f"uploaded more than once: {counted(duplicates.content_count, 'content')} of"
            f" {', '.join(duplicates.collections)} ({size_text(duplicates.wasted_size, look)})"
        )
    for what, paths in (
        ("without a version", report.empty_collections),
        ("not committed", report.drafts),
        ("runs that neither logged nor used a version", report.runs_without_artifacts),
    ):
        if paths:
            more = f" and {len(paths) - look.top:,} more" if len(paths) > look.top else ""
            print_out(f"{what}: {', '.join(paths[: look.top])}{more}")
