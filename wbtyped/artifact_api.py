"""From a path to artifacts: their types, collections and versions."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING

from . import arguments
from .account import Account
from .accounts.registries import aregistry_entity, is_registry, registry_entity
from .errors import NotFoundError, UsageError
from .paths import parse_artifact_path, parse_project_path
from .transport.pagination import check_per_page

if TYPE_CHECKING:
    from .artifacts import (
        Artifact,
        ArtifactCollection,
        ArtifactCollections,
        Artifacts,
        ArtifactType,
        ArtifactTypes,
    )

DEFAULT_PROJECT = "uncategorized"


class ArtifactApi(Account):
    """The part of `Api` that finds artifacts."""

    __slots__ = ()

    def artifact_types(self, project: str | PurePath | None = None) -> "ArtifactTypes":
        """Return the types of artifacts in a project (`project` or `entity/project`)."""
        from .artifacts import ArtifactTypes

        return ArtifactTypes(self.client, *self._in_project(project))

    async def aartifact_types(self, project: str | PurePath | None = None) -> "ArtifactTypes":
        """Return the types of artifacts in a project, from a coroutine."""
        from .artifacts import ArtifactTypes

        where = await self._ain_project(project)
        return ArtifactTypes(self.client, *where)

    def artifact_type(
        self, type_name: str, project: str | PurePath | None = None
    ) -> "ArtifactType":
        """Return one type of artifacts, loaded; raises NotFoundError."""
        from .artifacts import ArtifactType

        arguments.check_strings(type_name=type_name)
        where = self._in_project(project)
        return ArtifactType(self.client, *where, type_name)

    async def aartifact_type(
        self, type_name: str, project: str | PurePath | None = None
    ) -> "ArtifactType":
        """Return one type of artifacts, from a coroutine."""
        from .artifacts import ArtifactType

        arguments.check_strings(type_name=type_name)
        where = await self._ain_project(project)
        return await ArtifactType.afetch(self.client, *where, type_name)

    def artifact_collections(
        self,
        project_name: str | PurePath,
        type_name: str,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> "ArtifactCollections":
        """Return the collections of a type in a project; see `ArtifactCollections`."""
        from .artifacts import ArtifactCollections

        check_list_arguments(type_name, per_page, filters, order, start)
        where = self._in_project(project_name)
        return ArtifactCollections(
            self.client, *where, type_name, per_page, filters=filters, order=order, start=start
        )

    async def aartifact_collections(
        self,
        project_name: str | PurePath,
        type_name: str,
        per_page: int = 50,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> "ArtifactCollections":
        """Return the collections of a type, from a coroutine."""
        from .artifacts import ArtifactCollections

        check_list_arguments(type_name, per_page, filters, order, start)
        where = await self._ain_project(project_name)
        return ArtifactCollections(
            self.client, *where, type_name, per_page, filters=filters, order=order, start=start
        )

    def artifact_collection(self, type_name: str, name: str | PurePath) -> "ArtifactCollection":
        """Return one collection by type and path, loaded; raises NotFoundError."""
        from .artifacts import ArtifactCollection

        arguments.check_strings(type_name=type_name)
        entity, project, collection = self._artifact_place(name)
        return ArtifactCollection(self.client, entity, project, collection, type_name)

    async def aartifact_collection(
        self, type_name: str, name: str | PurePath
    ) -> "ArtifactCollection":
        """Return one collection, from a coroutine."""
        from .artifacts import ArtifactCollection

        arguments.check_strings(type_name=type_name)
        entity, project, collection = await self._aartifact_place(name)
        return await ArtifactCollection.afetch(self.client, entity, project, collection, type_name)

    def artifacts(
        self,
        type_name: str,
        name: str | PurePath,
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> "Artifacts":
        """Return the versions in a collection, newest first; see `Artifacts`."""
        from .artifacts import Artifacts

        check_list_arguments(type_name, per_page, filters, order, start, tags)
        entity, project, collection = self._artifact_place(name)
        return Artifacts(
            self.client, entity, project, collection, type_name, filters, order, per_page, tags,
            start=start,
        )  # fmt: skip

    async def aartifacts(
        self,
        type_name: str,
        name: str | PurePath,
        per_page: int = 50,
        tags: str | list[str] | None = None,
        *,
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        start: str | None = None,
    ) -> "Artifacts":
        """Return the versions in a collection, from a coroutine."""
        from .artifacts import Artifacts

        check_list_arguments(type_name, per_page, filters, order, start, tags)
        entity, project, collection = await self._aartifact_place(name)
        return Artifacts(
            self.client, entity, project, collection, type_name, filters, order, per_page, tags,
            start=start,
        )  # fmt: skip

    def artifact(self, name: str | PurePath, type: str | None = None) -> "Artifact":  # noqa: A002
        """Return one version by its path, `entity/project/collection:alias`.

        Without an alias it is the latest one. `type`, when given, has to be its type. Raises
        NotFoundError and UsageError.
        """
        from .artifacts.lookup import find_artifact

        arguments.check_optional_strings(type=type)
        return of_type(find_artifact(self.client, *self._artifact_place(name)), type)

    async def aartifact(self, name: str | PurePath, type: str | None = None) -> "Artifact":  # noqa: A002
        """Return one version by its path, from a coroutine; otherwise as `artifact`."""
        from .artifacts.lookup import afind_artifact

        arguments.check_optional_strings(type=type)
        place = await self._aartifact_place(name)
        return of_type(await afind_artifact(self.client, *place), type)

    def artifact_exists(self, name: str | PurePath, type: str | None = None) -> bool:  # noqa: A002
        """Tell whether there is a version at a path, of the type if one is given."""
        arguments.check_optional_strings(type=type)
        try:
            found = self.artifact(name)
        except NotFoundError:
            return False
        return type is None or found.type == type

    async def aartifact_exists(self, name: str | PurePath, type: str | None = None) -> bool:  # noqa: A002
        """Tell whether there is a version at a path, from a coroutine."""
        arguments.check_optional_strings(type=type)
        try:
            found = await self.aartifact(name)
        except NotFoundError:
            return False
        return type is None or found.type == type

    def artifact_collection_exists(self, name: str | PurePath, type: str) -> bool:  # noqa: A002
        """Tell whether there is a collection of a type at a path."""
        try:
            self.artifact_collection(type, name)
        except NotFoundError:
            return False
        return True

    async def aartifact_collection_exists(self, name: str | PurePath, type: str) -> bool:  # noqa: A002
        """Tell whether there is a collection of a type at a path, from a coroutine."""
        try:
            await self.aartifact_collection(type, name)
        except NotFoundError:
            return False
        return True

    def _in_project(self, path: str | PurePath | None) -> tuple[str, str]:
        return self._placed(*parse_project_path(path))

    async def _ain_project(self, path: str | PurePath | None) -> tuple[str, str]:
        return await self._aplaced(*parse_project_path(path))

    def _artifact_place(self, name: str | PurePath) -> tuple[str, str, str]:
        path = parse_artifact_path(name)
        return *self._placed(path.entity, path.project), path.name

    async def _aartifact_place(self, name: str | PurePath) -> tuple[str, str, str]:
        path = parse_artifact_path(name)
        return *(await self._aplaced(path.entity, path.project)), path.name

    def _placed(self, entity: str | None, project: str | None) -> tuple[str, str]:
        """Fill in what a path leaves out; in front of a registry stands an organization."""
        project = project or self.settings.project or DEFAULT_PROJECT
        if is_registry(project):
            organization = entity or self.settings.organization
            return registry_entity(self.client, self.default_entity, organization), project
        return entity or self.default_entity, project

    async def _aplaced(self, entity: str | None, project: str | None) -> tuple[str, str]:
        project = project or self.settings.project or DEFAULT_PROJECT
        if is_registry(project):
            member, organization = (
                await self.adefault_entity(),
                entity or self.settings.organization,
            )
            return await aregistry_entity(self.client, member, organization), project
        return entity or await self.adefault_entity(), project


def check_list_arguments(
    type_name: str,
    per_page: int,
    filters: Mapping[str, object] | None,
    order: str | None,
    start: str | None,
    tags: str | list[str] | None = None,
) -> None:
    """Raise UsageError for what the list would refuse, before its place is asked for."""
    from .artifacts.collections import checked_order, filter_text
    from .artifacts.validation import checked_tags

    arguments.check_strings(type_name=type_name)
    arguments.check_optional_strings(start=start)
    check_per_page(per_page)
    filter_text(filters)
    checked_order(order)
    checked_tags([] if tags is None else tags)


def of_type(artifact: "Artifact", wanted: str | None) -> "Artifact":
    """Return a version when it is of the type that was asked for, or raise UsageError."""
    if wanted is not None and artifact.type != wanted:
        raise UsageError(
            f"artifact {artifact.qualified_name} is of type {artifact.type!r}, not {wanted!r}"
        )
    return artifact
