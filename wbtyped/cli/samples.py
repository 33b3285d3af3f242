"""Files for the demo: the same names, sizes and contents in every run."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

BLOCK = 1024 * 1024
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
ENDINGS = ("txt", "json", "png", "bin", "csv", "log")
LARGEST_EXPONENT = 18
"""All but one file have at most this power of two in bytes."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A file of the demo: its name in the run and its size in bytes."""

    name: str
    size: int

    @property
    def folder(self) -> str:
        """The folder that the name begins with."""
        return self.name.partition("/")[0] if "/" in self.name else "."

    def write(self, root: Path) -> None:
        """Write the file below a folder."""
        content = random.Random(self.name)  # noqa: S311 - nothing secret
        path = root / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            for start in range(0, self.size, BLOCK):
                stream.write(content.randbytes(min(BLOCK, self.size - start)))


def choose_samples(count: int, large: int) -> Sequence[Sample]:
    """Return `count` files, among them an empty one and one of `large` MiB."""
    chance = random.Random(count)  # noqa: S311 - nothing secret
    samples = [Sample("empty.txt", 0), Sample("checkpoints/large.bin", large * BLOCK)]
    for number in range(count - len(samples)):
        stem, ending = STEMS[number % len(STEMS)], ENDINGS[number % len(ENDINGS)]
        name = f"{FOLDERS[number % len(FOLDERS)]}{stem} {number:03}.{ending}"
        samples.append(Sample(name, int(2 ** chance.uniform(0, LARGEST_EXPONENT))))
    return samples
