"""Parse the paths of runs, projects and artifacts.

A part that a path omits is None; the caller fills it in from the settings or the account.
"""

import re
from pathlib import PurePath
from typing import NamedTuple, NoReturn
from urllib.parse import quote

from . import arguments
from .errors import UsageError

MAX_PROJECT_CHARACTERS = 128
FORBIDDEN_IN_PROJECT = re.compile(r"[/\\#?%:]")
# Control characters, and lone surrogates, which UTF-8 cannot encode.
FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
URL = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)/*([^?#]*)")
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
    """The parts of an artifact path; `name` includes the colon and the version or alias."""

    entity: str | None
    project: str | None
    name: str


def parse_run_path(path: str | PurePath) -> RunPath:
    """Parse a run path.

    Slashes at the ends, spaces around a part, and the words `runs` and `sweeps`, which precede the
    id in the URL of a page, are ignored. Raises UsageError if it is not a run path.
    """
    path = arguments.path_text(path)
    _refuse_url(path)
    text = path.replace("/runs/", "/").replace("/sweeps/", "/")
    parts = text.strip("/ ").split("/")
    if len(parts) < 3 and ":" in parts[-1]:
        before, _, after = parts[-1].partition(":")
        parts = [*parts[:-1], before, after]
    parts = [part.strip() for part in parts]
    _check(path, parts, ("entity", "project", "run id"), RUN_FORMS)
    return RunPath(_nth_last(parts, 3), _nth_last(parts, 2), parts[-1])


def parse_project_path(path: str | PurePath | None) -> ProjectPath:
    """Parse `project` or `entity/project`; for None both parts are None.

    Raises UsageError if it is not a project path.
    """
    if path is None:
        return ProjectPath(None, None)
    path = arguments.path_text(path)
    _refuse_url(path)
    parts = [part.strip() for part in path.strip("/ ").split("/", maxsplit=1)]
    _check(path, parts, ("entity", "project"), PROJECT_FORMS)
    return ProjectPath(_nth_last(parts, 2), parts[-1])


def parse_artifact_path(path: str | PurePath) -> ArtifactPath:
    """Parse an artifact path; slashes after the first colon belong to the alias.

    Raises UsageError if it is not an artifact path.
    """
    path = arguments.path_text(path)
    _refuse_url(path)
    collection, colon, alias = path.partition(":")
    parts = collection.split("/")
    _check(path, parts, ("entity", "project", "name"), ARTIFACT_FORMS)
    if colon and not alias:
        _refuse(path, "missing version or alias after the colon", ARTIFACT_FORMS)
    if FORBIDDEN.search(alias):
        _refuse(path, "control characters in the alias", ARTIFACT_FORMS)
    return ArtifactPath(_nth_last(parts, 3), _nth_last(parts, 2), f"{parts[-1]}{colon}{alias}")


def check_project_name(name: str) -> None:
    """Raise UsageError for a name that no project can have."""
    if problem := _project_problem(arguments.string("name", name)):
        raise UsageError(f"invalid project {name!r}: {problem}; write only the project's name")


def quoted_parts(*parts: str) -> list[str]:
    """Percent-encode each part of a path for a URL, slashes included."""
    return [quote(part, safe="") for part in parts]


def _refuse(path: str, reason: str, forms: str) -> NoReturn:
    raise UsageError(f"invalid path {path!r}: {reason}; write {forms}")


def _check(path: str, parts: list[str], names: tuple[str, ...], forms: str) -> None:
    if len(parts) > len(names):
        _refuse(path, "too many parts", forms)
    for name, part in zip(names[-len(parts) :], parts, strict=True):
        if not part.strip():
            _refuse(path, f"missing {name}", forms)
        if FORBIDDEN.search(part):
            _refuse(path, f"control characters in the {name}", forms)
        if name == "project" and (problem := _project_problem(part)):
            _refuse(path, problem, forms)


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


def _refuse_url(path: str) -> None:
    if not (url := URL.match(path)):
        return
    scheme, host, rest = url.groups()
    if host.endswith("forge.coreweave.com"):
        # On this host, page URLs start with a part that is not an entity.
        rest = rest.removeprefix("wandb/")
    rest = rest.strip("/ ")
    raise UsageError(
        f"invalid path {path!r}: leave out {scheme}:// and the host"
        + (f", as in {rest!r}" if rest else "")
    )
