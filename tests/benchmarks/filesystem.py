"""The figures of the file system: each part is a module of its own."""

from tests.benchmarks import copies, manifests, tables
from tests.benchmarks.results import Figure

PARTS = (tables.figure, manifests.figure, copies.figure)


def figure(rounds: int) -> Figure:
    """Measure all parts, and return them as one table."""
    figures = [part(rounds) for part in PARTS]
    return Figure(
        title="File system",
        columns=("what", "measured"),
        rows=[row for figure in figures for row in figure.rows],
        targets=[target for figure in figures for target in figure.targets],
        notes=[note for figure in figures for note in figure.notes],
    )
