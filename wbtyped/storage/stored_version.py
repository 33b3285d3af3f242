"""What decides about keeping a version, as plain values."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue
from wbtyped_graphql import fragments

from ..artifacts.validation import VERSION_PATTERN

COMMITTED = "COMMITTED"
HIDDEN = "a collection that the API key may not see"
RUNNING_STATES = frozenset({"running", "pending", "preempting", "preempted"})
"""States of runs that may still read what they use."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A sequence of versions, by its path, and its type."""

    entity: str
    project: str
    name: str
    type: str

    @property
    def path(self) -> str:
        """`entity/project/collection`."""
        return f"{self.entity}/{self.project}/{self.name}"


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version in the collection that it was logged to."""

    id: str
    collection: Collection
    index: int
    """N of `vN`."""
    state: str
    size: int
    file_count: int
    created_at: datetime
    aliases: tuple[str, ...]
    """Those in its own collection, without `vN`."""
    other_aliases: tuple[str, ...]
    """`entity/project/collection:alias` of those in other collections."""
    tags: tuple[str, ...]
    used_by: tuple[str, ...]
    """Paths of the runs that used it."""
    running: tuple[str, ...]
    """Those of them that may still be reading it."""
    has_more_users: bool
    """Whether more runs used it than the server lists."""
    links: tuple[str, ...]
    """Paths of the portfolios and collections of registries that it is linked into."""
    logged_by: str | None
    metadata: str | None = None
    """A JSON object, as the server sent it; None unless it was asked for."""

    @property
    def name(self) -> str:
        """`collection:vN`."""
        return f"{self.collection.name}:v{self.index}"

    @property
    def path(self) -> str:
        """`entity/project/collection:vN`."""
        return f"{self.collection.path}:v{self.index}"

    @property
    def order(self) -> tuple[str, str, str, int]:
        """Where it stands in a sorted list."""
        where = self.collection
        return where.entity, where.project, where.name, self.index

    def to_dict(self) -> dict[str, JsonValue]:
        """Return plain values, for JSON."""
        return {
            "path": self.path,
            "name": self.name,
            "project": self.collection.project,
            "type": self.collection.type,
            "size": self.size,
            "created_at": self.created_at.isoformat(),
            "aliases": [*self.aliases],
            "other_aliases": [*self.other_aliases],
            "tags": [*self.tags],
            "used_by": [*self.used_by],
            "links": [*self.links],
            "logged_by": self.logged_by,
        }


def stored_version(
    node: fragments.StoredVersion, collection: Collection, metadata: str | None = None
) -> StoredVersion:
    """Return the values of a node that was found in its own collection."""
    own, others = aliases_of(node, collection)
    users = [edge.node for edge in node.used_by.edges]
    return StoredVersion(
        id=node.id,
        collection=collection,
        index=node.version_index or 0,
        state=node.state.value,
        size=node.size,
        file_count=node.file_count,
        created_at=node.created_at,
        aliases=own,
        other_aliases=others,
        tags=tuple(sorted(tag.name for tag in node.tags)),
        used_by=tuple(sorted(run_path(user.project, user.name) for user in users)),
        running=tuple(
            sorted(run_path(u.project, u.name) for u in users if u.state in RUNNING_STATES)
        ),
        has_more_users=node.used_by.page_info.has_next_page,
        links=tuple(sorted(set(links_of(node, collection)))),
        logged_by=creator_of(node),
        metadata=metadata,
    )


def aliases_of(
    node: fragments.StoredVersion, collection: Collection
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the aliases in the version's own collection, and the paths of all others."""
    own: set[str] = set()
    others: set[str] = set()
    for alias in node.aliases:
        if VERSION_PATTERN.fullmatch(alias.alias):
            continue
        path = collection_path(alias.artifact_collection)
        if path == collection.path:
            own.add(alias.alias)
        else:
            others.add(f"{path}:{alias.alias}")
    return tuple(sorted(own)), tuple(sorted(others))


def links_of(node: fragments.StoredVersion, collection: Collection) -> Iterator[str]:
    """Yield the paths of the collections that a version is linked into."""
    for edge in node.artifact_memberships.edges:
        path = collection_path(edge.node.artifact_collection if edge.node else None)
        if path != collection.path:
            yield path


def collection_path(found: fragments.CollectionPlace | None) -> str:
    """Return the path of a collection, or words for one that cannot be seen."""
    if found is None or found.project is None:
        return HIDDEN
    return f"{found.project.entity_name}/{found.project.name}/{found.name}"


def run_path(project: fragments.ProjectPlace | None, name: str) -> str:
    """Return the path of a run; only its id if its project cannot be seen."""
    return f"{project.entity_name}/{project.name}/{name}" if project else name


def creator_of(node: fragments.StoredVersion) -> str | None:
    """Return the path of the run that logged a version; None if a user created it."""
    creator = node.created_by
    if creator is None or creator.typename__ != "Run":
        return None
    return run_path(creator.project, creator.name)
