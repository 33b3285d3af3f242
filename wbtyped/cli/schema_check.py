"""`wbtyped schema check`: compare a server with the queries."""

from collections.abc import Sequence
from pathlib import Path

from ..drift import Ignored, Report, Verdict, check_file, check_server, read_documents
from ..drift.github_report import github_report
from ..drift.json_report import json_report
from ..drift.sarif_report import sarif_report
from ..drift.text_report import text_report
from ..errors import SchemaSourceError
from .output import print_out
from .schema_source import open_source, report_no_schema

DOES_NOT_FIT = 1
"""Exit code for changes as severe as `--fail-on`."""
VERDICTS = {"breaking": Verdict.BREAKING, "risky": Verdict.RISKY, "any": Verdict.SAFE}


def check_schema(
    source: str | None,
    queries: Sequence[Path],
    report_format: str,
    fail_on: str,
    ignore: Sequence[str],
    *,
    verbose: bool,
) -> int:
    """Print a report and return the exit code: 0 it fits, 1 it does not, 3 no schema."""
    ignored = [Ignored.parse(text) for text in ignore]
    documents = read_documents(queries) if queries else None
    try:
        with open_source(source) as opened:
            if isinstance(opened, Path):
                report = check_file(opened, documents, ignored)
            else:
                report = check_server(opened.client, documents, ignored)
    except SchemaSourceError as error:
        return report_no_schema(error)
    print_report(report, report_format, verbose=verbose)
    return DOES_NOT_FIT if report.at_least(VERDICTS[fail_on]) else 0


def print_report(report: Report, report_format: str, *, verbose: bool) -> None:
    """Print a report in one of the formats."""
    if report_format == "json":
        print(json_report(report, verbose=verbose))
    elif report_format == "sarif":
        print(sarif_report(report, verbose=verbose))
    else:
        report_lines = github_report if report_format == "github" else text_report
        for line in report_lines(report, verbose=verbose):
            print_out(line)
