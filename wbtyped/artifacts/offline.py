"""Versions that the cache knows, for when no server may be asked."""

import json
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError
from wbtyped_graphql import fragments

from ..errors import OfflineError
from .artifact import Artifact
from .facts import Place
from .manifest import parse_manifest

if TYPE_CHECKING:
    from ..client import Client
    from ..download.cache import Cache


class Record(BaseModel, frozen=True):
    """What is kept of a version under one of its names."""

    name: str
    """`entity/project/collection:alias`."""
    place: Place
    node: fragments.Artifact
    manifest: str
    """The content of the manifest, as it lies in storage."""


def record_path(cache: "Cache", base_url: str, name: str) -> Path:
    """Return where a version is noted under a name, which may be too long for a file name."""
    number = blake2b(f"{base_url} {name}".encode(), digest_size=16).hexdigest()
    return cache.versions / f"{number}.json"


def remember(artifact: Artifact, cache: "Cache") -> None:
    """Note a version under its number and its aliases, as they are now; raises OSError."""
    manifest = json.dumps(artifact.manifest.to_manifest_json())
    place = artifact.place
    for alias in dict.fromkeys((place.version, *artifact.aliases)):
        name = f"{place.entity}/{place.project}/{place.collection}:{alias}"
        record = Record(name=name, place=place, node=artifact.attrs, manifest=manifest)
        path = record_path(cache, artifact.client.settings.base_url, name)
        cache.write(path, record.model_dump_json(by_alias=True).encode())


def recall(client: "Client", entity: str, project: str, name: str) -> Artifact:
    """Return a version as the cache knows it; raises OfflineError."""
    from ..download.cache import Cache

    full = f"{entity}/{project}/{name if ':' in name else f'{name}:latest'}"
    folder = client.settings.cache
    unknown = (
        f"artifact {full} is not in the cache {folder}; download it once with the cache on,"
        " and not offline"
    )
    if folder is None:
        raise OfflineError(unknown)
    cache = Cache(folder)
    try:
        content = cache.read(record_path(cache, client.settings.base_url, full))
        record = Record.model_validate_json(content)
    except (OSError, ValidationError) as error:
        raise OfflineError(unknown) from error
    artifact = Artifact(client, record.place, record.node)
    artifact.use_manifest(parse_manifest(record.manifest.encode(), f"artifact {full}", artifact))
    return artifact
