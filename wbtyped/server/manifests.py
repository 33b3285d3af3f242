"""What a version is made of, and the manifest that says so."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import xxhash

from .. import arguments
from .relay import node_id

POLICY = "wandb-storage-policy-v1"
MD5, XXH128 = "MANIFEST_MD5", "MANIFEST_XXH128"
"""How the files of a version, and the version itself, can be digested."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A file of a version that lies elsewhere, such as `s3://bucket/key`.

    `digest` is whatever tells its contents apart, an ETag for example; the address itself when left
    out. `size` is in bytes.
    """

    uri: str
    digest: str | None = None
    size: int = 0
    extra: Mapping[str, object] = field(default_factory=dict[str, object])

    def __post_init__(self) -> None:
        arguments.check_strings(uri=self.uri)
        arguments.check_optional_strings(digest=self.digest)
        # Of any size, for a client has to bear wrong ones, too.
        arguments.instance("size", self.size, (int, type(None)), "a whole number")
        arguments.mapping("extra", self.extra)


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a version: a content, or a reference."""

    path: str
    digest: str
    size: int | None
    ref: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict[str, object])
    blob: str | None = None
    md5: str | None = None
    birth_id: int | None = None


def artifact_digest(entries: Iterable[Entry], algorithm: str = MD5) -> str:
    """Return the digest of a whole version: that of the paths and digests of its files."""
    digest = xxhash.xxh3_128() if algorithm == XXH128 else hashlib.md5(usedforsecurity=False)
    digest.update(b"wandb-artifact-manifest-v1\n")
    for entry in sorted(entries, key=lambda e: e.path):
        digest.update(f"{entry.path}:{entry.digest}\n".encode())
    return digest.hexdigest()


def manifest_json(
    entries: Iterable[Entry], artifact_id: int, layout: str, region: str | None
) -> bytes:
    """Return the manifest as clients download it."""
    contents = {e.path: entry_json(e, artifact_id) for e in sorted(entries, key=lambda e: e.path)}
    manifest = {
        "version": 1,
        "storagePolicy": POLICY,
        "storagePolicyConfig": {"storageLayout": layout, "storageRegion": region}
        if region
        else {"storageLayout": layout},
        "contents": contents,
    }
    return json.dumps(manifest, separators=(",", ":"), ensure_ascii=False).encode()


def entry_json(entry: Entry, artifact_id: int) -> dict[str, object]:
    """Return one entry of a manifest."""
    shown: dict[str, object] = {"digest": entry.digest}
    if entry.size is not None:
        shown["size"] = entry.size
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
