"""Plan which files of runs to delete."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from .. import arguments
from ..artifacts.lineage import Run
from ..errors import UsageError
from ..name_patterns import check_glob, glob_expression, like_expression
from ..transport.client import Client
from ..transport.flow import Flow
from ..transport.nodes import iso
from .inventory import StoredFile, StoredRun
from .prune_plan import PlannedFile, PrunePlan
from .retention import checked_duration, duration_text
from .scan import Scanner, ScanOptions
from .stored_version import RUNNING_STATES
from .targets import Target


@dataclass(frozen=True, slots=True)
class FileRules:
    """Which files of runs are deleted: those that match all that is given."""

    glob: str | None = None
    pattern: str | None = None
    """SQL LIKE."""
    older_than: timedelta | None = None

    def to_dict(self) -> dict[str, JsonValue]:
        """Return the rules that are set, for JSON."""
        age = None if self.older_than is None else duration_text(self.older_than)
        found = {"glob": self.glob, "pattern": self.pattern, "older_than": age}
        return {name: value for name, value in found.items() if value is not None}


def checked_file_rules(glob: object, pattern: object, older_than: object) -> FileRules:
    """Return rules, or raise UsageError; without any, every file would be deleted."""
    rules = FileRules(
        check_glob(glob),
        arguments.optional_string("pattern", pattern),
        None if older_than is None else checked_duration("older_than", older_than),
    )
    if not rules.to_dict():
        raise UsageError(
            "without a rule every file would be deleted; pass glob, pattern or older_than"
        )
    return rules


def plan_files(
    client: Client, target: Target | Run, rules: FileRules, options: ScanOptions
) -> Flow[PrunePlan]:
    """Return which files of the runs of a target are deleted."""
    scanner = Scanner(client, options)
    if isinstance(target, Run):
        run = StoredRun(
            target.entity, target.project, target.id, target.state or "", target.attrs.created_at
        )
        scanner.add_run(run)
        path = run.path
    else:
        path = target.path
        if not target.is_whole:
            raise UsageError(f"{path} has no runs; name a run, a project or an entity")
        for project in (yield from target.find_projects(client)):
            scanner.add_runs(*project)
    yield scanner.work
    files = sorted(scanner.inventory.files, key=lambda file: file.path)
    scanner.inventory.close()
    return PrunePlan(
        path=path,
        server=client.settings.base_url,
        created_at=iso(datetime.now(UTC)),
        rules=[rules.to_dict()],
        versions=(),
        files=tuple(planned_files(files, rules, datetime.now(UTC))),
    )


def planned_files(
    files: Sequence[StoredFile], rules: FileRules, now: datetime
) -> Iterator[PlannedFile]:
    """Yield the decision about each file."""
    for file in files:
        node = file.node
        reason = "; ".join(reasons_to_keep(file, rules, now))
        yield PlannedFile(
            path=file.path,
            action="keep" if reason else "delete",
            reason=reason,
            size=node.size_bytes,
            freed_size=0 if reason else node.size_bytes,
            id=node.id,
            run=file.run.path,
            name=node.name,
            updated_at=iso(node.updated_at) if node.updated_at else None,
        )


def reasons_to_keep(file: StoredFile, rules: FileRules, now: datetime) -> Iterator[str]:
    """Yield why a file stays; nothing if it does not."""
    if file.run.state in RUNNING_STATES:
        yield f"protected: its run is {file.run.state}"
    if rules.glob is not None and not glob_expression(rules.glob).fullmatch(file.node.name):
        yield f"its name does not match {rules.glob}"
    if rules.pattern is not None:
        like = re.compile(like_expression(rules.pattern), re.DOTALL)
        if not like.fullmatch(file.node.name):
            yield f"its name does not match {rules.pattern}"
    changed = file.node.updated_at or file.run.created_at
    if rules.older_than is not None and now - changed < rules.older_than:
        yield f"changed less than {duration_text(rules.older_than)} ago"
