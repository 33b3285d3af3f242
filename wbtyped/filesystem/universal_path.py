"""`wandb://` for universal_pathlib."""

from collections.abc import Sequence
from typing import Any

from upath import UPath


class WandbPath(UPath):
    """A path of `WandbFileSystem`, as universal_pathlib makes it of a `wandb://` URL."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, ...]:
        # Like a pickled file system: without the key, and with the versions that were resolved.
        return _unpickled, (type(self), str(self), self.fs.options_for_workers())

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


def _unpickled(kind: type[WandbPath], path: str, options: dict[str, Any]) -> WandbPath:
    """Return a path in this process."""
    return kind(path, **options)
