"""Where a file is to be written: a folder below the download root, and a name in it."""

import os
from pathlib import Path
from typing import NamedTuple


class Target(NamedTuple):
    """A path below a download root, in parts; it costs a tenth of a `Path`.

    `folder` is the path of its folder below the root, empty for the root itself.
    """

    root: str
    folder: str
    name: str

    def __fspath__(self) -> str:
        return os.path.join(self.root, self.folder, self.name)

    def __str__(self) -> str:
        return self.__fspath__()

    def with_name(self, name: str) -> "Target":
        """Return the target of another name in the same folder."""
        return Target(self.root, self.folder, name)

    @property
    def parent(self) -> Path:
        """The folder."""
        return Path(self.root, self.folder)


Location = Path | Target
"""A target, or the path of a file that is downloaded by itself."""
