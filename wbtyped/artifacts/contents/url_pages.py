"""How many files of a version one request names, and the pages that this makes."""

from collections.abc import Iterator, Sequence

URLS_PER_PAGE = 1000


def path_batches(paths: Sequence[str]) -> Iterator[list[str]]:
    """Split paths into pages, because each request for a page repeats all names of its list."""
    for start in range(0, len(paths), URLS_PER_PAGE):
        yield list(paths[start : start + URLS_PER_PAGE])
