"""Where a version is published, and what it says about itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..transport.client import Client


class Target(NamedTuple):
    """The collection that a version is published to."""

    entity: str
    project: str
    collection: str

    @property
    def path(self) -> str:
        """`entity/project/collection`."""
        return "/".join(self)


class BaseVersion(NamedTuple):
    """The version that a draft was made from."""

    id: str
    target: Target
    region: str | None
    client: Client | None = None
    """The client that loaded it, which publishes the draft unless another one is given."""


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What a version says about itself, besides its files."""

    type: str
    description: str | None = None
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    aliases: Sequence[str] = ()
    tags: Sequence[str] = ()
    ttl_seconds: int | None = None
    run: str | None = None
    """The id of the run that logs it; None for a version without a run."""
    origin: str | None = None
    """The version that it is a copy of; a copy is new, even if another has the same content."""
