"""`wbtyped ls`: list what a path contains."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeVar

from ..api import Api
from ..artifacts.collections import ProjectArtifactCollections
from ..artifacts.lineage import Artifact, ArtifactCollection, Run
from ..artifacts.types import ArtifactType
from ..errors import NotFoundError, UsageError
from ..projects.project import Project
from . import records
from .connection import connect
from .listing import Listing, Look, Record, print_listing
from .names import ALL_NAMES, NameFilter
from .targets import Target, file_at, find_target, full_path, run_files

ITEMS_PER_PAGE = 1000
"""Large pages: a long list needs few requests."""
SORT_FIELDS: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "size": ("size",),
    "type": ("type", "mimetype"),
    "created": ("created_at",),
    "updated": ("updated_at",),
}
"""The fields of a record that a key of `--sort` stands for."""
LARGEST_FIRST = frozenset({"size", "created", "updated"})
ItemT_co = TypeVar("ItemT_co", covariant=True)
ItemT = TypeVar("ItemT")


class Pages(Protocol[ItemT_co]):
    """What `ls` needs of a list; every paginator has it."""

    def pages(self) -> Iterator[Sequence[ItemT_co]]:
        """Yield the list page by page."""
        ...


@dataclass(frozen=True, slots=True)
class ListOptions:
    """What to list of a path, and in which order."""

    type_name: str | None = None
    names: NameFilter = ALL_NAMES
    only: Literal["runs", "artifacts"] | None = None
    """Which half of a project; None for both."""
    sort: str | None = None
    reverse: bool = False
    limit: int | None = None

    @property
    def per_page(self) -> int:
        """How many items to request at a time: not more than are printed."""
        needs_all = self.sort or self.reverse or self.names.selects
        return ITEMS_PER_PAGE if needs_all or not self.limit else min(self.limit, ITEMS_PER_PAGE)


def list_path(path: str | None, options: ListOptions, look: Look, base_url: str | None) -> None:
    """Print what a path contains; without one, the projects of the default entity."""
    with connect(base_url) as api:
        print_listing(arranged(find_listing(api, path, options), options), look)


def find_listing(api: Api, path: str | None, options: ListOptions) -> Listing:
    """Return the list of what a path contains."""
    if path is None or is_entity(path):
        entity = path.strip(" /") if path else None
        projects = api.projects(entity, per_page=options.per_page)
        listing = make_listing(
            projects, records.project_record, options,
            records.PROJECT_FIELDS, records.MORE_PROJECT_FIELDS,
        )  # fmt: skip
        return replace(listing, pages=checked(listing.pages, None, options.names))
    target = find_target(api, path, options.type_name)
    if options.only and not isinstance(target, Project):
        raise UsageError(f"--{options.only} is for projects, but {path} is none")
    options = replace(options, names=replace(options.names, below=file_at(api, path)))
    listing = target_listing(api, target, options)
    return replace(listing, pages=checked(listing.pages, target, options.names))


def checked(
    pages: Iterable[Sequence[Record]], target: Target | None, names: NameFilter
) -> Iterator[Sequence[Record]]:
    """Yield pages; if they are empty, say what of the selection may be wrong."""
    found = 0
    for page in pages:
        found += len(page)
        yield page
    if target and not found and names.below and not (names.pattern or names.glob):
        raise NotFoundError(
            f"{full_path(target)} has no file or folder {names.below!r}",
            path=names.below,
            missing="file",
        )
    # The list of the files of a run warns itself.
    if not isinstance(target, Run):
        names.check_matches(found)


def is_entity(path: str) -> bool:
    """Return True for `entity/`: without the slash it could be a run or a project."""
    text = path.strip()
    return text.endswith("/") and "/" not in text.rstrip("/")


def target_listing(api: Api, target: Target, options: ListOptions) -> Listing:
    """Return the list of what an object contains."""
    per_page = options.per_page
    if isinstance(target, Project):
        return project_listing(api, target, options)
    if isinstance(target, Run):
        rest = replace(options, names=replace(options.names, pattern=None))
        return make_listing(
            run_files(target, options.names, per_page), records.run_file_record, rest,
            records.RUN_FILE_FIELDS, records.MORE_RUN_FILE_FIELDS,
        )  # fmt: skip
    if isinstance(target, ArtifactType):
        return make_listing(
            target.collections(per_page), records.collection_record, options,
            records.COLLECTION_FIELDS, records.MORE_COLLECTION_FIELDS,
        )  # fmt: skip
    if isinstance(target, ArtifactCollection):
        return make_listing(
            target.artifacts(per_page), records.version_record, options,
            records.VERSION_FIELDS, records.MORE_VERSION_FIELDS,
        )  # fmt: skip
    return version_listing(target, options)


def version_listing(target: Artifact, options: ListOptions) -> Listing:
    """Return the list of the files of a version."""
    return make_listing(
        target.files(per_page=options.per_page), records.version_file_record, options,
        records.VERSION_FILE_FIELDS, records.MORE_VERSION_FILE_FIELDS,
    )  # fmt: skip


def project_listing(api: Api, project: Project, options: ListOptions) -> Listing:
    """Return the list of the collections of a project, its runs, or both."""
    per_page = options.per_page
    collections = ProjectArtifactCollections(api.client, project.entity, project.name, per_page)
    artifacts = make_listing(
        collections, records.collection_record, options,
        records.COLLECTION_FIELDS, records.MORE_COLLECTION_FIELDS,
    )  # fmt: skip
    runs = make_listing(
        project.runs(order="-created_at", per_page=per_page), records.run_record, options,
        records.RUN_FIELDS, records.MORE_RUN_FIELDS,
    )  # fmt: skip
    if options.only:
        return runs if options.only == "runs" else artifacts
    pages = joined_pages(artifacts.pages, runs.pages, options.limit)
    return Listing(pages, records.CONTENT_FIELDS, records.MORE_CONTENT_FIELDS)


def joined_pages(
    first: Iterable[Sequence[Record]], second: Iterable[Sequence[Record]], limit: int | None
) -> Iterator[Sequence[Record]]:
    """Yield the pages of two lists, the page where they meet as one: a page is aligned.

    Nothing is read of the second list if a page of the first reaches the limit.
    """
    last: Sequence[Record] = ()
    for page in first:
        if last:
            yield last
        last = page
        if limit and len(page) >= limit:
            yield page
            last = ()
    for page in second:
        yield [*last, *page]
        last = ()
    if last:
        yield last


def make_listing(
    items: Pages[ItemT],
    record: Callable[[ItemT], Record],
    options: ListOptions,
    fields: tuple[str, ...],
    more_fields: tuple[str, ...],
) -> Listing:
    """Return a list of records, without the items whose names are not wanted."""
    matches = options.names.matcher()
    pages = (
        [found for item in page if matches(str((found := record(item))["name"]))]
        for page in items.pages()
    )
    return Listing(pages, fields, more_fields)


# Order.


def arranged(listing: Listing, options: ListOptions) -> Listing:
    """Return a list in the order that was asked for, and not longer."""
    pages = listing.pages
    if options.sort or options.reverse:
        found = [record for page in pages for record in page]
        pages = [sorted_records(found, options, (*listing.fields, *listing.more_fields))]
    if options.limit is not None:
        pages = limited(pages, options.limit)
    return replace(listing, pages=pages)


def sorted_records(
    found: list[Record], options: ListOptions, fields: Sequence[str]
) -> list[Record]:
    """Return records sorted by the key of `--sort`: largest and newest first, names from A to Z.

    What has no value comes last.
    """
    if options.sort is None:
        return found[::-1]
    field = next((name for name in SORT_FIELDS[options.sort] if name in fields), None)
    if field is None:
        known = [key for key, names in SORT_FIELDS.items() if {*names} & {*fields}]
        raise UsageError(
            f"this list cannot be sorted by {options.sort}; choose one of {', '.join(known)}"
        )
    descending = (options.sort in LARGEST_FIRST) is not options.reverse
    valued = [record for record in found if record.get(field) is not None]
    # Numbers and strings: a field has one kind of value.
    valued.sort(key=lambda record: (sort_number(record, field), str(record[field])))
    if descending:
        valued.reverse()
    return [*valued, *(record for record in found if record.get(field) is None)]


def sort_number(record: Record, field: str) -> int:
    """Return the value of a field that is a number, else 0."""
    value = record[field]
    return value if isinstance(value, int) else 0


def limited(pages: Iterable[Sequence[Record]], limit: int) -> Iterator[Sequence[Record]]:
    """Yield at most `limit` records, and read no page that is not needed."""
    left = limit
    for page in pages:
        yield page[:left]
        left -= len(page)
        if left <= 0:
            return
