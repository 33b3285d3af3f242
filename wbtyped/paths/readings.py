"""List what a path can mean, for those who take the path of any object.

A path is read as far as its form goes: `entity/project/name` may be a run, a collection or a type,
and only the server knows which. The readings are in the order in which they are to be tried.
"""

import os
import re
from collections.abc import Sequence

from .. import arguments
from .grammar import check_parts, refuse
from .page_urls import REGISTRY, PageServer, read_url
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

FORMS = (
    "entity/project, entity/project/run, entity/project/collection, entity/project/name:alias or"
    " entity/project/type/collection"
)
VERSION = re.compile(r"v\d+|latest")
RUN_WORDS = {"runs", "sweeps"}
"""What precedes the id of a run in the URL of its page."""


def read_path(
    path: str | os.PathLike[str],
    type_name: str | None = None,
    server: PageServer | None = None,
) -> list[ObjectPath]:
    """Return what a path can mean, in the order to try.

    With `type_name`, only collections and versions of this type, and the type itself. Raises
    UsageError for what is no path at all.
    """
    given = arguments.path_text(path)
    arguments.check_optional_strings(type=type_name)
    found = read_url(given, server)
    readings = _read_text(given, found) if isinstance(found, str) else [found]
    if type_name is not None:
        readings = _of_type(given, readings, type_name)
    for reading in readings:
        check_parts(given, reading, FORMS)
    return readings


def _read_text(given: str, text: str) -> list[ObjectPath]:
    parts = [part.strip() for part in text.strip("/ ").split("/")]
    if not all(parts):
        refuse(given, "a part is missing", FORMS)
    with_colon = next((at for at, part in enumerate(parts[:3]) if ":" in part), None)
    if with_colon is not None and parts[2:3] != ["runs"]:
        return _read_version(given, parts, with_colon)
    match parts:
        case [name] if name.startswith(REGISTRY):
            return [ProjectPath(None, name)]
        case [name]:
            return [ProjectPath(None, name), NamePath(None, None, name)]
        case [registry, name] if registry.startswith(REGISTRY):
            return [NamePath(None, registry, name, may_be_run=False)]
        case [entity, project] if project.startswith(REGISTRY):
            return [ProjectPath(entity, project)]
        case [entity, project]:
            return [ProjectPath(entity, project), NamePath(None, entity, project)]
        case [project, word, name] if word in RUN_WORDS:
            return [RunPath(None, project, name)]
        case [entity, project, name]:
            if name in {"runs", "artifacts"}:
                return [ProjectPath(entity, project)]
            return [NamePath(entity, project, name, not project.startswith(REGISTRY))]
        case [entity, project, word, name, *file] if word in RUN_WORDS:
            return [RunPath(entity, project, name, "/".join(file) or None)]
        case _:
            return _read_tree(given, parts[0], parts[1], parts[2:])


def _read_version(given: str, parts: Sequence[str], at: int) -> list[ObjectPath]:
    """Read a path with a colon: of a version, else of a run as Docker writes tags."""
    entity, project, name = [None] * (2 - at) + list(parts[: at + 1])
    if name is None or name.startswith(":") or name.endswith(":"):
        refuse(given, "a part is missing at the colon", FORMS)
    file = "/".join(parts[at + 1 :]) or None
    readings: list[ObjectPath] = [ArtifactPath(entity, project, name, None, file)]
    if file is None and not (project or "").startswith(REGISTRY):
        before, _, after = name.partition(":")
        run = RunPath(entity, project, name) if at == 2 else RunPath(project, before, after)
        readings.append(run)
    return readings


def _read_tree(given: str, entity: str, project: str, names: Sequence[str]) -> list[ObjectPath]:
    """Read `type/collection[/version]`, perhaps after the word `artifacts`, as in URLs."""
    if names[0] == "artifacts" and len(names) == 2:
        return [
            TypePath(entity, project, names[1]),
            CollectionPath(entity, project, names[1], names[0]),
        ]
    in_url = names[0] == "artifacts" and len(names) > 2
    if in_url:
        names = names[1:]
    type_name, collection, *version = names
    if len(version) > 1 or (version and not VERSION.fullmatch(version[0]) and not in_url):
        refuse(given, "too many parts", FORMS)
    if version or ":" in collection:
        name = f"{collection}:{version[0]}" if version else collection
        return [ArtifactPath(entity, project, name, type_name)]
    return [CollectionPath(entity, project, collection, type_name)]


def _of_type(given: str, readings: Sequence[ObjectPath], type_name: str) -> list[ObjectPath]:
    """Restrict readings to those of one type."""
    kept: list[ObjectPath] = []
    for reading in readings:
        match reading:
            case ProjectPath(entity, project):
                kept.append(TypePath(entity, project, type_name))
            case NamePath(entity, project, name):
                kept.append(CollectionPath(entity, project, name, type_name))
            case ArtifactPath() | CollectionPath() if reading.type in {None, type_name}:
                kept.append(reading._replace(type=type_name))
            case TypePath() if reading.type == type_name:
                kept.append(reading)
            case ArtifactIdPath():
                kept.append(reading)
            case _:
                continue
    if not kept:
        refuse(given, f"it names the {readings[0]}, which is not of type {type_name!r}", FORMS)
    return kept
