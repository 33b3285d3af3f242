"""Inject faults of all kinds into transfers and count wrong outcomes.

Usage: python tests/faults [--faults N] [--seed SEED] [--jobs N] [--uploads] [--case SEED]
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

# When a folder is run, Python looks for modules inside it, and not beside `tests`.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.findings import Totals, describe
from tests.faults.runner import run_cases, run_until

DEFAULT_JOBS = 2 * (os.cpu_count() or 1)
"""Number of processes, which wait for the network much of the time."""
MAX_EXAMPLES = 20
"""Cases that are described for each figure."""


def show_progress(totals: Totals) -> None:
    """Print the counts so far on a terminal."""
    if sys.stderr.isatty():
        found = sum(totals.found.values())
        print(f"\r{totals.faults:,} faults, {found:,} findings", end="", file=sys.stderr)


def main() -> int:
    """Run the cases; return exit code 1 if any of them found something."""
    parser = argparse.ArgumentParser(prog="python tests/faults", description=__doc__)
    today = datetime.now(UTC).strftime("%Y%m%d")
    parser.add_argument(
        "--faults", type=int, default=10_000, help="faults to inject (default 10,000)"
    )
    parser.add_argument("--seed", default=today, help="seed of all cases (default: today's date)")
    parser.add_argument("--jobs", type=int, default=DEFAULT_JOBS, help="number of processes")
    parser.add_argument("--case", metavar="SEED", action="append", help="run only this case")
    parser.add_argument("--uploads", action="store_true", help="only faults of uploads")
    options = parser.parse_args()
    began = time.monotonic()
    totals = Totals()
    if options.case:
        for report in run_cases(options.case, uploads=options.uploads):
            totals.add(report)
            print(describe(report, with_faults=True))
    else:
        totals = run_until(
            options.faults, options.seed, options.jobs, show_progress, uploads=options.uploads
        )
        for report in totals.examples(MAX_EXAMPLES):
            print(describe(report))
    print(f"seed {options.seed}: {totals.cases:,} cases in {time.monotonic() - began:.0f} s")
    print(totals)
    return 1 if totals.bad else 0


if __name__ == "__main__":
    sys.exit(main())
