"""`wbtyped codegen --project`: write the names of a project as a Python module."""

from collections.abc import Sequence
from keyword import iskeyword
from pathlib import Path

from ..codegen.names_module import HEADER, compare_names, write_module
from ..codegen.project_names import find_names
from ..codegen.syntax import is_same_code
from ..errors import UsageError, WbtypedError
from .connection import connect
from .output import counted, print_err, print_out

STALE = 1
FAILED = 2
MARK = HEADER.partition("{")[0]
"""How a module starts that this command has written."""


def generate_names(
    project: str, out: Path, types: Sequence[str], base_url: str | None, *, check: bool
) -> int:
    """Write the names of a project, or compare them with those written; return the exit code."""
    before = read_output(out)
    try:
        with connect(base_url) as api:
            names = find_names(api, project, types)
    except (WbtypedError, OSError) as error:
        print_err(f"wbtyped: {error}")
        return FAILED
    after = write_module(names)
    changes = compare_names(names, before) if before else []
    for change in changes:
        print_out(str(change))
    if check:
        return report_stale(out, before, after)
    if is_same_code(before, after):
        print_out(f"{out} is up to date")
        return 0
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(after, encoding="utf-8", newline="\n")
    found = (
        counted(len(names.types), "type"),
        counted(len(names.collections), "collection"),
        counted(len(names.aliases), "alias", "aliases"),
        counted(len(names.registries), "registry", "registries"),
    )
    print_out(f"{out}: {', '.join(found)}")
    return 0


def read_output(out: Path) -> str:
    """Return what was written before; empty if nothing. Refuses files that are not ours."""
    if out.suffix != ".py" or not out.stem.isidentifier() or iskeyword(out.stem):
        raise UsageError(f"--out {out}: write a module that can be imported, such as names.py")
    if not out.exists():
        return ""
    text = out.read_text(encoding="utf-8") if out.is_file() else ""
    if MARK not in text:
        raise UsageError(f"--out {out} was not written by this command; choose another file")
    return text


def report_stale(out: Path, before: str, after: str) -> int:
    """Say whether the module is out of date; return the exit code."""
    if is_same_code(before, after):
        return 0
    state = "out of date" if before else "missing"
    print_out(f"{out} is {state}; run the same command without --check")
    return STALE
