"""What a version of an artifact is, and where it is shown."""

from typing import TYPE_CHECKING, NamedTuple

from wbtyped_graphql import fragments

from ..accounts.registries import REGISTRY, is_registry, organization_of
from ..paths import quoted_parts
from ..transport.client import Client
from ..transport.nodes import iso

if TYPE_CHECKING:
    from .collection import ArtifactCollection


class ArtifactLocation(NamedTuple):
    """Where a version is shown: in the sequence it was made in, or where it is linked."""

    entity: str
    project: str
    collection: str
    version: str

    @classmethod
    def of_source(cls, node: fragments.Artifact) -> "ArtifactLocation":
        """Return where a version was made; without a project when the key may not see it."""
        home = node.artifact_sequence
        entity = home.project.entity_name if home.project else ""
        project = home.project.name if home.project else ""
        return cls(entity, project, home.name, f"v{node.version_index or 0}")


class ArtifactFacts:
    """What can be read of a version without another request."""

    __slots__ = ("__weakref__", "attrs", "client", "place")

    client: Client
    """What requests go through."""
    place: ArtifactLocation
    """Where it is shown."""
    attrs: fragments.Artifact
    """The typed node as the server last sent it."""

    def __repr__(self) -> str:
        return f"<Artifact {self.qualified_name}>"

    # Where it is.

    @property
    def entity(self) -> str:
        """The owner of the project that it is shown in."""
        return self.place.entity

    @property
    def project(self) -> str:
        """The project that it is shown in."""
        return self.place.project

    @property
    def name(self) -> str:
        """`collection:vN`, at the place where it is shown."""
        return f"{self.place.collection}:{self.place.version}"

    @property
    def version(self) -> str:
        """`vN`, the number at the place where it is shown."""
        return self.place.version

    @property
    def qualified_name(self) -> str:
        """`entity/project/collection:vN`."""
        return f"{self.entity}/{self.project}/{self.name}"

    @property
    def source(self) -> ArtifactLocation:
        """Where it was made."""
        return ArtifactLocation.of_source(self.attrs)

    @property
    def source_entity(self) -> str:
        """The owner of the project that it was made in."""
        return self.source.entity

    @property
    def source_project(self) -> str:
        """The project that it was made in."""
        return self.source.project

    @property
    def source_version(self) -> str:
        """`vN`, the number in the sequence it was made in."""
        return self.source.version

    @property
    def source_name(self) -> str:
        """`collection:vN` where it was made."""
        return f"{self.source.collection}:{self.source.version}"

    @property
    def source_qualified_name(self) -> str:
        """`entity/project/collection:vN` where it was made."""
        return f"{self.source.entity}/{self.source.project}/{self.source_name}"

    @property
    def is_link(self) -> bool:
        """Whether it is shown at another place than where it was made."""
        return self.place[:3] != self.source[:3]

    @property
    def url(self) -> str:
        """Address of its page; that of a registry is asked for (query EntityOrganizations)."""
        if self.is_link and is_registry(self.project):
            organization = organization_of(self.client, self.entity)
            if organization is not None:
                registry = self.project.removeprefix(REGISTRY)
                return self._page_of_link("orgs", organization, "registry", registry)
        if self.is_link and (self.type == "model" or self.project == "model-registry"):
            return self._page_of_link(self.entity, "registry", "model")
        entity, project, kind, collection, version = quoted_parts(
            self.entity, self.project, self.type, self.place.collection, self.version
        )
        return f"{self.client.app_url}{entity}/{project}/artifacts/{kind}/{collection}/{version}"

    def _page_of_link(self, *path: str) -> str:
        chosen = "/".join((self.entity, self.project, self.place.collection))
        [selection] = quoted_parts(chosen)
        return (
            f"{self.client.app_url}{'/'.join(quoted_parts(*path))}?selectionPath={selection}"
            f"&view=membership&version={self.version}"
        )

    @property
    def collection(self) -> "ArtifactCollection":
        """The collection that it is shown in, loaded."""
        from .collection import ArtifactCollection

        return ArtifactCollection(self.client, *self.place[:3], self.type)

    async def acollection(self) -> "ArtifactCollection":
        """Return the collection that it is shown in, from a coroutine."""
        from .collection import ArtifactCollection

        return await ArtifactCollection.afetch(self.client, *self.place[:3], self.type)

    @property
    def source_collection(self) -> "ArtifactCollection":
        """The sequence that it was made in, loaded."""
        from .collection import ArtifactCollection

        return ArtifactCollection(self.client, *self.source[:3], self.type)

    async def asource_collection(self) -> "ArtifactCollection":
        """Return the sequence that it was made in, from a coroutine."""
        from .collection import ArtifactCollection

        return await ArtifactCollection.afetch(self.client, *self.source[:3], self.type)

    # What it is.

    @property
    def id(self) -> str:
        """The server's own id of the version, opaque; the same wherever it is shown."""
        return self.attrs.id

    @property
    def type(self) -> str:
        """The type, such as `dataset`."""
        return self.attrs.artifact_type.name

    @property
    def state(self) -> str:
        """`COMMITTED`, `PENDING` or `DELETED`; a newer server may know more."""
        return self.attrs.state.value

    @property
    def digest(self) -> str:
        """Digest of paths and contents together, in hex."""
        return self.attrs.digest

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return self.attrs.size

    @property
    def file_count(self) -> int:
        """How many files it has, references included."""
        return self.attrs.file_count

    @property
    def commit_hash(self) -> str | None:
        """The server's hash of this version."""
        return self.attrs.commit_hash

    @property
    def created_at(self) -> str:
        """When it was made: ISO 8601 in UTC."""
        return iso(self.attrs.created_at)

    @property
    def updated_at(self) -> str:
        """When it was last changed: ISO 8601 in UTC."""
        return iso(self.attrs.updated_at or self.attrs.created_at)

    @property
    def history_step(self) -> int | None:
        """The step of its run at which it was logged."""
        step_after = self.attrs.history_step
        return None if step_after is None else max(0, step_after - 1)

    @property
    def incremental(self) -> bool:
        """False: only a version in the making can be a change to an earlier one."""
        return False

    @property
    def distributed_id(self) -> str | None:
        """None: only a version in the making, by several runs, has one."""
        return None


def location_of(node: fragments.Membership) -> ArtifactLocation | None:
    """Return the place that a membership stands for; None when the key may not see it."""
    home = node.artifact_collection
    if home is None or home.project is None:
        return None
    version = f"v{node.version_index or 0}"
    return ArtifactLocation(home.project.entity_name, home.project.name, home.name, version)
