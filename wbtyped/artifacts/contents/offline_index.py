"""Versions that the cache can resolve without a server."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path

from pydantic import AliasChoices, BaseModel, Field, ValidationError
from wbtyped_graphql import fragments

from ...download.cache.store import Cache, touch_atime
from ...errors import OfflineError
from ...transport.client import Client
from ..location import ArtifactLocation
from .entry import ManifestOwner
from .manifest import ArtifactManifest, read_manifest, write_manifest
from .version import VersionContents


class VersionRecord(BaseModel, frozen=True, defer_build=True):
    """What the cache knows of a version under one of its names."""

    name: str
    """`entity/project/collection:alias`."""
    location: ArtifactLocation = Field(validation_alias=AliasChoices("location", "place"))
    """Called `place` in files of earlier releases."""
    node: fragments.Artifact


def record_path(cache: Cache, base_url: str, name: str) -> Path:
    """Return the path of the record of a name, hashed because it may be too long for a file."""
    return cache.versions / f"{hashed(base_url, name)}.json"


def manifest_path(cache: Cache, base_url: str, artifact_id: str) -> Path:
    """Return the path of a version's manifest, the same under all its names."""
    return cache.manifests / f"{hashed(base_url, artifact_id)}.json"


def hashed(base_url: str, name: str) -> str:
    """Return the hash of a name on a server."""
    return blake2b(f"{base_url} {name}".encode(), digest_size=16).hexdigest()


def cached_manifest(
    cache: Cache, base_url: str, artifact_id: str, what: str, owner: ManifestOwner | None = None
) -> ArtifactManifest:
    """Return the manifest of a version from the cache; raises OSError if it has none."""
    with cache.open(manifest_path(cache, base_url, artifact_id)) as manifest:
        return read_manifest(manifest, what, owner)


def save_offline(version: VersionContents, cache: Cache) -> None:
    """Record a version under its number and its current aliases; raises OSError."""
    base_url, location = version.client.settings.base_url, version.location
    manifest = manifest_path(cache, base_url, version.id)
    try:
        touch_atime(manifest)
    except FileNotFoundError:
        with cache.create(manifest) as stream:
            write_manifest(version.manifest, stream)
    for alias in dict.fromkeys((location.version, *version.aliases)):
        name = f"{'/'.join(location.collection_path)}:{alias}"
        record = VersionRecord(name=name, location=location, node=version.node)
        content = record.model_dump_json(by_alias=True).encode()
        cache.write(record_path(cache, base_url, name), content)


def load_offline(
    client: Client, entity: str, project: str, name: str
) -> tuple[VersionRecord, ArtifactManifest]:
    """Return the record and manifest of a version from the cache; raises OfflineError."""
    path = f"{entity}/{project}/{name if ':' in name else f'{name}:latest'}"
    folder = client.settings.cache
    unknown = (
        f"artifact {path} is not in the cache {folder}; download it once online with the cache"
        " enabled"
    )
    if folder is None:
        raise OfflineError(unknown)
    cache, base_url = Cache(folder), client.settings.base_url
    try:
        record = VersionRecord.model_validate_json(cache.read(record_path(cache, base_url, path)))
        return record, cached_manifest(cache, base_url, record.node.id, f"artifact {path}")
    except (OSError, ValidationError) as error:
        raise OfflineError(unknown) from error
