"""Random names and contents of files, derived from a seed."""

from collections.abc import Mapping
from random import Random

NAMES = (
    "plain.txt", "with space.bin", "percent%41.csv", "plus+and&.txt", "B\u00fccher.json",
    "\u4e2d\u6587.txt", "question?.txt", "hash#1.txt", "quote'\".txt", "semi;colon", ".hidden",
    "train-2024-01.part",
)  # fmt: skip
FOLDERS = ("", "", "deep/", "deep/er/", "sp ace/", "\u00fc/")
LARGE_BYTES = 200_000
"""Several times what is buffered in memory, and enough to be split into ranges."""


def random_content(random: Random) -> bytes:
    """Return the content of a file; most are small."""
    size = random.choice([0, 1, 40, 1000, 1000, 20_000, 60_000, LARGE_BYTES])
    return random.randbytes(size)


def random_files(random: Random, most: int = 6) -> dict[str, bytes]:
    """Return contents by name; no two names end alike."""
    names = random.sample(NAMES, random.randint(1, most))
    return {random.choice(FOLDERS) + name: random_content(random) for name in names}


def different_content(random: Random, content: bytes) -> bytes:
    """Return different content, often of the same size."""
    size = random.choice([len(content), len(content), len(content), len(content) + 5, 3])
    return b"other" + random.randbytes(size)[5:]


def user_files(random: Random, taken: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files that a user may have in the folder; some look like temporary files."""
    names = ["notes.txt", "model-2024-01.part", ".cache-a-b.part", "deep/.keep", ".whole-x-y.part"]
    chosen = random.sample(names, random.randint(0, 3))
    return {name: random.randbytes(20) for name in chosen if name not in taken}
