"""Which names a folder held when it was first looked at: most new files need no further look."""

from .disk.folder_tree import FolderTree
from .disk.safe_names import folded
from .target import Target

MAX_NAMES = 100
"""Names up to which a folder is remembered; in fuller ones, each file is looked for."""
MAX_FOLDERS = 1000
"""Folders that are remembered, so that memory stays bounded."""


class KnownFolders:
    """The names in folders below a root, before a download writes to them."""

    def __init__(self) -> None:
        self._names: dict[str, frozenset[str] | None] = {}

    def may_contain(self, tree: FolderTree, target: Target) -> bool:
        """Return False if a target did not exist when its folder was first looked at.

        Raises UnsafePathError if the path of the folder leads through a link.
        """
        key = target.folder
        if key not in self._names:
            if len(self._names) >= MAX_FOLDERS:
                self._names.clear()
            self._names[key] = names_in(tree, target)
        names = self._names[key]
        # Folded, as the file system may ignore case.
        return names is None or (bool(names) and folded(target.name) in names)


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
