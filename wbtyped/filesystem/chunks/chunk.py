"""Some files to copy, as a value that is sent to a worker."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some files of one version or run: their names, without an API key.

    Example:
        >>> from wbtyped.filesystem.chunks import plan_chunks
        >>> [chunk] = plan_chunks(api, "my-team/mnist/digits:latest")
        >>> chunk.path, chunk.names
        ('my-team/mnist/digits:v1', ('test.csv', 'train.csv'))
    """

    base_url: str
    """The server."""
    kind: Literal["run", "version"]
    path: str
    """`entity/project/run`, or `entity/project/collection:vN`, whatever `latest` is by now."""
    names: tuple[str, ...]
    """The paths of the files."""
    size: int
    """Their sizes in bytes, summed up."""
    folder: str = ""
    """The folder below the target to copy them to."""

    def only(self, names: Collection[str]) -> "Chunk":
        """Return a chunk of those files that have certain names."""
        return replace(self, names=tuple(name for name in self.names if name in names))
