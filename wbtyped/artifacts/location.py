"""The location of a version: a collection, and its number there."""

from __future__ import annotations

from typing import NamedTuple

from wbtyped_graphql import fragments

from .validation import VERSION_PATTERN


class ArtifactLocation(NamedTuple):
    """The collection that shows a version: the one it was logged to, or one it is linked to."""

    entity: str
    project: str
    collection: str
    version: str
    """`vN`, the number in this collection."""

    @classmethod
    def of_source(cls, node: fragments.Artifact) -> ArtifactLocation:
        """Return where a version was logged; entity and project are empty if they are hidden."""
        sequence = node.artifact_sequence
        entity = sequence.project.entity_name if sequence.project else ""
        project = sequence.project.name if sequence.project else ""
        return cls(entity, project, sequence.name, f"v{node.version_index or 0}")

    @classmethod
    def of_membership(cls, node: fragments.Membership) -> ArtifactLocation | None:
        """Return the location of a membership; None if the API key may not see it."""
        collection = node.artifact_collection
        if collection is None or collection.project is None:
            return None
        version = f"v{node.version_index or 0}"
        project = collection.project
        return cls(project.entity_name, project.name, collection.name, version)

    @property
    def name(self) -> str:
        """`collection:vN`."""
        return f"{self.collection}:{self.version}"

    @property
    def path(self) -> str:
        """`entity/project/collection:vN`."""
        return f"{self.entity}/{self.project}/{self.name}"

    @property
    def collection_path(self) -> tuple[str, str, str]:
        """Entity, project and collection."""
        return self.entity, self.project, self.collection

    def aliases(self, node: fragments.Artifact) -> list[str]:
        """Return the aliases of a version in this collection, without `vN`."""
        return [
            alias.alias
            for alias in node.aliases
            if self.has_alias(alias) and not VERSION_PATTERN.fullmatch(alias.alias)
        ]

    def has_alias(self, alias: fragments.ArtifactAliases) -> bool:
        """Return True if an alias is one of this collection; its project may be hidden."""
        collection = alias.artifact_collection
        if collection is None or collection.name != self.collection:
            return False
        return collection.project is None or collection.project.name == self.project
