"""Which names a folder held when it was first looked at: most new files need no further look."""

from collections.abc import Collection

from .disk.folder_tree import FolderTree
from .disk.safe_names import folded
from .target import Target

MAX_NAMES = 100_000
"""Names that are remembered, so that memory stays bounded; in a fuller folder, each file is looked
for."""
MAX_FOLDERS = 1000
"""The same for folders, as most may be empty."""


class FolderNames:
    """The names in a folder when it was looked at."""

    __slots__ = ("_exact", "_folded")

    def __init__(self, names: Collection[str] = ()) -> None:
        self._exact = frozenset(names)
        self._folded: frozenset[str] | None = None

    def __len__(self) -> int:
        return len(self._exact)

    def may_have(self, name: str) -> bool:
        """Return True if a name was there, or one that some file systems take for the same."""
        if not self._exact:
            return False
        if name in self._exact:
            return True
        if self._folded is None:
            self._folded = frozenset(map(folded, self._exact))
        return folded(name) in self._folded


class KnownFolders:
    """The names in folders below a root, before a download writes to them."""

    def __init__(self) -> None:
        self._names: dict[str, FolderNames | None] = {}
        self._count = 0

    def names_beside(self, tree: FolderTree, target: Target) -> FolderNames | None:
        """Return the names that the folder of a target held when it was first looked at.

        None if there are too many. Raises OSError, and UnsafePathError if the path of the folder
        leads through a link.
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


def names_in(tree: FolderTree, target: Target) -> FolderNames | None:
    """Return the names in the folder of a target; None if there are many."""
    opened = tree.find(target)
    if opened is None:
        return FolderNames()
    try:
        names = opened.folder.names()
    finally:
        tree.leave(opened)
    return FolderNames(names) if len(names) <= MAX_NAMES else None
