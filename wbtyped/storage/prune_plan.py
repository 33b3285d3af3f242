"""A plan of what to delete: plain values, and its file of JSON lines."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError

from .. import arguments
from ..errors import DiskError, UsageError
from ..notebook import MAX_ROWS, Record, dicts_html

PlannedT = TypeVar("PlannedT")
Action: TypeAlias = Literal["delete", "keep"]
SUMMARY = "summary"
"""The action of the last line, which tells a complete file."""


@dataclass(frozen=True, slots=True)
class PlannedVersion(Record):
    """A version in a plan: whether it is deleted, why it stays, and what deleting it frees.

    Everything else is what the plan was based on: it is compared again before the version is
    deleted.
    """

    path: str
    """`entity/project/collection:vN`."""
    action: Action
    reason: str
    """Why it stays; empty if it is deleted."""
    size: int
    """By the books, in bytes."""
    freed_size: int
    """Bytes that deleting it frees together with the versions above it in the plan."""
    id: str
    type: str
    created_at: str
    aliases: tuple[str, ...]
    other_aliases: tuple[str, ...]
    tags: tuple[str, ...]
    used_by: tuple[str, ...]
    running: tuple[str, ...]
    """The runs of these that were running."""
    has_more_users: bool
    links: tuple[str, ...]
    newest: int
    """The newest version of its collection, as a number."""

    __columns__: ClassVar[tuple[str, ...]] = ("path", "action", "reason", "size", "freed_size")

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {n: [*v] if isinstance(v, tuple) else v for n, v in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class PlannedFile(Record):
    """A file of a run in a plan: whether it is deleted, and why it stays."""

    path: str
    """`entity/project/run/NAME`."""
    action: Action
    reason: str
    size: int
    """In bytes."""
    freed_size: int
    id: str
    run: str
    """`entity/project/run`."""
    name: str
    updated_at: str | None

    __columns__: ClassVar[tuple[str, ...]] = ("path", "action", "reason", "size", "freed_size")

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return asdict(self)


class Summary(BaseModel, frozen=True, defer_build=True):
    """The last line of a plan."""

    action: Literal["summary"]
    path: str
    server: str
    created_at: str
    rules: object
    delete_count: int
    keep_count: int
    size: int
    freed_size: int


@dataclass(frozen=True, slots=True)
class PrunePlan(Record):
    """What would be deleted from a project, a collection or the like, and why the rest stays.

    Nothing is deleted before `api.apply_plan(plan)`. `freed_size` is what that frees, in bytes:
    less than the size of the versions, if others share their contents.

    Example:
        >>> plan = api.plan_prune("my-team/mnist/digits", keep_last=1)
        >>> [(version.path, version.freed_size) for version in plan.deletions]
        [('my-team/mnist/digits:v0', 7)]
        >>> [(version.path, version.reason) for version in plan.kept]
        [('my-team/mnist/digits:v1', 'one of the newest 1 of its collection')]
        >>> plan.write("plan.jsonl")
    """

    path: str
    server: str
    """Base URL of the server that it is for."""
    created_at: str
    rules: JsonValue
    versions: tuple[PlannedVersion, ...]
    files: tuple[PlannedFile, ...] = ()
    """Files of runs, of a plan that was made for these."""

    __columns__: ClassVar[tuple[str, ...]] = PlannedVersion.__columns__

    @property
    def deletions(self) -> list[PlannedVersion]:
        """The versions to delete."""
        return [version for version in self.versions if version.action == "delete"]

    @property
    def kept(self) -> list[PlannedVersion]:
        """The versions that stay."""
        return [version for version in self.versions if version.action == "keep"]

    @property
    def file_deletions(self) -> list[PlannedFile]:
        """The files of runs to delete."""
        return [file for file in self.files if file.action == "delete"]

    @property
    def planned(self) -> "list[PlannedVersion | PlannedFile]":
        """All versions and files."""
        return [*self.versions, *self.files]

    @property
    def changes(self) -> "list[PlannedVersion | PlannedFile]":
        """All versions and files to delete."""
        return [planned for planned in self.planned if planned.action == "delete"]

    @property
    def size(self) -> int:
        """The sizes of what is deleted added up, in bytes."""
        return sum(planned.size for planned in self.changes)

    @property
    def freed_size(self) -> int:
        """What deleting that frees, in bytes."""
        return sum(planned.freed_size for planned in self.changes)

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values."""
        return {
            **self._summary(),
            "versions": [version.to_dict() for version in self.versions],
            "files": [file.to_dict() for file in self.files],
        }

    def _summary(self) -> dict[str, JsonValue]:
        return {
            "action": SUMMARY,
            "path": self.path,
            "server": self.server,
            "created_at": self.created_at,
            "rules": self.rules,
            "delete_count": len(self.changes),
            "keep_count": len(self.planned) - len(self.changes),
            "size": self.size,
            "freed_size": self.freed_size,
        }

    def lines(self) -> Iterator[str]:
        """Yield the lines of its file: one for each version or file, and a summary."""
        for planned in self.planned:
            yield json.dumps(planned.to_dict())
        yield json.dumps(self._summary())

    def write(self, path: str | PathLike[str]) -> None:
        """Write it as JSON lines; a version whose line is removed from the file stays."""
        target = arguments.location("path", path)
        try:
            target.write_text("".join(f"{line}\n" for line in self.lines()), encoding="utf-8")
        except OSError as error:
            raise DiskError(f"cannot write the plan to {target}: {error.strerror}") from error

    def _repr_html_(self) -> str:
        rows = [planned.to_dict() for planned in self.planned[:MAX_ROWS]]
        return dicts_html(f"plan for {self.path}", self.__columns__, rows)


@cache
def line_type(kind: type[PlannedT]) -> TypeAdapter[PlannedT]:
    """Return the validator of a kind of lines; built when it is needed, which takes 100 ms."""
    return TypeAdapter(kind)


def read_plan(path: str | PathLike[str]) -> PrunePlan:
    """Read a plan from its file; raises UsageError if it is none, or is not complete."""
    source = arguments.location("plan", path)
    try:
        lines = source.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{source} is not a plan: it is not text") from None
    except OSError as error:
        raise UsageError(f"cannot read the plan {source}: {error.strerror}") from None
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not filled:
        raise UsageError(f"{source} is not a plan: it is empty")
    try:
        summary = Summary.model_validate_json(filled[-1][1])
    except ValidationError:
        raise UsageError(
            f"{source} is not a complete plan: its last line is no summary; make the plan again"
        ) from None
    planned = [_read_line(source, number, line) for number, line in filled[:-1]]
    versions = tuple(one for one in planned if isinstance(one, PlannedVersion))
    files = tuple(one for one in planned if isinstance(one, PlannedFile))
    rules: JsonValue = TypeAdapter(JsonValue).validate_python(summary.rules)
    return PrunePlan(summary.path, summary.server, summary.created_at, rules, versions, files)


def _read_line(source: Path, number: int, line: str) -> PlannedVersion | PlannedFile:
    try:
        content: object = json.loads(line)
        if isinstance(content, dict) and "run" in content:
            file: PlannedFile = line_type(PlannedFile).validate_json(line)
            return file
        version: PlannedVersion = line_type(PlannedVersion).validate_json(line)
        return version
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))} {first['msg']}"
    except ValueError:
        reason = "it is not JSON"
    raise UsageError(f"line {number} of the plan {source} is not a version or file: {reason}")
