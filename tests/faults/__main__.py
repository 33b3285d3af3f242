"""Inject faults of all kinds into transfers, and count what must not happen: nothing but faults.

Usage: python tests/faults [--faults N] [--seed SEED] [--jobs N] [--case SEED]
"""

import argparse
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

# Started by its folder, Python looks for modules in there instead of beside `tests`.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.findings import Totals, described
from tests.faults.harness import play_many, play_some

JOBS = 2 * (os.cpu_count() or 1)
"""Processes, which wait for the network much of the time."""
SHOWN = 20
"""Cases that are described for each figure."""


def show_progress(totals: Totals) -> None:
    """Print how far it is."""
    if sys.stderr.isatty():
        found = sum(totals.found.values())
        print(f"\r{totals.faults:,} faults, {found:,} findings", end="", file=sys.stderr)


def main() -> int:
    """Run what was asked for; the exit status is 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python tests/faults", description=__doc__)
    today = datetime.now(UTC).strftime("%Y%m%d")
    parser.add_argument("--faults", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--seed", default=today, help="seed of all cases (default: today's date)")
    parser.add_argument("--jobs", type=int, default=JOBS, help="processes")
    parser.add_argument("--case", metavar="SEED", action="append", help="play this case alone")
    options = parser.parse_args()
    began = time.monotonic()
    totals = Totals()
    if options.case:
        for report in play_some(options.case):
            totals.add(report)
            print(described(report, with_faults=True))
    else:
        totals = play_many(options.seed, options.faults, options.jobs, show_progress)
        for report in totals.examples(SHOWN):
            print(described(report))
    print(f"seed {options.seed}: {totals.cases:,} cases in {time.monotonic() - began:.0f} s")
    print(totals)
    return 1 if totals.bad else 0


if __name__ == "__main__":
    sys.exit(main())
