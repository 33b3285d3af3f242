"""`wbtyped ls` and `wbtyped verify` for artifacts: walk the tree, compare a folder."""

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
from .parameters import is_artifact_path

ITEMS_PER_PAGE = 1000
JSON_DIFFERENCES = ("missing", "altered", "foreign")
"""Keys of `verify --json`: scripts rely on them."""
Record = Mapping[str, object]
_any_list = TypeAdapter(list[object])


def list_tree(path: str, *, as_json: bool, base_url: str | None) -> None:
    """Print the children of a project, a type, a collection or a version."""
    with connect(base_url) as api:
        print_records(list(find_children(api, path.strip("/ "))), as_json=as_json)


def find_children(api: Api, path: str) -> Iterable[Record]:
    """Return a record for each child of a path."""
    parts = path.split("/")
    if is_artifact_path(path):
        files = api.artifact(path).files(per_page=ITEMS_PER_PAGE)
        return (file_record(file) for page in files.pages() for file in page)
    if len(parts) == 2:
        entity, project = parts
        found = ProjectArtifactCollections(api.client, entity, project, ITEMS_PER_PAGE)
        return (collection_record(c) for page in found.pages() for c in page)
    entity, project, name = parts[:3]
    if len(parts) == 4:
        collection = api.artifact_collection(name, f"{entity}/{project}/{parts[3]}")
        return map(version_record, collection.artifacts(ITEMS_PER_PAGE))
    return type_or_collection_children(api, entity, project, name)


def type_or_collection_children(api: Api, entity: str, project: str, name: str) -> Iterable[Record]:
    """Return the collections of the type with this name, else the versions of the collection."""
    try:
        artifact_type = api.artifact_type(name, f"{entity}/{project}")
    except NotFoundError as error:
        if error.missing != "type":
            raise
    else:
        return map(collection_record, artifact_type.collections(ITEMS_PER_PAGE))
    found = ProjectArtifactCollections(api.client, entity, project, ITEMS_PER_PAGE)
    collection = next((c for page in found.pages() for c in page if c.name == name), None)
    if collection is None:
        path = f"{entity}/{project}/{name}"
        raise NotFoundError(
            f"{path} is neither a run nor an artifact type nor a collection", path=path
        )
    return map(version_record, collection.artifacts(ITEMS_PER_PAGE))


def collection_record(collection: ArtifactCollection) -> Record:
    """Return what `ls` shows of a collection."""
    return {
        "type": collection.type,
        "name": collection.name,
        "kind": "sequence" if collection.is_sequence() else "portfolio",
        "tags": collection.tags,
        "updated_at": collection.updated_at,
    }


def version_record(artifact: Artifact) -> Record:
    """Return what `ls` shows of a version."""
    return {
        "name": artifact.name,
        "aliases": artifact.aliases,
        "tags": artifact.tags,
        "size": artifact.size,
        "files": artifact.file_count,
        "created_at": artifact.created_at,
    }


def file_record(file: File) -> Record:
    """Return what `ls` shows of a file in a version; a reference includes its target."""
    reference = file.direct_url if file.direct_url == file.url else None
    return {"name": file.name, "size": file.size, "digest": file.digest, "reference": reference}


def print_records(records: list[Record], *, as_json: bool) -> None:
    """Print records as JSON, or as a table."""
    if as_json:
        print(json.dumps(records, indent=1))
    elif records:
        rows = [[format_cell(value) for value in record.values()] for record in records]
        show_table(list(records[0]), rows)


def format_cell(value: object) -> str:
    """Return a value as a string for a table."""
    if isinstance(value, list):
        return ", ".join(map(str, _any_list.validate_python(value))) or "-"
    return "-" if value is None else str(value)


def verify_artifact(path: str, folder: Path, base_url: str | None, *, as_json: bool) -> int:
    """Compare a folder with a version and report the differences; return the exit code."""
    with connect(base_url) as api:
        artifact = api.artifact(path)
        if as_json:
            differences = artifact.compare(folder)
            print(json.dumps(dict(zip(JSON_DIFFERENCES, differences, strict=True))))
            return int(any(differences))
        try:
            artifact.verify(folder)
        except ChecksumError as error:
            print_err(str(error) if folder.is_dir() else f"folder {folder} does not exist")
            return 1
        print_out(f"OK: {folder} matches {artifact.qualified_name}")
        return 0
