"""A report for programs, in a shape that keeps its version.

version     1; another number when a member changes its meaning or goes
source      the file, folder or server
obtained    "file", "introspection" or "probing"
blind_to    sentences on what this way cannot see; empty for the first two
operations  how many operations there are
not_probed  [{operation, reason}]
notes       sentences on what was left out
counts      {breaking, risky, safe}
findings    the worst first, safe ones only on request:
            [{rule, verdict, coordinate, change, advice, operations, classes,
              places: [{file, line, column}]}]
"""

import json
from dataclasses import asdict

from .findings import Report, Verdict

VERSION = 1


def json_report(report: Report, *, verbose: bool = False) -> str:
    """Return a report as one JSON object; with `verbose`, with the safe changes."""
    shown = report.findings if verbose else report.at_least(Verdict.RISKY)
    return json.dumps(
        {
            "version": VERSION,
            "source": report.source,
            "obtained": report.obtained,
            "blind_to": report.blind_to,
            "operations": report.operations,
            "not_probed": [asdict(each) for each in report.not_probed],
            "notes": report.notes,
            "counts": report.counts,
            "findings": [asdict(finding) for finding in shown],
        },
        indent=2,
    )
