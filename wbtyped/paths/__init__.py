"""The grammar of paths: what a string, a Path or a pasted URL names.

Pure: nothing here sends a request or knows a default. A part that a path omits is None; the caller
fills it in from the settings or the account. `grammar` parses what one method takes, `readings`
lists everything that a path can mean, `page_urls` reads URLs.
"""

from .grammar import (
    check_project_name,
    parse_artifact_path,
    parse_collection_path,
    parse_project_path,
    parse_run_path,
    quoted_parts,
)
from .page_urls import is_url
from .parts import (
    ArtifactIdPath,
    ArtifactPath,
    CollectionPath,
    NamePath,
    ObjectPath,
    ProjectPath,
    RunPath,
    TypePath,
)
from .readings import read_path

__all__ = [
    "ArtifactIdPath",
    "ArtifactPath",
    "CollectionPath",
    "NamePath",
    "ObjectPath",
    "ProjectPath",
    "RunPath",
    "TypePath",
    "check_project_name",
    "is_url",
    "parse_artifact_path",
    "parse_collection_path",
    "parse_project_path",
    "parse_run_path",
    "quoted_parts",
    "read_path",
]
