"""Find contents that were uploaded more than once, under several collections."""

from collections import Counter
from collections.abc import Sequence

from .inventory import Inventory
from .usage_values import Duplicates


def duplicates_in(inventory: Inventory, covered: Sequence[bool]) -> list[Duplicates]:
    """Return the duplicates by the collections that share them, largest first.

    One of the versions must be covered. Copies are told apart by the versions that they were
    uploaded for: a new version that contains old files does not upload them again.
    """
    counts: Counter[tuple[str, ...]] = Counter()
    wasted: Counter[tuple[str, ...]] = Counter()
    for content in inventory.contents:
        if len(set(content.births)) < 2 or not any(covered[v] for v in content.versions):
            continue
        first_of = dict(zip(content.births, content.versions, strict=True))
        paths = {inventory.versions[v].collection.path for v in first_of.values()}
        if len(paths) > 1:
            names = tuple(sorted(paths))
            counts[names] += 1
            wasted[names] += content.size * (len(paths) - 1)
    found = [Duplicates(names, counts[names], wasted[names]) for names in counts]
    return sorted(found, key=lambda one: (-one.wasted_size, one.collections))
