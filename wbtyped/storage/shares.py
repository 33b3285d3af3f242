"""How much groups of versions store: contents that versions share count once."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from .content_table import SharedContent


@dataclass(slots=True)
class Share:
    """What a group of versions stores, in bytes."""

    distinct_size: int = 0
    """Contents in any of its versions, each once."""
    freed_size: int = 0
    """Contents in no version outside the group: what deleting it frees."""


def shares(
    contents: Iterable[SharedContent], groupings: Sequence[Sequence[int]]
) -> list[list[Share]]:
    """Return the shares of groups: a grouping has the number of the group of each version.

    All groupings are computed in one pass. A number of -1 belongs to no group.
    """
    results = [[Share() for _ in range(max(groups, default=-1) + 1)] for groups in groupings]
    for content in contents:
        for groups, found in zip(groupings, results, strict=True):
            if len(content.versions) == 1:
                members = {groups[content.versions[0]]}
            else:
                members = {groups[version] for version in content.versions}
            for group in members:
                if group >= 0:
                    found[group].distinct_size += content.size
                    if len(members) == 1:
                        found[group].freed_size += content.size
    return results


def freed_by(
    contents: Iterable[SharedContent], deleted: Collection[int], ranks: Sequence[int]
) -> dict[int, int]:
    """Return what each deleted version frees; together, exactly what the deletion frees.

    A content of several deleted versions is freed by the last of them, in the order of `ranks`.
    """
    freed = dict.fromkeys(deleted, 0)
    for content in contents:
        if all(version in freed for version in content.versions):
            last = max(content.versions, key=ranks.__getitem__)
            freed[last] += content.size
    return freed
