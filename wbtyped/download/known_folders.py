"""Which names a folder held when it was first looked at: most new files need no further look."""

from .disk.folder_tree import FolderTree
from .disk.safe_names import folded
from .target import Target

MAX_NAMES = 100_000
"""Names that are remembered, so that memory stays bounded; in a fuller folder, each file is looked
for."""
MAX_FOLDERS = 1000
"""The same for folders, as most may be empty."""


class KnownFolders:
    """The names in folders below a root, before a download writes to them."""

    def __init__(self) -> None:
        self._names: dict[str, frozenset[str] | None] = {}
        self._count = 0

    def names_beside(self, tree: FolderTree, target: Target) -> frozenset[str] | None:
        """Return the names that the folder of a target held when it was first looked at.

        They are folded, as the file system may ignore case; None if there are too many. Raises
        OSError, and UnsafePathError if the path of the folder leads through a link.
        """
        if target.folder not in self._names:
            self._look(tree, target)
        return self._names[target.folder]

    def _look(self, tree: FolderTree, target: Target) -> None:
        names = names_in(tree, target)
        if self._count > MAX_NAMES or len(self._names) >= MAX_FOLDERS:
            self._names.clear()
            self._count = 0
        self._names[target.folder] = names
        self._count += len(names or ())


def names_in(tree: FolderTree, target: Target) -> frozenset[str] | None:
    """Return the names in the folder of a target, folded; None if there are many."""
    opened = tree.find(target)
    if opened is None:
        return frozenset()
    try:
        names = opened.folder.names()
    finally:
        tree.leave(opened)
    return frozenset(map(folded, names)) if len(names) <= MAX_NAMES else None
