"""`wbtyped ttl`: set the time to live of versions."""

import json

from .connection import connect
from .outcomes import OutcomePrinter
from .output import print_err


def set_lifetime(
    path: str,
    lifetime: str,
    type_name: str | None,
    base_url: str | None,
    *,
    include_expired: bool,
    jobs: int,
    as_json: bool,
) -> int:
    """Set it, report the outcome of each version, and return the exit code."""
    with connect(base_url) as api:
        result = api.set_ttl(
            path, lifetime, type_name, include_expired=include_expired, jobs=jobs,
            progress=OutcomePrinter(failures_only=as_json),
        )  # fmt: skip
    if as_json:
        print(json.dumps(result.to_dict()))
    elif not (result.changed or result.unchanged or result.refused or result.failed):
        print_err(f"wbtyped: {path} has no versions")
    return 0 if result.complete else 1
