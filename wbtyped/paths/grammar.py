"""Parse the paths that one method takes: of a run, a project, a collection or a version.

Each parser also takes a URL that names such an object; see `page_urls`.
"""

import os
import re
from typing import NoReturn
from urllib.parse import quote

from .. import arguments
from ..errors import UsageError
from .page_urls import PageServer, read_url, shown_path
from .parts import (
    ArtifactIdPath,
    ArtifactPath,
    CollectionPath,
    NamePath,
    ObjectPath,
    ProjectPath,
    RunPath,
)

MAX_PROJECT_CHARACTERS = 128
FORBIDDEN_IN_PROJECT = re.compile(r"[/\\#?%:]")
# Control characters, and lone surrogates, which UTF-8 cannot encode.
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
RUN_FORMS = "entity/project/run, entity/project:run, project/run, project:run or run"
PROJECT_FORMS = "entity/project or project"
ARTIFACT_FORMS = "entity/project/name:alias, project/name:alias or name:alias"
COLLECTION_FORMS = "entity/project/name, project/name or name"


def parse_run_path(path: str | os.PathLike[str], server: PageServer | None = None) -> RunPath:
    """Parse a run path.

    Slashes at the ends, spaces around a part, and the words `runs` and `sweeps`, which precede the
    id in the URL of a page, are ignored. Raises UsageError if it is not a run path.
    """
    given = arguments.path_text(path)
    found = read_url(given, server)
    if not isinstance(found, str):
        if not isinstance(found, RunPath):
            _refuse_kind(given, found, "run", RUN_FORMS)
        check_parts(given, found, RUN_FORMS)
        return found
    text = found.replace("/runs/", "/").replace("/sweeps/", "/")
    parts = text.strip("/ ").split("/")
    if len(parts) < 3 and ":" in parts[-1]:
        before, _, after = parts[-1].partition(":")
        parts = [*parts[:-1], before, after]
    parts = [part.strip() for part in parts]
    _check(given, parts, ("entity", "project", "run id"), RUN_FORMS)
    return RunPath(_nth_last(parts, 3), _nth_last(parts, 2), parts[-1])


def parse_project_path(
    path: str | os.PathLike[str] | None, server: PageServer | None = None
) -> ProjectPath:
    """Parse `project` or `entity/project`; for None both parts are None.

    Raises UsageError if it is not a project path.
    """
    if path is None:
        return ProjectPath(None, None)
    given = arguments.path_text(path)
    found = read_url(given, server)
    if not isinstance(found, str):
        if not isinstance(found, ProjectPath):
            _refuse_kind(given, found, "project", PROJECT_FORMS)
        check_parts(given, found, PROJECT_FORMS)
        return found
    parts = [part.strip() for part in found.strip("/ ").split("/", maxsplit=1)]
    _check(given, parts, ("entity", "project"), PROJECT_FORMS)
    return ProjectPath(_nth_last(parts, 2), parts[-1])


def parse_artifact_path(
    path: str | os.PathLike[str], server: PageServer | None = None
) -> ArtifactPath | ArtifactIdPath:
    """Parse the path of a version; slashes after the first colon belong to the alias.

    Without a colon it is the latest version. Raises UsageError if it is not an artifact path.
    """
    given = arguments.path_text(path)
    found = read_url(given, server)
    if isinstance(found, str):
        entity, project, name = _artifact_parts(given, found, ARTIFACT_FORMS)
        return ArtifactPath(entity, project, name)
    if isinstance(found, CollectionPath):
        found = ArtifactPath(found.entity, found.project, found.collection, found.type)
    elif isinstance(found, NamePath):
        found = ArtifactPath(found.entity, found.project, found.name)
    elif not isinstance(found, (ArtifactPath, ArtifactIdPath)):
        _refuse_kind(given, found, "version", ARTIFACT_FORMS)
    check_parts(given, found, ARTIFACT_FORMS)
    return found


