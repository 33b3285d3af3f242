"""Add data to a server without going through HTTP."""

import json
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import cast

from .. import arguments
from ..errors import UsageError
from .aliases_and_tags import LATEST
from .context import Context
from .http_errors import HttpError
from .manifests import Entry, Reference
from .streams import HISTORY, Chunk, StreamRequest
from .users import PERSON, User, check_account_name

STORAGE_LAYOUTS = ("V1", "V2")
PROJECT_ACCESS = {
    "private": "PRIVATE", "public": "USER_READ", "open": "USER_WRITE", "restricted": "RESTRICTED",
}  # fmt: skip
"""Who may use a project, and W&B's words for it."""


def split_path(path: str, form: str) -> tuple[str, str, str]:
    """Split a path of three parts, or raise UsageError."""
    parts = arguments.string("path", path).split("/")
    if len(parts) != 3 or not all(parts):
        raise UsageError(f"{path!r} is not of the form {form}")
    return parts[0], parts[1], parts[2]


@contextmanager
def as_usage_errors() -> Generator[None]:
    """Raise UsageError where a request would get an HTTP error."""
    try:
        yield
    except HttpError as error:
        raise UsageError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Seeder:
    """Adds runs and artifacts to the tables."""

    context: Context

    def add_run(
        self,
        path: str,
        files: Mapping[str, bytes | str],
        values: Mapping[str, object] | None = None,
    ) -> int:
        """Create a run with files and other values, or add them to it; return its row id."""
        contents = encode_files("files", files)
        entity, project, run = split_path(path, "entity/project/run")
        owner, _ = self.context.projects.upsert(entity, project)
        row, _ = self.context.runs.upsert(owner["id"], run, {"state": "finished", **(values or {})})
        self.context.files.put(row["id"], contents)
        return int(row["id"])

    def find_run(self, path: str) -> int:
        """Return the row id of a run, which is created, as finished, if there is none."""
        entity, project, name = split_path(path, "entity/project/run")
        owner, _ = self.context.projects.upsert(entity, project)
        row = self.context.runs.find(owner["id"], name)
        return self.add_run(path, {}) if row is None else int(row["id"])

    def add_user(self, name: str, *, kind: str = PERSON, admin: bool = False) -> User:
        """Create a user, or make an existing one an administrator."""
        users = self.context.users
        found = users.find(name)
        if found is None:
            return users.add(name, kind=kind, admin=admin)
        return users.update(found.id, {"admin": True}) if admin else found

    def add_team(self, name: str, members: Iterable[str]) -> None:
        """Create a team, and add users to it."""
        check_account_name(name)
        found = {member: self.context.users.find(member) for member in members}
        unknown = [member for member, user in found.items() if user is None]
        if unknown:
            raise UsageError(f"there is no user {unknown[0]}; create it with add_user first")
        self.context.members.add_team(name)
        for user in filter(None, found.values()):
            self.context.members.set_team_role(name, user.id, "member")

    def add_project(self, path: str, access: str | None) -> None:
        """Create a project, or change its access."""
        entity, slash, name = arguments.string("path", path).partition("/")
        if not slash or not entity or not name or "/" in name:
            raise UsageError(f"{path!r} is not of the form entity/project")
        self.context.projects.upsert(entity, name, {"access": access})

    def add_history(self, run_id: int, history: Iterable[Mapping[str, object]]) -> None:
        """Add the metrics of steps, numbered on unless they have a `_step`."""
        start = self.context.streams.count(run_id, HISTORY)
        lines = [
            dump_json("history", {"_step": number, **arguments.mapping("history", step)})
            for number, step in enumerate(history, start=start)
        ]
        if lines:
            chunk = Chunk(offset=start, content=lines)
            self.context.streams.receive(run_id, StreamRequest(files={HISTORY: chunk}))

    def add_artifact(
        self,
        path: str,
        type: str,  # noqa: A002 - W&B's word for it
        contents: Mapping[str, bytes | str] | str | PathLike[str],
        references: Mapping[str, Reference],
        *,
        aliases: Iterable[str],
        tags: Iterable[str],
        description: str | None,
        metadata: object,
        layout: str,
        logged_by: str | None,
        used_by: Iterable[str],
    ) -> str:
        """Commit a version of a sequence, created if it is new; return `collection:vN`."""
        arguments.one_of("layout", layout, STORAGE_LAYOUTS)
        arguments.check_strings(type=type)
        arguments.check_optional_strings(description=description, logged_by=logged_by)
        aliases, tags = arguments.strings("aliases", aliases), arguments.strings("tags", tags)
        used_by = arguments.strings("used_by", used_by)
        listed = reference_entries(references)
        if isinstance(contents, Mapping):
            files = encode_files("contents", contents)
        else:
            files = read_folder(arguments.location("contents", contents))
        metadata_json = metadata if isinstance(metadata, str) else dump_json("metadata", metadata)
        entity, project, name = split_path(path, "entity/project/collection")
        owner, _ = self.context.projects.upsert(entity, project)
        sequence = self.context.collections.ensure(owner["id"], type, name, "SEQUENCE")
        columns: dict[str, object] = {
            "description": description,
            "metadata": metadata_json,
            "storage_layout": layout,
            "run_id": self.find_run(logged_by) if logged_by else None,
        }
        versions = self.context.versions
        artifact_id = versions.add(sequence["id"], files, listed, columns)
        for alias in dict.fromkeys([LATEST, *aliases]):
            versions.add_alias(sequence["id"], artifact_id, alias)
        versions.change_tags(artifact_id, entity, tags, ())
        for run_path in used_by:
            versions.use(self.find_run(run_path), artifact_id)
        membership = versions.membership(sequence["id"], artifact_id)
        return f"{name}:v{membership['member_index'] if membership else 0}"

    def link_artifact(self, source: str, target: str, aliases: Iterable[str]) -> None:
        """Link `entity/project/collection:alias` into the portfolio `entity/project/name`."""
        aliases = arguments.strings("aliases", aliases)
        entity, project, name = split_path(source, "entity/project/collection:alias")
        owner = self.context.projects.find(entity, project)
        collection, _, alias = name.partition(":")
        sequence = self.context.collections.named(owner["id"], collection) if owner else None
        versions = self.context.versions
        member = versions.find_membership(sequence["id"], alias or LATEST) if sequence else None
        if sequence is None or member is None:
            raise UsageError(f"artifact {source} does not exist")
        to_entity, to_project, to_name = split_path(target, "entity/project/portfolio")
        to_owner, _ = self.context.projects.upsert(to_entity, to_project)
        artifact_type = self.context.collections.type_by_id(sequence["type_id"])["name"]
        portfolio = self.context.collections.ensure(
            to_owner["id"], artifact_type, to_name, "PORTFOLIO"
        )
        versions.link(member["id"], portfolio["id"], aliases)


