"""What filters and orders see of runs, projects, collections and versions."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeVar

from pydantic import JsonValue, TypeAdapter

from ..comparisons import MISSING, FieldValue, Moment, look_up
from ..context import Context
from ..filters import Field, Fields, nested
from ..user_json import read_object
from .nodes import seconds_between

_strings = TypeAdapter(list[JsonValue])


class OfRow(Protocol):
    """A record that stands for a row."""

    @property
    def row(self) -> sqlite3.Row:
        """The row."""
        ...


RecordT = TypeVar("RecordT", bound=OfRow)


def column(name: str) -> Field[OfRow]:
    """Return the field of a column; null counts as missing."""

    def read(record: OfRow) -> FieldValue:
        value: FieldValue = record.row[name]
        return MISSING if value is None else value

    return Field(read)


def moment(name: str) -> Field[OfRow]:
    """Return the field of a column that holds a time."""
    return Field(lambda record: Moment(record.row[name]))


def spelled(snake: str, field: Field[RecordT]) -> dict[str, Field[RecordT]]:
    """Return a field under its name in both spellings, `created_at` and `createdAt`."""
    first, *others = snake.split("_")
    return {snake: field, first + "".join(map(str.capitalize, others)): field}


TIMES: Mapping[str, Field[OfRow]] = {
    **spelled("created_at", moment("created_at")),
    **spelled("updated_at", moment("updated_at")),
}


# Runs.


@dataclass
class RunRecord:
    """A run; its JSON is parsed if it is needed, once."""

    row: sqlite3.Row
    account: str

    @property
    def id(self) -> int:
        """The row id."""
        return int(self.row["id"])

    @cached_property
    def config(self) -> dict[str, JsonValue]:
        """The configuration as it is stored, values under `value`."""
        return read_object(self.row["config"])

    @cached_property
    def plain_config(self) -> dict[str, JsonValue]:
        """The configuration without the level of `value`."""
        return {key: unwrap(value) for key, value in self.config.items()}

    @cached_property
    def summary(self) -> dict[str, JsonValue]:
        """The summary."""
        return read_object(self.row["summary_metrics"])

    @cached_property
    def tags(self) -> list[JsonValue]:
        """The tags."""
        return _strings.validate_json(self.row["tags"])

    def config_at(self, key: str) -> FieldValue:
        """Return what is at `KEY.value`, at `KEY`, or at a key inside the value."""
        found = look_up(self.config, key)
        if found is MISSING:
            return look_up(self.plain_config, key)
        return self.plain_config.get(key, found)


def unwrap(value: JsonValue) -> JsonValue:
    """Return the value of an entry of a configuration."""
    return value["value"] if isinstance(value, dict) and "value" in value else value


RUN_FIELDS: Fields[RunRecord] = {
    **TIMES,
    **spelled("heartbeat_at", moment("updated_at")),
    "name": column("name"),
    **spelled("display_name", column("display_name")),
    "state": column("state"),
    "description": column("description"),
    "notes": column("notes"),
    "group": column("group_name"),
    **spelled("job_type", column("job_type")),
    "sweep": column("sweep_name"),
    **spelled("sweep_name", column("sweep_name")),
    "host": column("host"),
    "commit": column("commit_hash"),
    "exitcode": column("exitcode"),
    "tags": Field(lambda record: record.tags),
    "username": Field(lambda record: record.account),
    "user": nested(lambda record: {"username": record.account, "name": record.account}),
    "duration": Field(
        lambda record: seconds_between(record.row["created_at"], record.row["updated_at"])
    ),
    "config": Field(lambda record: record.config, RunRecord.config_at),
    **spelled("summary_metrics", nested(lambda record: record.summary)),
}


# Projects, some of which are registries.


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """A project."""

    row: sqlite3.Row

    @property
    def id(self) -> int:
        """The row id."""
        return int(self.row["id"])


PROJECT_FIELDS: Fields[ProjectRecord] = {
    **TIMES,
    "id": column("id"),
    "project_id": column("id"),
    "name": column("name"),
    "description": column("description"),
    "entity": column("entity"),
}


# Collections.


@dataclass
class CollectionRecord:
    """A collection; tags cost a query, so they are read only for a filter that needs them."""

    row: sqlite3.Row
    context: Context

    @property
    def id(self) -> int:
        """The row id."""
        return int(self.row["id"])

    @cached_property
    def tags(self) -> list[JsonValue]:
        """The names of the tags."""
        return [tag["name"] for tag in self.context.collections.tags_of(self.id)]


COLLECTION_FIELDS: Fields[CollectionRecord] = {
    **TIMES,
    **dict.fromkeys(("id", "artifact_collection_id", "collection_id"), column("id")),
    **dict.fromkeys(("name", "collection_name", "artifact_collection_name"), column("name")),
    "description": column("description"),
    **dict.fromkeys(("tag", "tags"), Field(lambda record: record.tags)),
}


# Versions, as members of a collection.


@dataclass
class VersionRecord:
    """A version; aliases and tags are read only for a filter that needs them."""

    row: sqlite3.Row
    collection: str
    context: Context

    @property
    def id(self) -> int:
        """The row id of the membership."""
        return int(self.row["membership_id"])

    @cached_property
    def aliases(self) -> list[JsonValue]:
        """The aliases in the collection."""
        found = self.context.versions.aliases("membership_id", self.id)
        return [alias["alias"] for alias in found]

    @cached_property
    def tags(self) -> list[JsonValue]:
        """The names of the tags."""
        return [tag["name"] for tag in self.context.versions.tags_of(self.row["id"])]

    @cached_property
    def metadata(self) -> dict[str, JsonValue]:
        """The metadata."""
        return read_object(self.row["metadata"])


VERSION_FIELDS: Fields[VersionRecord] = {
    **TIMES,
    **spelled("artifact_created_at", moment("created_at")),
    **dict.fromkeys(("acm_created_at", "linked_at"), moment("member_created_at")),
    **dict.fromkeys(("id", "artifact_id"), column("id")),
    "name": Field(lambda record: f"{record.collection}:v{record.row['member_index']}"),
    # People write 3 or v3.
    "version": Field(lambda record: [record.row["member_index"], f"v{record.row['member_index']}"]),
    **spelled("version_index", column("member_index")),
    "state": column("state"),
    "digest": column("digest"),
    **dict.fromkeys(("size", "artifact_size"), column("size")),
    "description": column("description"),
    **dict.fromkeys(("alias", "aliases"), Field(lambda record: record.aliases)),
    **dict.fromkeys(("tag", "tags"), Field(lambda record: record.tags)),
    **dict.fromkeys(("metadata", "artifact_metadata"), nested(lambda record: record.metadata)),
}
