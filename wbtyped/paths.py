"""The grammar of paths: runs, projects, artifacts.

A part that a path leaves out is None; the caller fills it from the settings or the account.
"""

from typing import NamedTuple, NoReturn
from urllib.parse import quote

from .errors import UsageError

PROJECT_NAME_LIMIT = 128
"""Characters in a project name."""
FORBIDDEN_IN_PROJECT = frozenset("/\\#?%:\r\n")
RUN_FORMS = "entity/project/run, entity/project:run, project/run, project:run or run"
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


def parse_run_path(path: str) -> RunPath:
    """Split a run path.

    Slashes and spaces at the ends do not count, nor do the words `runs` and `sweeps` that stand
    before the id in the address of a page. Raises UsageError for anything that is no run path.
    """
    _refuse_url(path)
    text = path.strip("/ ")
    for word in ("/runs/", "/sweeps/"):
        text = text.replace(word, "/")
    parts = text.split("/")
    if len(parts) < 3 and ":" in parts[-1]:
        before, _, after = parts[-1].partition(":")
        parts = [*parts[:-1], before, after]
    if len(parts) > 3:
        _refuse(path, "too many parts", RUN_FORMS)
    _refuse_empty(path, parts, ("entity", "project", "run id"), RUN_FORMS)
    run = parts[-1]
    project = parts[-2] if len(parts) > 1 else None
    if project is not None:
        check_project_name(project)
    return RunPath(parts[0] if len(parts) == 3 else None, project, run)


def parse_project_path(path: str | None) -> ProjectPath:
    """Split `project` or `entity/project`; None leaves both parts open."""
    if path is None:
        return ProjectPath(None, None)
    _refuse_url(path)
    entity, slash, project = path.strip("/ ").partition("/")
    if not slash:
        entity, project = "", entity
    parts = [entity, project] if slash else [project]
    _refuse_empty(path, parts, ("entity", "project"), "entity/project")
    check_project_name(project)
    return ProjectPath(entity or None, project)


def parse_artifact_path(path: str) -> ArtifactPath:
    """Split an artifact path at its slashes; those behind the first colon belong to the alias."""
    _refuse_url(path)
    place, colon, alias = path.partition(":")
    parts = place.split("/")
    if len(parts) > 3:
        _refuse(path, "too many parts", ARTIFACT_FORMS)
    _refuse_empty(path, parts, ("entity", "project", "name"), ARTIFACT_FORMS)
    if colon and not alias:
        _refuse(path, "nothing behind the colon", ARTIFACT_FORMS)
    project = parts[-2] if len(parts) > 1 else None
    if project is not None:
        check_project_name(project)
    return ArtifactPath(
        parts[0] if len(parts) == 3 else None, project, f"{parts[-1]}{colon}{alias}"
    )


def check_project_name(name: str) -> None:
    """Raise UsageError for a name that no project can have."""
    if not name:
        raise UsageError("the name of a project cannot be empty")
    if len(name) > PROJECT_NAME_LIMIT:
        raise UsageError(f"project name {name!r} is longer than {PROJECT_NAME_LIMIT} characters")
    wrong = sorted({c for c in name if c in FORBIDDEN_IN_PROJECT or not c.isprintable()})
    if wrong:
        raise UsageError(f"project name {name!r} holds characters that none may have: {wrong}")


def quoted_parts(*parts: str) -> list[str]:
    """Return the parts of a path, each percent-encoded for an address, slashes included."""
    return [quote(part, safe="") for part in parts]


def _refuse(path: str, reason: str, forms: str) -> NoReturn:
    raise UsageError(f"invalid path {path!r}: {reason}; write {forms}")


def _refuse_empty(path: str, parts: list[str], names: tuple[str, ...], forms: str) -> None:
    for name, part in zip(names[-len(parts) :], parts, strict=True):
        if not part.strip():
            _refuse(path, f"missing {name}", forms)


def _refuse_url(path: str) -> None:
    scheme, found, rest = path.strip().partition("://")
    if found:
        way = rest.partition("/")[2]
        raise UsageError(
            f"invalid path {path!r}: leave out {scheme}:// and the host"
            + (f", as in {way!r}" if way else "")
        )
