"""What a version is made of, and the manifest that says so."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .blobs import Blob
from .relay import node_id

POLICY = "wandb-storage-policy-v1"


@dataclass(frozen=True, slots=True)
class Reference:
    """A file of a version that lies elsewhere, such as `s3://bucket/key`.

    `digest` is whatever tells its contents apart, an ETag for example; the address itself when left
    out. `size` is in bytes.
    """

    uri: str
    digest: str | None = None
    size: int = 0
    extra: Mapping[str, str | None] = field(default_factory=dict[str, str | None])


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a version: a content, or a reference."""

    path: str
    digest: str
    size: int
    ref: str | None = None
    extra: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    blob: Blob | None = None
    birth_id: int | None = None


def artifact_digest(entries: Iterable[Entry]) -> str:
    """Return the digest of a whole version: that of the paths and digests of its files."""
    digest = hashlib.md5(b"wandb-artifact-manifest-v1\n", usedforsecurity=False)
    for entry in sorted(entries, key=lambda e: e.path):
        digest.update(f"{entry.path}:{entry.digest}\n".encode())
    return digest.hexdigest()


def manifest_json(entries: Iterable[Entry], artifact_id: int, layout: str) -> bytes:
    """Return the manifest as clients download it."""
    contents = {e.path: entry_json(e, artifact_id) for e in sorted(entries, key=lambda e: e.path)}
    manifest = {
        "version": 1,
        "storagePolicy": POLICY,
        "storagePolicyConfig": {"storageLayout": layout},
        "contents": contents,
    }
    return json.dumps(manifest, separators=(",", ":"), ensure_ascii=False).encode()


def entry_json(entry: Entry, artifact_id: int) -> dict[str, object]:
    """Return one entry of a manifest."""
    shown: dict[str, object] = {"digest": entry.digest, "size": entry.size}
    if entry.ref is None:
        shown["birthArtifactID"] = node_id("Artifact", entry.birth_id or artifact_id)
    else:
        shown["ref"] = entry.ref
    if entry.extra:
        shown["extra"] = dict(entry.extra)
    return shown


def hex_of(digest: str) -> str | None:
    """Return a base64 digest in hex, as addresses have it; None for one that is no base64."""
    try:
        return base64.b64decode(digest, validate=True).hex()
    except ValueError:
        return None
