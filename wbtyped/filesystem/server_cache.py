"""What all instances of the file system in a process share about one server."""

import os
import re
import threading
from hashlib import blake2b
from typing import NamedTuple

from pydantic import BaseModel, ValidationError
from wbtyped_graphql import fragments

from ..api import Api, find_artifact_at
from ..artifacts.contents.version import VersionContents
from ..artifacts.location import ArtifactLocation
from ..clock import monotonic
from ..config.settings import Settings
from ..download.disk.digests import Algorithm
from ..errors import UsageError
from ..transport.flow import Flow
from ..transport.single_flight import SingleFlight
from .run_folder import RunFolder, RunName
from .version_folder import VersionFolder

VERSION = re.compile(r"v\d+")
MAX_VERSIONS = 256
"""Versions that are kept in memory; the one that was added first goes first."""


class Pin(BaseModel, frozen=True, defer_build=True):
    """The version that a path was resolved to: what a pickled instance carries of it."""

    location: ArtifactLocation
    node: fragments.Artifact
    algorithm: Algorithm | None

    @classmethod
    def of(cls, folder: VersionFolder) -> "Pin":
        """Return the pin of a version, without what may be large and is not needed."""
        node = folder.version.node.model_copy(update={"metadata": None, "description": None})
        location = folder.version.location
        return cls(location=location, node=node, algorithm=folder.algorithm)

    def text(self) -> str:
        """Return the pin as JSON."""
        return self.model_dump_json(by_alias=True)

    @classmethod
    def parse(cls, text: str) -> "Pin":
        """Return the pin that `text` wrote; raises UsageError."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise UsageError(
                "pinned must be what a pickled file system contains; leave it out"
            ) from error

    def folder(self, api: Api) -> VersionFolder:
        """Return the version; nothing is requested."""
        return VersionFolder(VersionContents(api.client, self.location, self.node), self.algorithm)


class Resolved(NamedTuple):
    """The version that a name was resolved to, and when."""

    folder: VersionFolder
    at: float


class ServerCache:
    """Versions, resolved aliases, and lists of run files; safe to use from any thread or loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._versions: dict[str, VersionFolder] = {}
        self._resolved: dict[str, Resolved] = {}
        self._runs: dict[RunName, tuple[RunFolder, float]] = {}
        self._requests: SingleFlight[VersionFolder] = SingleFlight()

    def find_version(self, api: Api, path: str, max_age: float) -> Flow[VersionFolder]:
        """Return the version that `entity/project/collection:alias` names.

        It is resolved again after `max_age` seconds, unless the alias is a version.
        """
        known = self._resolved.get(path)
        is_exact = VERSION.fullmatch(path.partition(":")[2]) is not None
        if known is not None and (is_exact or monotonic() - known.at < max_age):
            return known.folder
        return (yield from self._requests.share(path, lambda: self._resolve(api, path)))

    def _resolve(self, api: Api, path: str) -> Flow[VersionFolder]:
        artifact = yield from find_artifact_at(api, path)
        folder = self.add_version(VersionFolder(artifact.contents))
        self._resolved[path] = Resolved(folder, monotonic())
        return folder

    def add_version(self, folder: VersionFolder) -> VersionFolder:
        """Return the version that is known by its id, else add this one."""
        with self._lock:
            kept = self._versions.setdefault(folder.version.id, folder)
            if len(self._versions) > MAX_VERSIONS:
                dropped = self._versions.pop(next(iter(self._versions)))
                names = [name for name, (found, _) in self._resolved.items() if found is dropped]
                for name in names:
                    del self._resolved[name]
        return kept

    def find_run(self, api: Api, run: RunName, max_age: float) -> RunFolder:
        """Return a run; what was listed of it is forgotten after `max_age` seconds."""
        with self._lock:
            known = self._runs.get(run)
            if known is None or monotonic() - known[1] >= max_age:
                known = self._runs[run] = RunFolder(api.client, run), monotonic()
        return known[0]

    def forget_run(self, run: RunName) -> None:
        """Forget what was listed of a run."""
        with self._lock:
            self._runs.pop(run, None)

    def forget_alias(self, path: str) -> None:
        """Resolve `entity/project/collection:alias` again when it is next used."""
        with self._lock:
            self._resolved.pop(path, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._versions.clear()
            self._resolved.clear()
            self._runs.clear()


_caches: dict[tuple[int, str, bytes], ServerCache] = {}
_lock = threading.Lock()


def shared_cache(settings: Settings) -> ServerCache:
    """Return what is known of a server in this process, for one API key.

    A forked process begins anew: requests that its parent was waiting for never end here.
    """
    key = blake2b(settings.api_key.encode(), digest_size=16).digest()
    with _lock:
        return _caches.setdefault((os.getpid(), settings.base_url, key), ServerCache())
