"""Versions whose metadata has a type of the user's."""

from collections.abc import Iterable, Mapping
from typing import Generic

from wbtyped_graphql import fragments

from ..transport.client import Client
from ..typed_values import ModelOf, ValuesT, check_model
from .lineage import Artifact, Artifacts
from .location import ArtifactLocation
from .versions import CollectionVersions


class TypedArtifact(Artifact, Generic[ValuesT]):
    """A version whose metadata is read as `model`; `api.artifacts(..., metadata=Model)` lists them.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class Digits:
        ...     rows: int
        >>> newest = api.artifacts("dataset", "my-team/mnist/digits", metadata=Digits)[0]
        >>> newest.typed_metadata
        Digits(rows=2)
    """

    __slots__ = ("model",)

    def __init__(
        self,
        client: Client,
        location: ArtifactLocation,
        attrs: fragments.Artifact,
        model: ModelOf[ValuesT],
    ) -> None:
        self.model: ModelOf[ValuesT] = check_model("model", model)
        """The pydantic model, dataclass or TypedDict."""
        super().__init__(client, location, attrs)

    @property
    def typed_metadata(self) -> ValuesT:
        """The metadata as `model`, validated when read; edits of `metadata` count.

        Raises ValuesMismatchError that names this version and the field that does not fit.
        """
        return self.metadata_as(self.model)


class TypedArtifacts(CollectionVersions[TypedArtifact[ValuesT]]):
    """The versions in a collection, newest first, whose metadata is read as `model`.

    `api.artifacts(..., metadata=Model)` returns it; see `Artifacts` for the other arguments. A
    version whose metadata does not fit stays in the list: reading its `typed_metadata` raises.

    Example:
        >>> from pydantic import BaseModel
        >>> class Digits(BaseModel):
        ...     rows: int
        >>> versions = api.artifacts("dataset", "my-team/mnist/digits", metadata=Digits)
        >>> [(version.name, version.typed_metadata.rows) for version in versions]
        [('digits:v1', 2), ('digits:v0', 1)]
    """

    __slots__ = ("model",)

    def __init__(
        self,
        client: Client,
        entity: str,
        project: str,
        collection_name: str,
        type: str,  # noqa: A002 - the documented name
        filters: Mapping[str, object] | None = None,
        order: str | None = None,
        per_page: int = 50,
        tags: str | Iterable[str] | None = None,
        *,
        model: ModelOf[ValuesT],
        start: str | None = None,
    ) -> None:
        self.model: ModelOf[ValuesT] = check_model("model", model)
        """The pydantic model, dataclass or TypedDict."""
        super().__init__(
            client, entity, project, collection_name, type, filters, order, per_page, tags,
            start=start,
        )  # fmt: skip

    def _version(
        self, location: ArtifactLocation, node: fragments.Artifact
    ) -> TypedArtifact[ValuesT]:
        return TypedArtifact(self.client, location, node, self.model)


def versions_as(
    listed: Artifacts, model: ModelOf[ValuesT], start: str | None
) -> TypedArtifacts[ValuesT]:
    """Return the same list, from after the cursor `start`, with metadata read as `model`."""
    return TypedArtifacts(
        listed.client, listed.entity, listed.project, listed.collection_name, listed.type,
        listed.filters, listed.order, listed.per_page, listed.tags, model=model, start=start,
    )  # fmt: skip
