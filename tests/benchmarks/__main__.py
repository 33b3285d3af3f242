"""`python tests/benchmarks`: compare this client with the official SDK."""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

# When a folder is run, Python looks for modules inside it, and not beside `tests`.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks import (
    codegen,
    command,
    downloads,
    filesystem,
    import_time,
    listing,
    memory,
    retention,
    schema_check,
    server,
    uploads,
)
from tests.benchmarks.processes import adopt_orphans
from tests.benchmarks.results import Figure

FIGURES: dict[str, Callable[[int], Figure]] = {
    "import": import_time.figure,
    "command": command.figure,
    "listing": listing.figure,
    "runs": listing.run_figure,
    "memory": memory.figure,
    "downloads": downloads.figure,
    "uploads": uploads.figure,
    "schema": schema_check.figure,
    "codegen": codegen.figure,
    "usage": retention.usage_figure,
    "prune": retention.prune_figure,
    "filesystem": filesystem.figure,
    "server": server.figure,
}
PACKAGES = ("wbtyped", "wandb", "httpx", "pydantic")


def show(figure: Figure) -> None:
    """Print the table of a figure in Markdown, and whether its targets are met."""
    rows = [tuple(figure.columns), *map(tuple, figure.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [" | ".join(map(str.ljust, row, widths)) for row in rows]
    rule = " | ".join("-" * width for width in widths)
    print(f"## {figure.title}\n")
    for line in (lines[0], rule, *lines[1:]):
        print(f"| {line} |")
    print()
    for text in (*figure.notes, *map(str, figure.targets)):
        print(text)
    print(flush=True)


def main() -> int:
    """Measure the chosen figures; return exit code 1 if a target is missed."""
    parser = argparse.ArgumentParser(prog="python tests/benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each variant (default 5)")
    parser.add_argument("--figure", choices=FIGURES, action="append", help="only this one")
    parser.add_argument(
        "--job", metavar="TEXT", help="only the downloads or uploads whose name contains it"
    )
    options = parser.parse_args()
    rounds: int = options.rounds
    # These take long, and some need nginx: only on request.
    on_request = {"downloads", "uploads", "filesystem", "server", "usage", "prune"}
    names: list[str] = options.figure or [name for name in FIGURES if name not in on_request]
    by_job = {"downloads": downloads.figure, "uploads": uploads.figure}
    if options.job:
        names = [name for name in names if name in by_job] or ["downloads"]
    if sys.platform != "linux":
        parser.error("needs Linux, to measure the helper processes of the official SDK")
    adopt_orphans()
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    print(f"Python {platform.python_version()}, {packages}, {os.cpu_count()} processors")
    print(f"medians of {rounds} rounds (minimum-maximum)\n", flush=True)
    met = True
    for name in names:
        figure = by_job[name](rounds, options.job) if options.job else FIGURES[name](rounds)
        show(figure)
        met = met and all(target.met for target in figure.targets)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
