"""The format of a new version's manifest, and what is in it besides the uploaded files."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from wbtyped_graphql import calls
from wbtyped_graphql.enums import (
    ArtifactDigestAlgorithm,
    ArtifactManifestType,
)

from ...download.disk.digests import Algorithm
from ...transport.client import Client
from ...transport.flow import Flow, ask
from ...user_warnings import warn_user
from ..contents.entry import ArtifactManifestEntry
from ..contents.manifest import ArtifactManifest, version_digest
from .facts import Target
from .local_content import LocalContent

DIGEST_ALGORITHMS: Mapping[Algorithm, ArtifactDigestAlgorithm] = {
    "MD5": ArtifactDigestAlgorithm.MANIFEST_MD5,
    "XXH128": ArtifactDigestAlgorithm.MANIFEST_XXH128,
}
STORAGE_LAYOUT = "V2"
"""New versions have it, also those that keep files of a version with layout V1."""
STORAGE_POLICY = "wandb-storage-policy-v1"
DIGEST_FEATURE = "ARTIFACT_DIGEST_ALGORITHM"
"""The feature of servers that know other digests than MD5."""
FULL_NAME, INCREMENTAL_NAME = "wandb_manifest.json", "wandb_manifest.incremental.json"
XXH128_EXTRA: Mapping[str, object] = MappingProxyType({"alg": "XXH128"})
"""What an entry says about its digest unless that is an MD5."""


class ManifestSpec(NamedTuple):
    """What a manifest contains besides the uploaded files, and its format."""

    kept: Mapping[str, ArtifactManifestEntry] = MappingProxyType({})
    """Entries for which nothing is uploaded: references, and files of an earlier version."""
    algorithm: Algorithm = "MD5"
    region: str | None = None
    is_incremental: bool = False
    """Whether the server adds the entries to those of the base version."""
    base_id: str | None = None
    """The version that this one is made from; None for one that starts empty."""

    @property
    def name(self) -> str:
        """The file name of the manifest."""
        return INCREMENTAL_NAME if self.is_incremental else FULL_NAME

    @property
    def type(self) -> ArtifactManifestType:
        """The type of the manifest, as the server calls it."""
        is_incremental = self.is_incremental
        return ArtifactManifestType.INCREMENTAL if is_incremental else ArtifactManifestType.FULL

    @property
    def digest_algorithm(self) -> ArtifactDigestAlgorithm:
        """The digest algorithm, as the server calls it."""
        return DIGEST_ALGORITHMS[self.algorithm]

    def digest(self, contents: Mapping[str, LocalContent]) -> str:
        """Return the digest of the whole version."""
        digests = {path: entry.digest for path, entry in self.kept.items()}
        digests |= {path: content.digest for path, content in contents.items()}
        return version_digest(digests, self.algorithm)

    def build(
        self, contents: Mapping[str, LocalContent], births: Mapping[str, str]
    ) -> ArtifactManifest:
        """Return the manifest; `births` are the versions that brought the contents, by path."""
        entries = dict(self.kept)
        for path, content in contents.items():
            entries[path] = self._entry(path, content, births.get(path))
        ordered = {path: entries[path] for path in sorted(entries)}
        return ArtifactManifest(
            1, STORAGE_POLICY, STORAGE_LAYOUT, self.region, ordered, self.algorithm
        )

    def _entry(self, path: str, content: LocalContent, birth: str | None) -> ArtifactManifestEntry:
        extra = dict(XXH128_EXTRA) if self.algorithm == "XXH128" else {}
        return ArtifactManifestEntry(path, content.digest, content.size, None, birth, extra)


def usable_spec(client: Client, target: Target, spec: ManifestSpec) -> Flow[ManifestSpec]:
    """Return a spec that the server supports, with the version that an incremental one extends."""
    if spec.is_incremental:
        spec = spec._replace(base_id=(yield from _latest_version(target)))
    if spec.algorithm == "XXH128":
        reason = yield from _why_not_xxh128(client, target)
        if reason:
            warn_user(f"{target.path} is published with MD5 digests instead of XXH128: {reason}")
            spec = spec._replace(algorithm="MD5")
    return spec


def _latest_version(target: Target) -> Flow[str | None]:
    # Imported late, as below: few versions are of this kind.
    from wbtyped_graphql.latest_version import (
        LatestVersionProjectArtifactCollectionArtifactSequence as SequenceVersions,
    )

    entity, project, collection = target
    latest = calls.latest_version(entity=entity, project=project, collection=collection)
    result = yield from ask(latest, f"collection {target.path}")
    found = result.project.artifact_collection if result.project else None
    if isinstance(found, SequenceVersions) and found.latest_artifact:
        return found.latest_artifact.id
    return None


def _why_not_xxh128(client: Client, target: Target) -> Flow[str]:
    """Return why a new version cannot have XXH128 digests; empty if it can."""
    from wbtyped_graphql.digest_algorithms import (
        DigestAlgorithmsProjectArtifactCollectionArtifactSequence as SequenceDigests,
    )

    entity, project, collection = target
    digests = calls.digest_algorithms(entity=entity, project=project, collection=collection)
    if DIGEST_FEATURE not in (yield from client.load_features()):
        return "the server does not support that"
    result = yield from ask(digests, f"collection {target.path}")
    # An entity that does not exist yet is refused, or created, with the version.
    if result.entity is not None and not result.entity.xxhash_digests_enabled:
        return f"the server does not allow that to {entity}"
    found = result.project.artifact_collection if result.project else None
    is_md5 = isinstance(found, SequenceDigests) and (
        found.digest_algorithm == ArtifactDigestAlgorithm.MANIFEST_MD5
    )
    return "the versions of the collection have MD5 digests" if is_md5 else ""