def reference_entries(references: Mapping[str, Reference]) -> list[Entry]:
    """Return references as files of a version; raise UsageError for anything else."""
    for path, reference in arguments.mapping("references", references).items():
        arguments.instance(f"reference {path!r}", reference, Reference)
    return [
        Entry(path, ref.digest or ref.uri, ref.size, ref=ref.uri, extra=ref.extra)
        for path, ref in references.items()
    ]


def encode_files(name: str, files: Mapping[str, bytes | str]) -> dict[str, bytes]:
    """Return files as bytes, strings in UTF-8; raise UsageError for anything else."""
    found: dict[str, bytes] = {}
    for path, content in arguments.mapping(name, files).items():
        arguments.instance(f"file {path!r}", content, (bytes, str), "bytes or a string")
        known = cast("bytes | str", content)
        found[path] = known.encode() if isinstance(known, str) else known
    return found


def read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their relative paths."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def dump_json(name: str, value: object) -> str:
    """Return a value as JSON; NaN and infinities as the official client writes them."""
    try:
        return json.dumps(value or {})
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{name} cannot be converted to JSON: {error}") from error


def dump_config(config: Mapping[str, object]) -> str:
    """Return a configuration as JSON, each value under `value` as W&B stores it."""
    given = arguments.mapping("config", config)
    return dump_json("config", {key: {"value": value} for key, value in given.items()})
