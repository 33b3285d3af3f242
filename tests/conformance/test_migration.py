"""The page about moving from the official client names each member of its classes, and no other."""

import re
from pathlib import Path

import pytest
import wandb
import wandb.apis.public

import wbtyped
import wbtyped.artifacts

PAGE = Path(__file__).parents[2] / ".github/docs/pages/migration.md"
SECTION = re.compile(
    r"^## (.+)\n\n\| wandb \| wbtyped \| \|\n\|---\|---\|---\|\n((?:\|.*\n)+)", re.M
)
NAME = re.compile(r"`([\w.]+)`")
GONE = re.compile("gone from wandb 0.31|attributes there")
"""Rows about what 0.31 has no more, or only on its instances."""

Row = tuple[list[str], str, str]


def sections() -> dict[str, list[Row]]:
    """Return the rows of each class: names of the official client, ours, and the remark."""
    found: dict[str, list[Row]] = {}
    for title, table in SECTION.findall(PAGE.read_text(encoding="utf-8")):
        rows = [[cell.strip() for cell in line.split(" | ")] for line in table.splitlines()]
        found[title] = [(NAME.findall(names), ours, remark) for names, ours, remark in rows]
    return found


SECTIONS = sections()
FUNCTIONS = "Functions of wandb.apis.public.artifacts"
CLASSES = sorted(SECTIONS.keys() - {FUNCTIONS})


def official(name: str) -> type[object]:
    found = wandb.Artifact if name == "Artifact" else getattr(wandb.apis.public, name)
    assert isinstance(found, type)
    return found


def test_page_has_every_class_that_both_clients_have() -> None:
    shared = {name for name in wbtyped.__all__ if hasattr(wandb.apis.public, name)}
    assert shared | {"Artifact"} <= {*CLASSES, "User", "Paginator", "SizedPaginator"}


@pytest.mark.parametrize("name", CLASSES)
def test_every_member_of_the_official_class_is_named_once(name: str) -> None:
    members = sorted(member for member in dir(official(name)) if not member.startswith("_"))
    rows = SECTIONS[name]
    gone = {member for names, _, remark in rows if GONE.search(remark) for member in names}
    named = [member for names, _, _ in rows for member in names]
    assert sorted(set(named) - gone | (gone & set(members))) == members
    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", CLASSES)
def test_named_replacements_exist(name: str) -> None:
    ours = getattr(wbtyped, name)
    for names, replacement, _ in SECTIONS[name]:
        if replacement == "same":
            assert [member for member in names if not has(ours, member)] == []
        elif replacement == "—":
            assert [member for member in names if has(ours, member)] == [], "we have it by now"
        else:
            for path in NAME.findall(replacement):
                first, _, member = path.rpartition(".")
                owner = getattr(wbtyped, first) if first else ours
                assert has(owner, member) or hasattr(wbtyped, path), path


def has(kind: type[object], member: str) -> bool:
    """Return True if instances have a member; slots and annotations say what their own ones are."""
    return hasattr(kind, member) or any(
        member in getattr(base, "__annotations__", {}) for base in kind.__mro__
    )


def test_documented_functions_exist() -> None:
    [(names, _, _)] = SECTIONS[FUNCTIONS]
    assert [name for name in names if not hasattr(wbtyped.artifacts, name)] == []
