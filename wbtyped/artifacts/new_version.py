"""Drafts of new versions, as far as runs and versions deal with them.

Their class is `wbtyped.publish.Draft`, in a room above this one, where nothing may be imported
from. Its module is therefore found by name, when a method is called that makes or publishes one.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar, cast, overload

from .. import arguments
from ..transport.client import HasClient
from ..transport.flow import Flow

if TYPE_CHECKING:
    from .contents.entry import ArtifactManifestEntry  # for start-up

VersionT_co = TypeVar("VersionT_co", covariant=True)
RunT_contra = TypeVar("RunT_contra", contravariant=True)
ANY_URI = "://"


class NewVersion(Protocol[VersionT_co, RunT_contra]):
    """The content of a new version until it is published: a `wbtyped.publish.Draft`."""

    name: str
    """The collection that it is published to by default."""
    type: str
    """The type of the version."""
    description: str | None
    """The description of the version, unless `publish` gets one."""
    metadata: Mapping[str, object]
    """The metadata of the version, unless `publish` gets it."""

    def __len__(self) -> int: ...

    @property
    def files(self) -> dict[str, Path]:
        """The local file behind each name."""
        ...

    @property
    def entries(self) -> dict[str, ArtifactManifestEntry]:
        """What comes from an earlier version, by name; for this nothing is uploaded."""
        ...

    def add_file(
        self, path: str | PathLike[str], name: str | None = None, *, overwrite: bool = False
    ) -> str:
        """Add a file, named as locally by default, and return its name in the version."""
        ...

    def add_dir(
        self,
        path: str | PathLike[str],
        name: str | None = None,
        *,
        ignore: Iterable[str] = (),
        overwrite: bool = False,
    ) -> list[str]:
        """Add everything below a folder, and return the names in the version."""
        ...

    def add_reference(
        self, uri: str | ArtifactManifestEntry, name: str | None = None, checksum: bool = True
    ) -> str:
        """Add content that stays where it is, and return its name."""
        ...

    @overload
    def new_file(
        self, name: str, mode: Literal["w", "x"] = "w", encoding: str = "utf-8"
    ) -> io.TextIOWrapper: ...

    @overload
    def new_file(self, name: str, mode: Literal["wb", "xb"]) -> io.BufferedWriter: ...

    def remove(self, name: str | ArtifactManifestEntry) -> None:
        """Remove a file or a reference, or everything below a folder."""
        ...

    def publish(
        self,
        path: str | PathLike[str] | None = None,
        *,
        aliases: Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        ttl: timedelta | None = None,
        run: RunT_contra | None = None,
        api: HasClient | None = None,
    ) -> VersionT_co:
        """Publish the content as a version, and return it."""
        ...

    async def apublish(
        self,
        path: str | PathLike[str] | None = None,
        *,
        aliases: Iterable[str] | None = None,
        tags: str | Iterable[str] | None = None,
        description: str | None = None,
        metadata: Mapping[str, object] | None = None,
        ttl: timedelta | None = None,
        run: RunT_contra | None = None,
        api: HasClient | None = None,
    ) -> VersionT_co:
        """Asynchronous form of `publish`."""
        ...

    def publish_for(
        self,
        run: RunT_contra,
        aliases: Iterable[str] | None,
        tags: str | Iterable[str] | None,
        *,
        is_logged: bool,
    ) -> Flow[VersionT_co]:
        """Publish the content in the project of a run; the flow of the methods of the run."""
        ...


class _DraftModule(Protocol):
    def load_draft(self, artifact: object) -> Flow[NewVersion[object, object]]: ...

    def collect(
        self,
        name: str,
        type_name: str,
        paths: Sequence[str | PathLike[str]],
        ignore: Iterable[str],
    ) -> NewVersion[object, object]: ...

    def is_draft(self, value: object) -> bool: ...


def _draft_module() -> _DraftModule:
    return cast("_DraftModule", import_module("wbtyped.publish.draft"))


def load_draft(artifact: object) -> Flow[NewVersion[object, object]]:
    """Return a draft with all files of a version."""
    return (yield from _draft_module().load_draft(artifact))


def is_draft(value: object) -> bool:
    """Return True for a draft."""
    return _draft_module().is_draft(value)


def draft_of_path(
    path: str | PathLike[str], name: str, type_name: str | None
) -> NewVersion[object, object]:
    """Return a draft of a local file or folder, or of a URI to refer to."""
    draft = _draft_module().collect(name, type_name or "unspecified", [], ())
    if isinstance(path, str) and ANY_URI in path:
        draft.add_reference(path)
    elif arguments.location("artifact", path).is_dir():
        draft.add_dir(path)
    else:
        draft.add_file(path)
    return draft
