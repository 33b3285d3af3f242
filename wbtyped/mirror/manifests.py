"""The manifests in a mirror: which contents a version consists of."""

import io

from ..artifacts.contents.manifest import ArtifactManifest, read_manifest, write_manifest
from ..errors import DiskError
from .contents import content_path, damaged_content, md5_text
from .place import Place


def store_manifest(place: Place, manifest: ArtifactManifest) -> str:
    """Store a manifest as a content, and return its path."""
    stream = io.BytesIO()
    write_manifest(manifest, stream)
    body = stream.getvalue()
    path = manifest_path(body)
    if not place.has(path, len(body)):
        place.write(path, body)
    return path


def manifest_path(body: bytes) -> str:
    """Return where a manifest is stored."""
    path = content_path(md5_text(body), "MD5")
    assert path is not None  # noqa: S101 - it is a digest
    return path


def load_manifest(place: Place, path: str) -> ArtifactManifest:
    """Return a stored manifest; raises DiskError if it is not there."""
    body = place.read(path)
    if body is None:
        raise DiskError(f"{path} is missing in {place.name}; mirror again, with verify (--verify)")
    if manifest_path(body) != path:
        raise damaged_content(path, place)
    return read_manifest(io.BytesIO(body), f"{path} in {place.name}")
