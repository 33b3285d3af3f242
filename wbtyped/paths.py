"""The grammar of paths: runs, projects, artifacts.

A part that a path leaves out is None; the caller fills it from the settings or the account.
"""

import re
from pathlib import PurePath
from typing import NamedTuple, NoReturn
from urllib.parse import quote

from . import arguments
from .errors import UsageError

PROJECT_NAME_LIMIT = 128
"""Characters in a project name."""
FORBIDDEN_IN_PROJECT = re.compile(r"[/\\#?%:]")
# Control characters, and halves of surrogate pairs, which no request can carry.
UNUSABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
ADDRESS = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)/*([^?#]*)")
RUN_FORMS = "entity/project/run, entity/project:run, project/run, project:run or run"
PROJECT_FORMS = "entity/project or project"
ARTIFACT_FORMS = "entity/project/name:alias, project/name:alias or name:alias"


class RunPath(NamedTuple):
    """The parts of a run path."""

    entity: str | None
    project: str | None
    run: str


class ProjectPath(NamedTuple):
    """The parts of a project path."""

    entity: str | None
    project: str | None


class ArtifactPath(NamedTuple):
    """The parts of an artifact path; `name` keeps the version or alias behind its colon."""

    entity: str | None
    project: str | None
    name: str


def parse_run_path(path: str | PurePath) -> RunPath:
    """Split a run path.

    Slashes at the ends do not count, nor do spaces around a part, nor the words `runs` and
    `sweeps` that stand before the id in the address of a page. Raises UsageError for anything that
    is no run path.
    """
    path = arguments.path_text(path)
    _refuse_address(path)
    text = path.replace("/runs/", "/").replace("/sweeps/", "/")
    parts = text.strip("/ ").split("/")
    if len(parts) < 3 and ":" in parts[-1]:
        before, _, after = parts[-1].partition(":")
        parts = [*parts[:-1], before, after]
    parts = [part.strip() for part in parts]
    _check(path, parts, ("entity", "project", "run id"), RUN_FORMS)
    return RunPath(_nth_last(parts, 3), _nth_last(parts, 2), parts[-1])


def parse_project_path(path: str | PurePath | None) -> ProjectPath:
    """Split `project` or `entity/project`; None leaves both parts open.

    Raises UsageError for anything that is no project path.
    """
    if path is None:
        return ProjectPath(None, None)
    path = arguments.path_text(path)
    _refuse_address(path)
    parts = [part.strip() for part in path.strip("/ ").split("/", maxsplit=1)]
    _check(path, parts, ("entity", "project"), PROJECT_FORMS)
    return ProjectPath(_nth_last(parts, 2), parts[-1])


def parse_artifact_path(path: str | PurePath) -> ArtifactPath:
    """Split an artifact path at its slashes; those behind the first colon belong to the alias.

    Raises UsageError for anything that is no artifact path.
    """
    path = arguments.path_text(path)
    _refuse_address(path)
    place, colon, alias = path.partition(":")
    parts = place.split("/")
    _check(path, parts, ("entity", "project", "name"), ARTIFACT_FORMS)
    if colon and not alias:
        _refuse(path, "missing version or alias behind the colon", ARTIFACT_FORMS)
    if UNUSABLE.search(alias):
        _refuse(path, "control characters in the alias", ARTIFACT_FORMS)
    return ArtifactPath(_nth_last(parts, 3), _nth_last(parts, 2), f"{parts[-1]}{colon}{alias}")


def check_project_name(name: str) -> None:
    """Raise UsageError for a name that no project can have."""
    if fault := _fault_of_project(arguments.string("name", name)):
        raise UsageError(f"invalid project {name!r}: {fault}; write the bare name of the project")


def quoted_parts(*parts: str) -> list[str]:
    """Return the parts of a path, each percent-encoded for an address, slashes included."""
    return [quote(part, safe="") for part in parts]


def _refuse(path: str, reason: str, forms: str) -> NoReturn:
    raise UsageError(f"invalid path {path!r}: {reason}; write {forms}")


def _check(path: str, parts: list[str], names: tuple[str, ...], forms: str) -> None:
    if len(parts) > len(names):
        _refuse(path, "too many parts", forms)
    for name, part in zip(names[-len(parts) :], parts, strict=True):
        if not part.strip():
            _refuse(path, f"missing {name}", forms)
        if UNUSABLE.search(part):
            _refuse(path, f"control characters in the {name}", forms)
        if name == "project" and (fault := _fault_of_project(part)):
            _refuse(path, fault, forms)


def _nth_last(parts: list[str], n: int) -> str | None:
    return parts[-n] if len(parts) >= n else None


def _fault_of_project(name: str) -> str | None:
    if not name.strip():
        return "the project name is empty"
    if len(name) > PROJECT_NAME_LIMIT:
        return f"the project name is longer than {PROJECT_NAME_LIMIT} characters"
    if FORBIDDEN_IN_PROJECT.search(name) or UNUSABLE.search(name):
        return "the project name holds one of / \\ # ? % : or a control character"
    return None


def _refuse_address(path: str) -> None:
    if not (address := ADDRESS.match(path)):
        return
    scheme, host, way = address.groups()
    if host.endswith("forge.coreweave.com"):
        # The pages of this host lie below a folder that is no entity.
        way = way.removeprefix("wandb/")
    way = way.strip("/ ")
    raise UsageError(
        f"invalid path {path!r}: leave out {scheme}:// and the host"
        + (f", as in {way!r}" if way else "")
    )
