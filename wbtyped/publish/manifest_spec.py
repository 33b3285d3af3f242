"""The format of a new version's manifest, and what is in it besides the uploaded files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from wbtyped_graphql.enums import (
    ArtifactDigestAlgorithm,
    ArtifactManifestType,
    ArtifactStorageLayout,
)

from ..artifacts.contents.entry import ArtifactManifestEntry
from ..artifacts.contents.manifest import ArtifactManifest
from ..artifacts.lineage import DIGEST_ALGORITHMS
from ..download.disk.digests import Algorithm
from .local_content import LocalContent

STORAGE_POLICY = "wandb-storage-policy-v1"
FULL_NAME, INCREMENTAL_NAME = "wandb_manifest.json", "wandb_manifest.incremental.json"
XXH128_EXTRA: Mapping[str, object] = MappingProxyType({"alg": "XXH128"})
"""What an entry says about its digest unless that is an MD5."""


@dataclass(frozen=True, slots=True)
class ManifestSpec:
    """What a manifest contains besides the uploaded files, and its format."""

    kept: Mapping[str, ArtifactManifestEntry] = field(
        default_factory=dict[str, ArtifactManifestEntry]
    )
    """Entries for which nothing is uploaded: references, and files of an earlier version."""
    algorithm: Algorithm = "MD5"
    layout: str = "V2"
    region: str | None = None
    is_incremental: bool = False
    """Whether the server adds the entries to those of the latest version."""

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
    def storage_layout(self) -> ArtifactStorageLayout:
        """The storage layout, as the server calls it."""
        return ArtifactStorageLayout(self.layout)

    @property
    def digest_algorithm(self) -> ArtifactDigestAlgorithm:
        """The digest algorithm, as the server calls it."""
        return DIGEST_ALGORITHMS[self.algorithm]

    def build(
        self, contents: Mapping[str, LocalContent], births: Mapping[str, str] | None = None
    ) -> ArtifactManifest:
        """Return the manifest; `births` are the versions that brought the contents, by path."""
        entries = dict(self.kept)
        for path, content in contents.items():
            birth = (births or {}).get(path)
            entries[path] = self._entry(path, content, birth)
        ordered = {path: entries[path] for path in sorted(entries)}
        return ArtifactManifest(
            1, STORAGE_POLICY, self.layout, self.region, ordered, self.algorithm
        )

    def _entry(self, path: str, content: LocalContent, birth: str | None) -> ArtifactManifestEntry:
        extra = dict(XXH128_EXTRA) if self.algorithm == "XXH128" else {}
        return ArtifactManifestEntry(path, content.digest, content.size, None, birth, extra)
