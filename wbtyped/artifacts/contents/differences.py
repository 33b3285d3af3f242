"""How a folder differs from a version."""

from typing import NamedTuple


class ArtifactDifferences(NamedTuple):
    """How a folder differs from a version, as lists of file paths; all empty if it does not.

    Example:
        >>> Path("data").mkdir()
        >>> Path("data/train.csv").write_text("changed")
        7
        >>> artifact.compare("data")
        ArtifactDifferences(missing=['test.csv'], modified=['train.csv'], unexpected=[])
    """

    missing: list[str]
    modified: list[str]
    unexpected: list[str]

    @property
    def altered(self) -> list[str]:
        """The former name of `modified`."""
        return self.modified

    @property
    def foreign(self) -> list[str]:
        """The former name of `unexpected`."""
        return self.unexpected
