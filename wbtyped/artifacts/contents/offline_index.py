"""Versions that the cache knows, for when no server may be asked."""

import json
from hashlib import blake2b
from pathlib import Path

from pydantic import BaseModel, ValidationError
from wbtyped_graphql import fragments

from ...download.cache.store import Cache, touch_atime
from ...errors import OfflineError
from ...transport.client import Client
from ..location import ArtifactLocation
from .manifest import ArtifactManifest, parse_manifest
from .version import VersionContents


class Record(BaseModel, frozen=True, defer_build=True):
    """What is kept of a version under one of its names."""

    name: str
    """`entity/project/collection:alias`."""
    place: ArtifactLocation
    node: fragments.Artifact


def record_path(cache: Cache, base_url: str, name: str) -> Path:
    """Return where a version is noted under a name, which may be too long for a file name."""
    return cache.versions / f"{number_of(base_url, name)}.json"


def manifest_path(cache: Cache, base_url: str, artifact_id: str) -> Path:
    """Return where the manifest of a version is kept, which is the same under all its names."""
    return cache.manifests / f"{number_of(base_url, artifact_id)}.json"


def number_of(base_url: str, name: str) -> str:
    """Return a short name for something of a server."""
    return blake2b(f"{base_url} {name}".encode(), digest_size=16).hexdigest()


def save_offline(artifact: VersionContents, cache: Cache) -> None:
    """Note a version under its number and its aliases, as they are now; raises OSError."""
    base_url, place = artifact.client.settings.base_url, artifact.location
    manifest = manifest_path(cache, base_url, artifact.id)
    try:
        touch_atime(manifest)
    except FileNotFoundError:
        cache.write(manifest, json.dumps(artifact.manifest.to_manifest_json()).encode())
    for alias in dict.fromkeys((place.version, *artifact.aliases)):
        name = f"{place.entity}/{place.project}/{place.collection}:{alias}"
        record = Record(name=name, place=place, node=artifact.node)
        content = record.model_dump_json(by_alias=True).encode()
        cache.write(record_path(cache, base_url, name), content)


def load_offline(
    client: Client, entity: str, project: str, name: str
) -> tuple[Record, ArtifactManifest]:
    """Return a version and its manifest as the cache has them; raises OfflineError."""
    full = f"{entity}/{project}/{name if ':' in name else f'{name}:latest'}"
    folder = client.settings.cache
    unknown = (
        f"artifact {full} is not in the cache {folder}; download it once with the cache on,"
        " and not offline"
    )
    if folder is None:
        raise OfflineError(unknown)
    cache, base_url = Cache(folder), client.settings.base_url
    try:
        record = Record.model_validate_json(cache.read(record_path(cache, base_url, full)))
        manifest = cache.read(manifest_path(cache, base_url, record.node.id))
    except (OSError, ValidationError) as error:
        raise OfflineError(unknown) from error
    return record, parse_manifest(manifest, f"artifact {full}")
