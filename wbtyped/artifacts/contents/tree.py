"""The folders of a version, found in its sorted paths."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from .url_pages import URLS_PER_PAGE


class VersionTree:
    """The paths of a version, sorted; its folders are the beginnings of them.

    Nothing is kept for a folder: a binary search finds where its paths begin and end.
    """

    __slots__ = ("paths",)

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths: Sequence[str] = sorted(paths)

    @classmethod
    def of_sorted(cls, paths: Sequence[str]) -> Self:
        """Return the tree of paths that are sorted, which are used as they are."""
        tree = cls(())
        tree.paths = paths
        return tree

    def is_folder(self, path: str) -> bool:
        """Return True if there is a file below a path; the empty path is the root."""
        if not path:
            return True
        prefix = f"{path}/"
        at = bisect_left(self.paths, prefix)
        return at < len(self.paths) and self.paths[at].startswith(prefix)

    def below(self, folder: str) -> Iterator[str]:
        """Yield the paths of all files below a folder, at any depth."""
        prefix = f"{folder}/" if folder else ""
        for at in range(bisect_left(self.paths, prefix), len(self.paths)):
            if not self.paths[at].startswith(prefix):
                return
            yield self.paths[at]

    def children(self, folder: str) -> Iterator[tuple[str, bool]]:
        """Yield the path of each file and folder directly in a folder, and whether it is a file."""
        prefix = f"{folder}/" if folder else ""
        at = bisect_left(self.paths, prefix)
        while at < len(self.paths) and self.paths[at].startswith(prefix):
            path = self.paths[at]
            end = path.find("/", len(prefix))
            if end < 0:
                yield path, True
                at += 1
                continue
            yield path[:end], False
            # "0" follows "/", so this is where the paths of the folder end.
            at = bisect_left(self.paths, f"{path[:end]}0", at)

    def page_of(self, path: str) -> list[str]:
        """Return the paths whose URLs are fetched together with that of a path."""
        start = bisect_left(self.paths, path) // URLS_PER_PAGE * URLS_PER_PAGE
        return list(self.paths[start : start + URLS_PER_PAGE])
