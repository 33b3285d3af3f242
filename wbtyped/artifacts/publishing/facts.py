"""Where a version is published, and what it says about itself."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from os import PathLike
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from ... import arguments
from ...config.settings import Settings
from ...errors import UsageError
from ...paths import parse_collection_path
from ...transport.client import Client
from ...user_json import assigned_object
from ..validation import check_key_count, checked_aliases, checked_tags

PublishOptions: TypeAlias = tuple[
    Iterable[str] | None,
    str | Iterable[str] | None,
    str | None,
    Mapping[str, object] | None,
    timedelta | None,
]
"""Aliases, tags, description, metadata and time to live of a version."""
SECOND = timedelta(seconds=1)


class Target(NamedTuple):
    """The collection that a version is published to."""

    entity: str
    project: str
    collection: str

    @property
    def path(self) -> str:
        """`entity/project/collection`."""
        return "/".join(self)

    @classmethod
    def find(cls, path: str | PathLike[str], settings: Settings) -> "Target":
        """Read a path; what it omits comes from the settings, else UsageError is raised."""
        text = arguments.path_text(path)
        parts = parse_collection_path(text, settings.pages)
        entity = parts.entity or settings.entity
        project = parts.project or settings.project
        if not entity or not project:
            raise UsageError(
                f"{text!r} names no entity or project, and no default is set; write"
                " entity/project/collection, or set WANDB_ENTITY and WANDB_PROJECT"
            )
        return cls(entity, project, parts.collection)


class BaseVersion(NamedTuple):
    """The version that a draft was made from."""

    id: str
    target: Target
    region: str | None
    client: Client | None = None
    """The client that loaded it, which publishes the draft unless another one is given."""


class VersionFacts(NamedTuple):
    """What a version says about itself, besides its files."""

    type: str
    description: str | None = None
    metadata: Mapping[str, object] = MappingProxyType({})
    aliases: Sequence[str] = ()
    tags: Sequence[str] = ()
    ttl_seconds: int | None = None
    run: str | None = None
    """The id of the run that logs it; None for a version without a run."""
    origin: str | None = None
    """The version that it is a copy of; a copy is new, even if another has the same content."""

    @classmethod
    def build(
        cls,
        type_name: str,
        options: PublishOptions,
        description: str | None,
        metadata: Mapping[str, object],
    ) -> "VersionFacts":
        """Check public arguments; raises UsageError.

        `description` and `metadata` are those of the draft, for options that give none.
        """
        aliases, tags, given_description, given_metadata, ttl = options
        arguments.check_optional_strings(description=given_description)
        arguments.check_optional_strings(description=description)
        given = metadata if given_metadata is None else given_metadata
        arguments.mapping("metadata", given)
        values = assigned_object(given, "metadata")
        check_key_count(values)
        if ttl is not None:
            arguments.instance("ttl", ttl, timedelta, "a timedelta or None")
            if ttl < SECOND:
                raise UsageError(f"ttl must be at least a second, got {ttl}")
        return cls(
            type=type_name,
            description=description if given_description is None else given_description,
            metadata=values,
            aliases=checked_aliases([] if aliases is None else aliases),
            tags=checked_tags([] if tags is None else tags),
            ttl_seconds=None if ttl is None else ttl // SECOND,
        )
