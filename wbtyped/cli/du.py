"""`wbtyped du`: how much storage is used, and by what."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..api import Api
from ..artifacts.collections import ProjectArtifactCollections
from ..artifacts.lineage import Artifact, ArtifactCollection, Run
from ..artifacts.types import ArtifactType
from ..projects.project import Project
from .connection import connect
from .listing import Listing, Look, Record, print_listing
from .names import NameFilter
from .targets import Target, file_at, find_target, full_path, run_files

ITEMS_PER_PAGE = 1000
TOTAL = "."
"""The name of the last line."""


class Share(NamedTuple):
    """What a part of the whole takes."""

    name: str
    size: int
    files: int
    type: str | None = None


def show_usage(
    path: str, depth: int, type_name: str | None, look: Look, base_url: str | None
) -> None:
    """Print the sizes of the parts of a path, largest first, and their total."""
    with connect(base_url) as api:
        target = find_target(api, path, type_name)
        below = NameFilter(below=file_at(api, path))
        shares = sorted(
            parts(api, target, depth, below), key=lambda share: (-share.size, share.name)
        )
    total = Share(TOTAL, sum(s.size for s in shares), sum(s.files for s in shares))
    if look.as_json:
        entries = [record(share) for share in shares]
        facts = {"path": full_path(target), "size": total.size, "files": total.files}
        print(json.dumps({**facts, "entries": entries}))
        return
    fields = ("name", "size", "files", *(["type"] if isinstance(target, Project) else []))
    print_listing(Listing([[record(share) for share in (*shares, total)]], fields), look)


def record(share: Share) -> Record:
    """Return what JSON shows of a part; the type is that of a collection."""
    fields: Record = {"name": share.name, "size": share.size, "files": share.files}
    return fields if share.type is None else {**fields, "type": share.type}


def parts(api: Api, target: Target, depth: int, names: NameFilter) -> Iterable[Share]:
    """Return the sizes of the parts of an object; of files, those that are wanted."""
    matches = names.matcher()
    if isinstance(target, Run):
        listed = run_files(target, names, ITEMS_PER_PAGE).pages()
        files = ((f.name, f.size) for page in listed for f in page)
        return by_folder((file for file in files if matches(file[0])), depth)
    if isinstance(target, Artifact):
        files = ((e.path, e.size or 0) for e in target.manifest if matches(e.path))
        return by_folder(files, depth)
    if isinstance(target, ArtifactCollection):
        return versions(target)
    if isinstance(target, ArtifactType):
        return collections(page for page in target.collections(ITEMS_PER_PAGE).pages())
    found = ProjectArtifactCollections(api.client, target.entity, target.name, ITEMS_PER_PAGE)
    return collections(found.pages())


def by_folder(files: Iterable[tuple[str, int]], depth: int) -> Iterator[Share]:
    """Add up files by the first `depth` folders of their names; those outside stand alone."""
    sizes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for name, size in files:
        folders = name.split("/")[:-1][:depth]
        part = "/".join(folders) + "/" if folders else name
        sizes[part] += size
        counts[part] += 1
    return (Share(name, sizes[name], counts[name]) for name in counts)


def versions(collection: ArtifactCollection) -> Iterator[Share]:
    """Yield the size of each version of a collection."""
    for page in collection.artifacts(ITEMS_PER_PAGE).pages():
        for artifact in page:
            yield Share(artifact.name, artifact.size, artifact.file_count)


def collections(pages: Iterable[list[ArtifactCollection]]) -> Iterator[Share]:
    """Yield the size of all versions of each sequence; links of portfolios take nothing."""
    for page in pages:
        for collection in page:
            if collection.is_sequence():
                listed = list(versions(collection))
                size, files = sum(v.size for v in listed), sum(v.files for v in listed)
                yield Share(collection.name, size, files, collection.type)
