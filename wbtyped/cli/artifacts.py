"""The parts of `wbtyped` that are about artifacts: walk the tree, download, compare."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import TypeAdapter

from ..api import Api
from ..artifacts import Artifact, ArtifactCollection, ProjectArtifactCollections
from ..artifacts.lineage import File
from ..errors import ChecksumError, NotFoundError
from .connection import connect
from .output import print_err, print_out, show_table

PER_PAGE = 1000
JSON_DIFFERENCES = ("missing", "altered", "foreign")
"""The keys of `verify --json`, which scripts rely on."""
Record = Mapping[str, object]
_list = TypeAdapter(list[object])


def is_artifact(path: str) -> bool:
    """Tell whether a path names a version: three parts, and a colon in the last."""
    parts = path.strip("/").split("/", 2)
    return len(parts) == 3 and ":" in parts[2]


def list_tree(path: str, *, as_json: bool, base_url: str | None) -> None:
    """Print what is below a project, a type, a collection or a version."""
    with connect(base_url) as api:
        show(list(records(api, path.strip("/"))), as_json=as_json)


def records(api: Api, path: str) -> Iterable[Record]:
    """Yield what is below a path."""
    parts = path.split("/", 2) if is_artifact(path) else path.split("/")
    if is_artifact(path):
        files = api.artifact(path).files(per_page=PER_PAGE)
        return (file_record(file) for page in files.pages() for file in page)
    if len(parts) == 2:
        entity, project = parts
        found = ProjectArtifactCollections(api.client, entity, project, PER_PAGE)
        return (collection_record(c) for page in found.pages() for c in page)
    entity, project, kind = parts[:3]
    if len(parts) == 4:
        collection = api.artifact_collection(kind, f"{entity}/{project}/{parts[3]}")
        return map(version_record, collection.artifacts(PER_PAGE))
    return below_third(api, entity, project, kind)


def below_third(api: Api, entity: str, project: str, name: str) -> Iterable[Record]:
    """Yield the collections of a type, or the versions of a collection, of this name."""
    try:
        kind = api.artifact_type(name, f"{entity}/{project}")
    except NotFoundError as error:
        if error.missing != "type":
            raise
    else:
        return map(collection_record, kind.collections(PER_PAGE))
    found = ProjectArtifactCollections(api.client, entity, project, PER_PAGE)
    collection = next((c for page in found.pages() for c in page if c.name == name), None)
    if collection is None:
        path = f"{entity}/{project}/{name}"
        raise NotFoundError(
            f"{path} is neither a run nor an artifact type nor a collection", path=path
        )
    return map(version_record, collection.artifacts(PER_PAGE))


def collection_record(collection: ArtifactCollection) -> Record:
    """Return what is shown of a collection."""
    return {
        "type": collection.type,
        "name": collection.name,
        "kind": "sequence" if collection.is_sequence() else "portfolio",
        "tags": collection.tags,
        "updated_at": collection.updated_at,
    }


def version_record(artifact: Artifact) -> Record:
    """Return what is shown of a version."""
    return {
        "name": artifact.name,
        "aliases": artifact.aliases,
        "tags": artifact.tags,
        "size": artifact.size,
        "files": artifact.file_count,
        "created_at": artifact.created_at,
    }


def file_record(file: File) -> Record:
    """Return what is shown of a file of a version; a reference shows where it refers to."""
    reference = file.direct_url if file.direct_url == file.url else None
    return {"name": file.name, "size": file.size, "digest": file.digest, "reference": reference}


def show(listed: list[Record], *, as_json: bool) -> None:
    """Print records as JSON, or as a table."""
    if as_json:
        print(json.dumps(listed, indent=1))
        return
    if not listed:
        return
    show_table(list(listed[0]), [[cell(value) for value in record.values()] for record in listed])


def cell(value: object) -> str:
    """Return a value as a table shows it."""
    if isinstance(value, list):
        return ", ".join(map(str, _list.validate_python(value))) or "-"
    return "-" if value is None else str(value)


def verify_artifact(path: str, folder: Path, base_url: str | None, *, as_json: bool) -> int:
    """Compare a folder with a version; returns the exit code."""
    with connect(base_url) as api:
        artifact = api.artifact(path)
        if as_json:
            differences = artifact.compare(folder)
            print(json.dumps(dict(zip(JSON_DIFFERENCES, differences, strict=True))))
            return int(any(differences))
        try:
            artifact.verify(folder)
        except ChecksumError as error:
            print_err(str(error))
            return 1
        print_out(f"{folder} is {artifact.qualified_name}")
        return 0
