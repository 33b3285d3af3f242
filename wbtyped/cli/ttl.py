"""`wbtyped ttl`: set the time to live of versions."""

import json
import threading

from .connection import connect
from .output import print_err, print_out


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
    """Set it, report what became of each version, and return the exit code."""
    lock = threading.Lock()

    def show(outcome: str, version: str, reason: str) -> None:
        with lock:
            if reason:
                print_err(f"{outcome}  {version}: {reason}")
            elif not as_json:
                print_out(f"{outcome}  {version}")

    with connect(base_url) as api:
        result = api.set_ttl(
            path, lifetime, type_name, include_expired=include_expired, jobs=jobs, progress=show
        )
    if as_json:
        print(json.dumps(result.to_dict()))
    elif not (result.changed or result.unchanged or result.refused or result.failed):
        print_err(f"wbtyped: {path} has no versions")
    return 0 if result.complete else 1
