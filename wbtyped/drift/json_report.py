"""Format a report as JSON, in a versioned shape.

version     1; increased if a key changes its meaning or is removed
source      the file, folder or server
obtained    "file", "introspection" or "probing"
blind_to    what probing cannot detect; empty for the other two
operations  number of operations
not_probed  [{operation, reason}]
notes       sentences on what was left out
counts      {breaking, risky, safe}
findings    the most severe first; safe ones only with `verbose`:
            [{rule, verdict, coordinate, change, advice, operations, classes,
              places: [{file, line, column}]}]
"""

import json
from dataclasses import asdict

from .findings import Report, Verdict

VERSION = 1


def json_report(report: Report, *, verbose: bool = False) -> str:
    """Return a report as a JSON object; `verbose` includes the safe changes."""
    shown = report.findings if verbose else report.at_least(Verdict.RISKY)
    return json.dumps(
        {
            "version": VERSION,
            "source": report.source,
            "obtained": report.obtained,
            "blind_to": report.blind_to,
            "operations": report.operations,
            "not_probed": [asdict(skipped) for skipped in report.not_probed],
            "notes": report.notes,
            "counts": report.counts,
            "findings": [asdict(finding) for finding in shown],
        },
        indent=2,
    )
