"""Data put into a server without going through HTTP."""

import json
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import cast

from .. import arguments
from ..errors import UsageError
from .context import Context
from .labels import LATEST
from .manifests import Entry, Reference
from .refusals import Refusal

LAYOUTS = ("V1", "V2")


def three(path: str, form: str) -> tuple[str, str, str]:
    """Split a path of three parts."""
    parts = arguments.string("path", path).split("/")
    if len(parts) != 3 or not all(parts):
        raise UsageError(f"{path!r} is not a path of the form {form}")
    return parts[0], parts[1], parts[2]


@contextmanager
def usage_errors() -> Generator[None]:
    """Turn what a request would be refused for into the error of a caller in this process."""
    try:
        yield
    except Refusal as refusal:
        raise UsageError(str(refusal)) from refusal


@dataclass(frozen=True, slots=True)
class Seeds:
    """Puts runs and artifacts into the tables."""

    context: Context

    def run(self, path: str, files: Mapping[str, bytes | str]) -> int:
        """Create a run with files, or add files to it; returns its number."""
        contents = contents_of("files", files)
        entity, project, run = three(path, "entity/project/run")
        owner, _ = self.context.projects.upsert(entity, project)
        row, _ = self.context.projects.upsert_run(owner["id"], run, {"state": "finished"})
        self.context.files.put(row["id"], contents)
        return int(row["id"])

    def artifact(
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
        """Commit a version of a sequence, made when it is new; returns `collection:vN`."""
        arguments.one_of("layout", layout, LAYOUTS)
        arguments.check_strings(type=type)
        arguments.check_optional_strings(description=description, logged_by=logged_by)
        aliases, tags = arguments.strings("aliases", aliases), arguments.strings("tags", tags)
        used_by = arguments.strings("used_by", used_by)
        for where, reference in arguments.mapping("references", references).items():
            arguments.instance(f"reference {where!r}", reference, Reference)
        if isinstance(contents, Mapping):
            files = contents_of("contents", contents)
        else:
            files = folder_contents(arguments.location("contents", contents))
        text = metadata if isinstance(metadata, str) else written(metadata)
        entity, project, name = three(path, "entity/project/collection")
        owner, _ = self.context.projects.upsert(entity, project)
        home = self.context.collections.ensure(owner["id"], type, name, "SEQUENCE")
        facts: dict[str, object] = {
            "description": description,
            "metadata": text,
            "storage_layout": layout,
            "run_id": self.run(logged_by, {}) if logged_by else None,
        }
        listed = [
            Entry(place, r.digest or r.uri, r.size, ref=r.uri, extra=r.extra)
            for place, r in references.items()
        ]
        versions = self.context.versions
        number = versions.add(home["id"], files, listed, facts)
        for alias in dict.fromkeys([LATEST, *aliases]):
            versions.add_alias(home["id"], number, alias)
        versions.change_tags(number, entity, tags, ())
        for user in used_by:
            versions.use(self.run(user, {}), number)
        place = versions.membership(home["id"], number)
        return f"{name}:v{place['member_index'] if place else 0}"

    def link(self, source: str, target: str, aliases: Iterable[str]) -> None:
        """Link `entity/project/collection:alias` into the portfolio `entity/project/name`."""
        aliases = arguments.strings("aliases", aliases)
        entity, project, name = three(source, "entity/project/collection:alias")
        owner = self.context.projects.find(entity, project)
        collection, _, alias = name.partition(":")
        home = self.context.collections.named(owner["id"], collection) if owner else None
        versions = self.context.versions
        place = versions.member_named(home["id"], alias or LATEST) if home else None
        if home is None or place is None:
            raise UsageError(f"there is no artifact {source}")
        to_entity, to_project, portfolio = three(target, "entity/project/portfolio")
        shelf, _ = self.context.projects.upsert(to_entity, to_project)
        kind = self.context.collections.type_by_id(home["type_id"])["name"]
        row = self.context.collections.ensure(shelf["id"], kind, portfolio, "PORTFOLIO")
        versions.link(place["id"], row["id"], aliases)


def contents_of(name: str, files: Mapping[str, bytes | str]) -> dict[str, bytes]:
    """Return the contents of files, texts in UTF-8; raises UsageError for anything else."""
    found: dict[str, bytes] = {}
    for path, content in arguments.mapping(name, files).items():
        arguments.instance(f"the content of {path!r}", content, (bytes, str), "bytes or text")
        known = cast("bytes | str", content)
        found[path] = known.encode() if isinstance(known, str) else known
    return found


def folder_contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder by their paths in it."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def written(metadata: object) -> str:
    """Return metadata as JSON text; NaN and infinities as the official client writes them."""
    try:
        return json.dumps(metadata or {})
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"metadata cannot be written as JSON: {error}") from error
