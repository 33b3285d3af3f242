"""`wbtyped prune`: plan which versions to delete, and apply a plan."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..storage.applied import PruneResult
from ..storage.jobs import APPLY_JOBS, SCAN_JOBS
from ..storage.prune_plan import PlannedFile, PlannedVersion, PrunePlan, read_plan
from .connection import connect
from .listing import print_table
from .outcomes import OutcomePrinter
from .output import INTERRUPTED, counted, human_size, print_err, print_out
from .scan_line import ScanLine

SHOWN = 20
FIELDS = ("action", "path", "size", "freed", "reason")


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The rules of a plan, and how it is made."""

    keep_last: int | None = None
    keep_aliased: bool = False
    keep_used: bool = False
    keep_tagged: bool = False
    older_than: str | None = None
    where: str | None = None
    policy: Path | None = None
    include: tuple[str, ...] = ()
    type_name: str | None = None
    jobs: int | None = None


@dataclass(frozen=True, slots=True)
class FileOptions:
    """The rules of a plan for files of runs."""

    glob: str | None = None
    pattern: str | None = None
    older_than: str | None = None
    jobs: int | None = None


def show_file_plan(
    path: str | None,
    options: FileOptions,
    file: Path | None,
    base_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Make a plan for files of runs, write it, and show what it would delete."""
    with connect(base_url) as api:
        plan = api.plan_prune_files(
            path, glob=options.glob, pattern=options.pattern, older_than=options.older_than,
            jobs=options.jobs or SCAN_JOBS,
        )  # fmt: skip
    show_made(plan, file, as_json=as_json)


def show_plan(
    path: str | None,
    options: PlanOptions,
    file: Path | None,
    base_url: str | None,
    *,
    as_json: bool,
) -> None:
    """Make a plan, write it, and show what it would delete."""
    with connect(base_url) as api, ScanLine() as line:
        plan = api.plan_prune(
            path, options.type_name, keep_last=options.keep_last,
            keep_aliased=options.keep_aliased, keep_used=options.keep_used,
            keep_tagged=options.keep_tagged, older_than=options.older_than, where=options.where,
            policy=options.policy, include=options.include, jobs=options.jobs or SCAN_JOBS,
            progress=line.show,
        )  # fmt: skip
    show_made(plan, file, as_json=as_json)


def show_made(plan: PrunePlan, file: Path | None, *, as_json: bool) -> None:
    """Write a plan, and show what it would delete."""
    if file is not None:
        plan.write(file)
    if as_json:
        print(json.dumps(plan.to_dict()))
        return
    kept = [planned for planned in plan.planned if planned.action == "keep"]
    print_planned([*plan.changes, *kept])
    print_out(f"would delete {summary(plan)}; {counted(len(kept), noun(plan))} would stay")
    if file is None:
        print_out("nothing was deleted; --plan FILE writes a plan that can be applied")
    else:
        print_out(f"nothing was deleted; to do that: wbtyped prune --apply {file}")


def noun(plan: PrunePlan) -> str:
    """Return what a plan is about."""
    return "file" if plan.files else "version"


def print_planned(planned: Sequence[PlannedVersion | PlannedFile]) -> None:
    """Print the first lines of a plan as a table."""
    rows = [
        {
            "action": one.action,
            "path": one.path,
            "size": human_size(one.size),
            "freed": human_size(one.freed_size) if one.action == "delete" else None,
            "reason": one.reason,
        }
        for one in planned[:SHOWN]
    ]
    print_table([rows], FIELDS)
    if len(planned) > SHOWN:
        print_out(f"... and {len(planned) - SHOWN:,} more")


def summary(plan: PrunePlan) -> str:
    """Return how much a plan deletes."""
    number = len(plan.changes)
    return (
        f"{counted(number, noun(plan))} of {human_size(plan.size)}, which frees"
        f" {human_size(plan.freed_size)}"
    )


def apply_file(
    path: str | None,
    file: Path,
    base_url: str | None,
    *,
    yes: bool,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Ask, delete what a plan says, and return the exit code."""
    plan = read_plan(file)
    check_below(path, plan, file)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("prune asks before it deletes, and there is no terminal; pass --yes")
        print_planned(plan.changes)
        print_err(f"Delete {summary(plan)}, for good? [y/N]")
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            print_err("wbtyped: nothing was deleted")
            return 1
    show = OutcomePrinter(failures_only=as_json)
    try:
        with connect(base_url) as api:
            result = api.apply_plan(file, jobs=jobs or APPLY_JOBS, progress=show)
    except KeyboardInterrupt:
        print_err(f"wbtyped: interrupted; to go on: wbtyped prune --apply {file}")
        return INTERRUPTED
    if as_json:
        print(json.dumps(result.to_dict()))
    else:
        print_result(result)
    return 0 if result.complete else 1


def print_result(result: PruneResult) -> None:
    """Print how much was deleted."""
    counts = {
        "deleted": len(result.deleted), "gone before": len(result.gone),
        "refused": len(result.refused), "failed": len(result.failed),
    }  # fmt: skip
    shown = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    print_out(f"{shown or 'nothing to delete'}; {human_size(result.freed_size)} freed")
    if result.refused:
        print_err("wbtyped: make a new plan for the refused versions, which have changed")


def check_below(path: str | None, plan: PrunePlan, file: Path) -> None:
    """Raise UsageError for a plan that is for something else than the path that was given."""
    if path is None or path.strip("/") == plan.path:
        return
    prefix = path.strip("/")
    for planned in plan.changes:
        if not planned.path.startswith((f"{prefix}/", f"{prefix}:")):
            raise UsageError(f"the plan {file} is for {plan.path}, not for {path}")
