"""Files of artifact versions, and the manifests that clients download."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import xxhash

from .. import arguments
from .node_ids import node_id

STORAGE_POLICY = "wandb-storage-policy-v1"
MD5, XXH128 = "MANIFEST_MD5", "MANIFEST_XXH128"
"""Digest algorithms of a version and its files."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A file of a version that is stored elsewhere, such as `s3://bucket/key`.

    `digest` is any string that identifies the content, such as an ETag; the URI itself by default.
    `size` is in bytes.
    """

    uri: str
    digest: str | None = None
    size: int = 0
    extra: Mapping[str, object] = field(default_factory=dict[str, object])

    def __post_init__(self) -> None:
        arguments.check_strings(uri=self.uri)
        arguments.check_optional_strings(digest=self.digest)
        # Negative numbers are allowed, since clients must cope with wrong sizes.
        arguments.instance("size", self.size, (int, type(None)), "a whole number")
        arguments.mapping("extra", self.extra)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a version: a stored blob, or a reference."""

    path: str
    digest: str
    size: int | None
    ref: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict[str, object])
    blob: str | None = None
    md5: str | None = None
    birth_id: int | None = None


def artifact_digest(entries: Iterable[Entry], algorithm: str = MD5) -> str:
    """Return the digest of a version: that of the paths and digests of its files."""
    digest = xxhash.xxh3_128() if algorithm == XXH128 else hashlib.md5(usedforsecurity=False)
    digest.update(b"wandb-artifact-manifest-v1\n")
    for entry in sorted(entries, key=lambda entry: entry.path):
        digest.update(f"{entry.path}:{entry.digest}\n".encode())
    return digest.hexdigest()


def manifest_json(
    entries: Iterable[Entry], artifact_id: int, layout: str, region: str | None
) -> bytes:
    """Return a manifest as clients download it."""
    ordered = sorted(entries, key=lambda entry: entry.path)
    contents = {entry.path: entry_json(entry, artifact_id) for entry in ordered}
    manifest = {
        "version": 1,
        "storagePolicy": STORAGE_POLICY,
        "storagePolicyConfig": {"storageLayout": layout, "storageRegion": region}
        if region
        else {"storageLayout": layout},
        "contents": contents,
    }
    return json.dumps(manifest, separators=(",", ":"), ensure_ascii=False).encode()


def entry_json(entry: Entry, artifact_id: int) -> dict[str, object]:
    """Return one entry of a manifest."""
    fields: dict[str, object] = {"digest": entry.digest}
    if entry.size is not None:
        fields["size"] = entry.size
    if entry.ref is None:
        fields["birthArtifactID"] = node_id("Artifact", entry.birth_id or artifact_id)
    else:
        fields["ref"] = entry.ref
    if entry.extra:
        fields["extra"] = dict(entry.extra)
    return fields


def hex_digest(digest: str) -> str | None:
    """Return a base64 digest in hex, as URLs contain it; None if it is not base64."""
    try:
        return base64.b64decode(digest, validate=True).hex()
    except ValueError:
        return None
