# Compiled from schema/ and queries/ by `python queries/codegen`; do not edit.

from typing import Optional

from .artifact import (
    Artifact,
    ArtifactAliases,  # noqa: F401
    ArtifactAliasesArtifactCollection,  # noqa: F401
    ArtifactArtifactSequence,  # noqa: F401
    ArtifactArtifactSequenceProject,  # noqa: F401
    ArtifactArtifactType,  # noqa: F401
    ArtifactTags,  # noqa: F401
)
from .membership import (
    Membership,
    MembershipAliases,  # noqa: F401
    MembershipArtifactCollection,  # noqa: F401
)


class MemberVersion(Membership, frozen=True):
    """A version as a member of a collection, with its number and aliases there.

    Used by: RegistryVersions"""

    artifact: Optional["MemberVersionArtifact"]
    "Version of the membership; null if the caller may not see it."


class MemberVersionArtifact(Artifact, frozen=True):
    pass
