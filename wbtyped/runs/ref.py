"""What the files and artifacts of a run need of the run itself."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

from ..errors import UNSEEN, NotFoundError
from ..name_patterns import like_of_glob, looks_like_glob, matches_glob, unmatched_hint
from ..transport.client import Client
from ..user_warnings import warn_user

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class RunIdentity(Protocol):
    """Which run it is, without anything loaded."""

    @property
    def entity(self) -> str:
        """The user or team that owns the project."""
        ...

    @property
    def project(self) -> str:
        """The project that the run belongs to."""
        ...

    @property
    def id(self) -> str:
        """The short id, unique in the project."""
        ...

    @property
    def full_path(self) -> str:
        """`entity/project/run`."""
        ...


class RunRef(RunIdentity, Protocol):
    """The identity of a run that is loaded; every `Run` is one."""

    @property
    def project_internal_id(self) -> int:
        """The number of the project on the server, which file deletions require."""
        ...


class ProjectOfRun(Protocol[T_co]):
    """The project in the result of a query for one run."""

    @property
    def run(self) -> T_co | None:
        """The run; None if it does not exist."""
        ...


class FileSelection(NamedTuple):
    """The files of a run that a list contains; see `Files`."""

    client: Client
    run: RunIdentity
    names: Sequence[str | None]
    pattern: str | None
    """SQL LIKE."""
    glob: str | None = None
    """A shell pattern; see `name_patterns`."""

    @property
    def sent_pattern(self) -> str | None:
        """The pattern to send: the server knows SQL LIKE only, the client selects the rest."""
        if self.names:
            return None
        return self.pattern or (like_of_glob(self.glob) if self.glob else None)

    def keeps(self, name: str) -> bool:
        """Return True if a file that the server listed belongs to the selection."""
        return self.glob is None or matches_glob(name, self.glob)

    def check_matches(self, listed: int) -> None:
        """Warn of an SQL LIKE pattern that matches nothing and was meant as a shell pattern."""
        if not listed and self.pattern and looks_like_glob(self.pattern):
            warn_user(unmatched_hint(self.pattern))


def missing_run(run: RunIdentity, part: str) -> NotFoundError:
    """Build the error for a part of a run's path that does not exist."""
    path = f"{run.entity}/{run.project}" if part == "project" else run.full_path
    return NotFoundError(
        f"{part} {path} does not exist{UNSEEN}",
        path=run.full_path,
        missing=part,
    )


def require_run(run: RunIdentity, project: ProjectOfRun[T] | None) -> T:
    """Return the run in the result of a query; raises NotFoundError if it does not exist."""
    if project is None:
        raise missing_run(run, "project")
    if project.run is None:
        raise missing_run(run, "run")
    return project.run
