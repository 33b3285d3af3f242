"""`wandb://` for universal_pathlib."""

from collections.abc import Sequence

from upath import UPath


class WandbPath(UPath):
    """A path of `WandbFileSystem`, as universal_pathlib makes it of a `wandb://` URL."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """The path without protocol; it is relative to no root."""
        path = super().path
        return "" if path == "." else path

    @property
    def parts(self) -> Sequence[str]:
        """The parts of the path."""
        parts = super().parts
        return parts[1:] if parts and parts[0] == "/" else parts