def parse_collection_path(
    path: str | os.PathLike[str], server: PageServer | None = None
) -> CollectionPath:
    """Parse the path of a collection; raises UsageError if it is not one."""
    given = arguments.path_text(path)
    found = read_url(given, server)
    if isinstance(found, str):
        found = CollectionPath(*_artifact_parts(given, found, COLLECTION_FORMS))
    elif isinstance(found, NamePath):
        found = CollectionPath(found.entity, found.project, found.name)
    elif isinstance(found, ArtifactPath):
        found = CollectionPath(found.entity, found.project, found.name, found.type)
    elif not isinstance(found, CollectionPath):
        _refuse_kind(given, found, "collection", COLLECTION_FORMS)
    if ":" in found.collection:
        kept = "/".join(part for part in (*found[:2], found.collection.partition(":")[0]) if part)
        raise UsageError(
            f"path {shown_path(given)} names a version or an alias, not a collection;"
            f" write {kept!r}"
        )
    check_parts(given, found, COLLECTION_FORMS)
    return found


def check_project_name(name: str) -> None:
    """Raise UsageError for a name that no project can have."""
    if problem := _project_problem(arguments.string("name", name)):
        raise UsageError(
            f"invalid project {name!r}: {problem}; write only the project's name, or use"
            " from_path for a whole path"
        )


def quoted_parts(*parts: str) -> list[str]:
    """Percent-encode each part of a path for a URL, slashes included."""
    return [quote(part, safe="") for part in parts]


def check_parts(path: str, found: ObjectPath, forms: str) -> None:
    """Raise UsageError for a part that no object can have."""
    for name, part in zip(type(found)._fields, found, strict=True):
        if not isinstance(part, str):
            continue
        if not part.strip():
            refuse(path, f"missing {name}", forms)
        if FORBIDDEN.search(part):
            refuse(path, f"control characters in the {name}", forms)
        if name == "project" and (problem := _project_problem(part)):
            refuse(path, problem, forms)


def refuse(path: str, reason: str, forms: str) -> NoReturn:
    """Raise the error for a path that is not one of the forms."""
    raise UsageError(f"invalid path {shown_path(path)}: {reason}; write {forms}")


def _refuse_kind(path: str, found: ObjectPath, expected: str, forms: str) -> NoReturn:
    if expected == "project" and not isinstance(found, ArtifactIdPath):
        forms = repr("/".join(part for part in found[:2] if part))
    refuse(path, f"it names the {found}, not a {expected}", forms)


def _artifact_parts(given: str, text: str, forms: str) -> tuple[str | None, str | None, str]:
    collection, colon, alias = text.partition(":")
    parts = collection.split("/")
    _check(given, parts, ("entity", "project", "name"), forms)
    if colon and not alias:
        refuse(given, "missing version or alias after the colon", forms)
    if FORBIDDEN.search(alias):
        refuse(given, "control characters in the alias", forms)
    return _nth_last(parts, 3), _nth_last(parts, 2), f"{parts[-1]}{colon}{alias}"


def _check(path: str, parts: list[str], names: tuple[str, ...], forms: str) -> None:
    if len(parts) > len(names):
        refuse(path, "too many parts", forms)
    for name, part in zip(names[-len(parts) :], parts, strict=True):
        if not part.strip():
            refuse(path, f"missing {name}", forms)
        if FORBIDDEN.search(part):
            refuse(path, f"control characters in the {name}", forms)
        if name == "project" and (problem := _project_problem(part)):
            refuse(path, problem, forms)


def _nth_last(parts: list[str], n: int) -> str | None:
    return parts[-n] if len(parts) >= n else None


def _project_problem(name: str) -> str | None:
    if not name.strip():
        return "the project name is empty"
    if len(name) > MAX_PROJECT_CHARACTERS:
        return f"the project name is longer than {MAX_PROJECT_CHARACTERS} characters"
    if FORBIDDEN_IN_PROJECT.search(name) or FORBIDDEN.search(name):
        return "the project name contains one of / \\ # ? % : or a control character"
    return None
