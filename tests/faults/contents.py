"""Names and contents of files, at random from a seed."""

from collections.abc import Mapping
from random import Random

NAMES = (
    "plain.txt", "with space.bin", "percent%41.csv", "plus+and&.txt", "B\u00fccher.json",
    "\u4e2d\u6587.txt", "question?.txt", "hash#1.txt", "quote'\".txt", "semi;colon", ".hidden",
    "train-2024-01.part",
)  # fmt: skip
FOLDERS = ("", "", "deep/", "deep/er/", "sp ace/", "\u00fc/")
LARGE = 200_000
"""Bytes: several times what waits in memory, and enough to be fetched in pieces."""


def content(random: Random) -> bytes:
    """Return a content; most are small."""
    size = random.choice([0, 1, 40, 1000, 1000, 20_000, 60_000, LARGE])
    return random.randbytes(size)


def files(random: Random, most: int = 6) -> dict[str, bytes]:
    """Return files by their names, of which no two end alike."""
    names = random.sample(NAMES, random.randint(1, most))
    return {random.choice(FOLDERS) + name: content(random) for name in names}


def other(random: Random, given: bytes) -> bytes:
    """Return another content, sometimes of the same size."""
    size = random.choice([len(given), len(given), len(given), len(given) + 5, 3])
    return b"other" + random.randbytes(size)[5:]


def own_files(random: Random, taken: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return files that a user may have in the folder: some look like temporary ones."""
    names = ["notes.txt", "model-2024-01.part", ".cache-a-b.part", "deep/.keep", ".whole-x-y.part"]
    chosen = random.sample(names, random.randint(0, 3))
    return {name: random.randbytes(20) for name in chosen if name not in taken}
