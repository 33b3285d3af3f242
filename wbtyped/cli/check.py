"""`wbtyped schema check`: tell whether a server still fits."""

from collections.abc import Sequence
from pathlib import Path

from ..drift import Ignored, Report, Verdict, check_file, check_server, read_documents
from ..drift.github_report import github_report
from ..drift.json_report import json_report
from ..drift.sarif_report import sarif_report
from ..drift.text_report import text_report
from ..errors import SchemaSourceError
from .output import print_out
from .schema_source import opened, unreadable

DRIFT = 1
MIN_PIECES = {"breaking": Verdict.BREAKING, "risky": Verdict.RISKY, "any": Verdict.SAFE}


def check_schema(
    source: str | None,
    queries: Sequence[Path],
    style: str,
    fail_on: str,
    ignore: Sequence[str],
    *,
    verbose: bool,
) -> int:
    """Print a report and return the exit code: 0 it fits, 1 it does not, 3 nothing to compare."""
    ignored = [Ignored.parse(text) for text in ignore]
    documents = read_documents(queries) if queries else None
    try:
        with opened(source) as place:
            if isinstance(place, Path):
                report = check_file(place, documents, ignored)
            else:
                report = check_server(place.client, documents, ignored)
    except SchemaSourceError as error:
        return unreadable(error)
    show(report, style, verbose=verbose)
    return DRIFT if report.at_least(MIN_PIECES[fail_on]) else 0


def show(report: Report, style: str, *, verbose: bool) -> None:
    """Print a report."""
    if style == "json":
        print(json_report(report, verbose=verbose))
    elif style == "sarif":
        print(sarif_report(report, verbose=verbose))
    else:
        lines = github_report if style == "github" else text_report
        for line in lines(report, verbose=verbose):
            print_out(line)
