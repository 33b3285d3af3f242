"""Files for the demo: the same names, sizes and content every time."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024
WRITE_BLOCK_BYTES = MIB
FOLDERS = (
    "",
    "checkpoints/",
    "logs/day 1/",
    "logs/day 2/",
    "media/images/",
    "measurements (final)/",
    "größen/ångström/",
    "資料/図/",
    "данные/",
)
STEMS = ("step", "loss curve", "été", "図", "résumé of run", "a&b=c", "100% done #", "🚀 launch")
SUFFIXES = ("txt", "json", "png", "bin", "csv", "log")
LARGEST_EXPONENT = 18
"""All files but the large one have at most 2 to this power bytes."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of the demo: its name in the run and its size in bytes."""

    name: str
    size: int

    @property
    def folder(self) -> str:
        """The top folder of the name, `.` if there is none."""
        return self.name.partition("/")[0] if "/" in self.name else "."

    def write(self, root: Path) -> None:
        """Write the file below `root`."""
        content = random.Random(self.name)  # noqa: S311 - nothing secret
        path = root / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            for start in range(0, self.size, WRITE_BLOCK_BYTES):
                stream.write(content.randbytes(min(WRITE_BLOCK_BYTES, self.size - start)))


def choose_samples(count: int, large: int) -> Sequence[Sample]:
    """Return `count` files, including an empty one and one of `large` MiB."""
    chance = random.Random(count)  # noqa: S311 - nothing secret
    samples = [Sample("empty.txt", 0), Sample("checkpoints/large.bin", large * MIB)]
    for number in range(count - len(samples)):
        stem, suffix = STEMS[number % len(STEMS)], SUFFIXES[number % len(SUFFIXES)]
        name = f"{FOLDERS[number % len(FOLDERS)]}{stem} {number:03}.{suffix}"
        samples.append(Sample(name, int(2 ** chance.uniform(0, LARGEST_EXPONENT))))
    return samples
