"""How a folder differs from a version."""

from typing import NamedTuple


class ArtifactDifferences(NamedTuple):
    """How a folder differs from a version, by file paths; empty lists where it does not."""

    missing: list[str]
    modified: list[str]
    unexpected: list[str]

    @property
    def altered(self) -> list[str]:
        """The same as `modified`, by its former name."""
        return self.modified

    @property
    def foreign(self) -> list[str]:
        """The same as `unexpected`, by its former name."""
        return self.unexpected
